"""Measure decoding in other processes against decoding here: ``python -m tools.measure_decoders``.

Both take turns on the same photographs, so that other work on the machine meets both alike. A
second figure is what counts for a gallery: the pace of embedding photographs of 1 megapixel.
"""

import argparse
import io
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
from PIL import Image

from core import images
from core.cli.common import circumstances, write_json
from core.decoders import DecoderPool
from core.galleries.embedding import embed_in_batches
from core.galleries.uploads import GivenFile, gather
from core.model.embedder import Embedder

ROOT = Path(__file__).parents[1]
SIZES = {1: (1200, 900), 12: (4000, 3000)}  # megapixels -> pixels
N_PHOTOGRAPHS = 16


def photograph(size: tuple[int, int], seed: int) -> bytes:
    """Return a JPEG as a camera writes it: soft shapes and some noise."""
    rng = np.random.default_rng(seed)
    rough = Image.fromarray(rng.integers(0, 255, (12, 16, 3), dtype=np.uint8)).resize(size)
    noise = rng.integers(0, 9, (size[1], size[0], 1), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(np.asarray(rough) // 2 + noise + 60).save(file, "JPEG", quality=88)
    return file.getvalue()


def decoding_times(pool: DecoderPool, data: bytes, repeats: int) -> dict[str, float]:
    """Median milliseconds of one image, here and in a decoder."""
    seconds: dict[str, list[float]] = {"here": [], "decoder": []}
    for _ in range(repeats):
        for where, decode in (("here", images.decode), ("decoder", pool.decode)):
            start = perf_counter()
            decode(data)
            seconds[where].append(perf_counter() - start)
    return {f"{where}_ms": round(1000 * median(them), 1) for where, them in seconds.items()}


def embedding_pace(pool: DecoderPool, repeats: int) -> dict[str, float]:
    """Photographs of 1 megapixel embedded in a second, decoded here and in decoders; the median."""
    given = [GivenFile(f"{n}.jpg", photograph(SIZES[1], n)) for n in range(N_PHOTOGRAPHS)]
    gallery = gather(given, key="own-measured")
    embedders = {"here": Embedder(), "decoders": Embedder(decode=pool.decode)}
    pace: dict[str, list[float]] = {where: [] for where in embedders}
    for _ in range(repeats):
        for where, embedder in embedders.items():
            start = perf_counter()
            for _ in embed_in_batches(gallery, embedder, gallery.items, 8):
                pass
            pace[where].append(N_PHOTOGRAPHS / (perf_counter() - start))
    return {f"{where}_per_s": round(median(them), 1) for where, them in pace.items()}


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=21, help="of each image (default: 21)")
    repeats = parser.parse_args().repeats
    pool = DecoderPool()
    decoding = {
        f"{megapixels} megapixel{'s' * (megapixels > 1)}": decoding_times(
            pool, photograph(size, 0), repeats
        )
        for megapixels, size in SIZES.items()
    }
    figures = {"decoding": decoding, "embedding": embedding_pace(pool, max(1, repeats // 7))}
    result = {**circumstances(), "command": f"python -m tools.measure_decoders --repeats {repeats}"}
    write_json(ROOT / "assets" / "results" / "decoders.json", {**result, **figures})


if __name__ == "__main__":
    main()
