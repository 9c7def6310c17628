"""Measure codes alone, to ten million of them: ``python -m tools.measure_growth``.

One process draws a gallery block by block and keeps nothing of it but the codes, 128 bytes each,
and the ten true neighbours of each query. At every size it scans all codes of that many, and tells
how long that takes one core, and how many rows with the nearest codes have to be ranked for a
recall. It needs 2.3 GB of memory for ten million, and ten minutes of two cores, mostly to draw.

    python -m tools.measure_growth --most 1m --out other.json
"""

import argparse
import os
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.benchmark import data
from core.cli.common import circumstances, write_json
from core.engine.base import compiled_kernels, rows_to_read
from core.evaluation import results
from core.index.families.structured import draw_rotations
from core.scale.about import CODE_BITS

FAMILY = "reduced"
SIZES = ("10k", "100k", "1m", "10m")
WANTED = 0.95  # neighbour recall@10
K = 10
N_QUERIES = 100
N_TIMED = 20  # of them, one by one


class TrueNeighbours:
    """The K nearest of all rows that have been seen, for each of some queries."""

    def __init__(self, queries: NDArray[np.float32]) -> None:
        self._queries = queries
        self._scores = np.full((len(queries), K), -2, np.float32)
        self.ids = np.full((len(queries), K), -1, np.int64)

    def see(self, rows: NDArray[np.float32], first: int) -> None:
        """Take in rows (n, D) whose ids begin with ``first``."""
        scores = np.hstack([self._scores, self._queries @ rows.T])
        own = np.broadcast_to(np.arange(first, first + len(rows)), (len(scores), len(rows)))
        ids = np.hstack([self.ids, own])
        top = np.argpartition(-scores, K - 1, axis=1)[:, :K]
        self._scores = np.take_along_axis(scores, top, axis=1)
        self.ids = np.take_along_axis(ids, top, axis=1)


def scanned(
    codes: NDArray[np.uint64], asked: NDArray[np.uint64], truth: NDArray[np.int64], kernels: Any
) -> dict[str, Any]:
    """Scan codes (n, W) for each query; ``truth`` has the ids (Q, K) of its neighbours."""
    seconds, worked, ranks = [], [], []
    for number, (code, ids) in enumerate(zip(asked, truth, strict=True)):
        started, before = perf_counter(), process_time()
        distances = kernels.distances(code, codes)
        if number < N_TIMED:
            seconds.append(perf_counter() - started)
            worked.append(process_time() - before)
        of_distance = np.bincount(distances, minlength=CODE_BITS + 1).cumsum()
        ranks.append(of_distance[distances[ids]])  # of equal distances the last
    n_ranked = int(np.quantile(np.concatenate(ranks), WANTED, method="inverted_cdf"))
    return {
        "n": len(codes),
        "scan_ms": round(1e3 * median(seconds), 2),
        "scan_processor_ms": round(1e3 * median(worked), 2),
        "rows_ranked": n_ranked,
        "codes_MB": round(codes.nbytes / 1e6, 1),
    }


def resident_peak() -> float:
    """Most memory that this process has had, in MB of 10^6 bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (line,) = (it for it in lines if it.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024 / 1e6


def measure(most: str, seed: int) -> dict[str, Any]:
    """Draw, and scan at every size up to ``most``."""
    kernels = compiled_kernels()
    sizes = [data.parse(f"{FAMILY}-{it}").n for it in SIZES[: SIZES.index(most) + 1]]
    source = data.Source(data.FAMILIES[FAMILY], seed, os.cpu_count() or 1)
    queries = np.empty((N_QUERIES, source.dim), np.float32)
    source.fill(queries, data.QUERIES)
    sample = np.empty((sizes[0], source.dim), np.float32)
    source.fill(sample, data.GALLERY)
    rotations = draw_rotations(n_bits=CODE_BITS, centre=sample.mean(axis=0), seed=seed)
    n_words = CODE_BITS // 64
    asked = kernels.hash_codes(rows_to_read(kernels, queries), rotations, n_words)
    codes = np.empty((sizes[-1], n_words), np.uint64)
    neighbours = TrueNeighbours(queries)
    rows: list[dict[str, Any]] = []
    n = 0
    for block in source.blocks(sizes[-1], data.GALLERY):
        rest = block
        while len(rest):
            some, rest = np.split(rest, [sizes[len(rows)] - n])
            readable = rows_to_read(kernels, some)
            codes[n : n + len(some)] = kernels.hash_codes(readable, rotations, n_words)
            neighbours.see(some, n)
            n += len(some)
            if n == sizes[len(rows)]:
                rows.append(scanned(codes[:n], asked, neighbours.ids, kernels))
                print(rows[-1], flush=True)
    return {
        "family": FAMILY,
        "seed": seed,
        "code_bits": CODE_BITS,
        "wanted": WANTED,
        "n_queries": N_QUERIES,
        "sizes": rows,
        "peak_MB": round(resident_peak()),
    }


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--most", choices=SIZES, default=SIZES[-1])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=results.RESULTS / "growth-codes.json")
    options = parser.parse_args()
    command = f"python -m tools.measure_growth --most {options.most} --seed {options.seed}"
    found = measure(options.most, options.seed)
    write_json(options.out, {**circumstances(), "command": command, **found})


if __name__ == "__main__":
    main()
