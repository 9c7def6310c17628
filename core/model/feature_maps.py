"""What the backbone's frozen stages give for a whole gallery, computed once and kept on disk.

While only attention and fc learn, the backbone gives the same F for the same picture in every
epoch. Keeping F (float16, 147 kB an image at 192 × 192) turns an epoch from minutes into
seconds on two processor cores. Where the last stage learns too, what is kept is its input
(295 kB an image).
"""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.lib.format import dtype_to_descr, open_memmap, write_array_header_1_0
from numpy.typing import NDArray
from torch import Tensor

from ..errors import StoreError
from ..galleries.base import Gallery
from ..images import decode
from ..progress import Progress, silent
from .augment import augment
from .embedder import Embedder
from .network import CHANNELS, Learns
from .preprocess import preprocess

BATCH = 16
CELL = 32  # px of the input for one place of the feature map

FeatureMaps = NDArray[np.float16]  # (N, 2048, H, W), or the last stage's input (N, 1024, 2H, 2W)


@dataclass(frozen=True, slots=True)
class AugmentedView:
    """One picture of each image: view 0 is the image itself, the others are augmented."""

    number: int
    seed: int

    def of(self, gallery: Gallery, id: int) -> NDArray[np.uint8]:
        """Decode an image and augment it; always the same for the same image and view."""
        pixels = decode(gallery.read(id), name=gallery.items[id].name).pixels
        if self.number == 0:
            return pixels
        return augment(pixels, np.random.default_rng([self.seed, self.number, id]))


def load_or_compute(
    gallery: Gallery,
    embedder: Embedder,
    view: AugmentedView,
    folder: Path,
    *,
    learns: Learns = "head",
    progress: Progress = silent,
) -> FeatureMaps:
    """Return F for one view of every image of a gallery, memory-mapped: (N, 2048, H, W).

    Where the last stage learns, its input is returned instead: (N, 1024, 2H, 2W).

    Args:
        gallery: all its images must be readable.
        embedder: whose backbone and preprocessing are used.
        view: which picture of each image.
        folder: where the file is kept; an interrupted computation leaves none.
        learns: what training will change; all stages before it are computed here.
        progress: told after each batch.

    Raises:
        ImageError: an image can't be decoded.
        StoreError: the disk is full or the folder can't be written.
    """
    finer = 2 if learns == "last stage" else 1  # the last stage halves the sides
    size = embedder.preprocess.input_size // CELL * finer
    shape = (len(gallery.items), CHANNELS // finer, size, size)
    strides = embedder.checkpoint.network.config.strides  # the same weights fit both
    settings = (strides, learns, embedder.preprocess.describe(), view)
    key = repr((gallery.digest, embedder.digest, *settings))
    path = folder / f"{hashlib.sha256(key.encode()).hexdigest()[:24]}.npy"
    if not path.exists():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _compute(gallery, embedder, view, learns, path=path, shape=shape, progress=progress)
        except OSError as error:
            raise StoreError(
                f"The feature maps of {gallery.title} need {np.prod(shape) * 2 / 2**30:.1f} GB "
                f"in {folder} ({error}); free some space or set $HASHLIGHT_HOME."
            ) from error
    return open_memmap(path, mode="r")


def _compute(
    gallery: Gallery,
    embedder: Embedder,
    view: AugmentedView,
    learns: Learns,
    *,
    path: Path,
    shape: tuple[int, int, int, int],
    progress: Progress,
) -> None:
    """Write the file: all of it or, after an error, none.

    It is written as any other file is. A full disk is then an ``OSError``; in a memory map it
    would end the process.
    """
    header = {"descr": dtype_to_descr(np.dtype(np.float16)), "fortran_order": False, "shape": shape}
    partial = path.with_suffix(".partial")
    try:
        with partial.open("wb") as file:
            write_array_header_1_0(file, header)
            _append_all(gallery, embedder, view, learns, file, progress=progress)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _append_all(
    gallery: Gallery,
    embedder: Embedder,
    view: AugmentedView,
    learns: Learns,
    file: BinaryIO,
    *,
    progress: Progress,
) -> None:
    """Append F batch by batch, the next batch decoding beside the forward pass."""
    what = f"Feature maps of {gallery.title}, view {view.number}"
    total = len(gallery.items)

    def prepare(ids: range) -> list[Tensor]:
        pictures = [view.of(gallery, id) for id in ids]
        return [preprocess(picture, embedder.preprocess) for picture in pictures]

    batches = [range(start, min(start + BATCH, total)) for start in range(0, total, BATCH)]
    with ThreadPoolExecutor(1) as pool:
        ahead = pool.submit(prepare, batches[0])
        for ids, next_ids in zip_longest(batches, batches[1:], fillvalue=range(0)):
            batch = ahead.result()
            ahead = pool.submit(prepare, next_ids)
            maps = embedder.frozen_maps(batch, learns)
            file.write(maps.numpy().astype(np.float16).tobytes())
            progress(ids.stop, total, what)
