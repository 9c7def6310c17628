"""From how many images on LSH is faster than the exact scan, by what both cost here.

A scan costs the same for every image. A look-up costs something however large the gallery is
(hashing, finding buckets), and then the same for every candidate, which are a share of the
gallery. Two lines over N; where they cross, LSH begins to pay.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import median
from time import perf_counter

import numpy as np

from ..engine.buckets import BucketIndex, Read
from ..index.exact import exact_scan
from ..index.reading import ReadingRule
from ..index.vectors import UnitVector, Vectors

_QUERIES = 24
_REPEATS = 3
_K = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Crossing:
    """What a look-up and a scan cost, in seconds."""

    look_up: float  # before the first candidate
    per_candidate: float
    share: float  # of the gallery that are candidates, on average
    scan: float  # before the first image
    per_image: float

    @property
    def n(self) -> float | None:
        """How many images the lines cross at: 0 where LSH is always faster, None where never."""
        gain = self.per_image - self.share * self.per_candidate
        return max(self.look_up - self.scan, 0.0) / gain if gain > 0 else None


def measure(engine: BucketIndex, vectors: Vectors, rule: ReadingRule) -> Crossing:
    """Measure both with some of the gallery's images as queries.

    Args:
        engine: over the gallery.
        vectors: the same gallery.
        rule: how many buckets a query reads.
    """
    n, step = len(vectors), max(1, len(vectors) // _QUERIES)
    part = Vectors.from_matrix(vectors.matrix[: max(1, n // 4)])
    looked, read, scans, part_scans = [], [], [], []
    for row in vectors.matrix[::step][:_QUERIES]:
        query = UnitVector(row)

        read.append(_look_up(engine, query, rule).n_candidates)
        looked.append(_timed(partial(_look_up, engine, query, rule)))
        scans.append(_timed(partial(exact_scan, query, vectors, k=_K)))
        part_scans.append(_timed(partial(exact_scan, query, part, k=_K)))
    per_candidate, look_up_alone = _line(read, looked)
    sizes = [n] * len(scans) + [len(part)] * len(part_scans)
    per_image, scan_alone = _line(sizes, scans + part_scans)
    return Crossing(
        look_up=look_up_alone,
        per_candidate=per_candidate,
        share=float(np.mean(read)) / n,
        scan=scan_alone,
        per_image=per_image,
    )


def _look_up(engine: BucketIndex, query: UnitVector, rule: ReadingRule) -> Read:
    return engine.read(query, engine.margins_to_tables(query), rule, k=_K)


def _timed(task: Callable[[], object]) -> float:
    """Seconds of a task, the median of several runs."""
    runs = []
    for _ in range(_REPEATS):
        start = perf_counter()
        task()
        runs.append(perf_counter() - start)
    return median(runs)


def _line(x: list[int], y: list[float]) -> tuple[float, float]:
    """Slope and start of the line through points, neither below 0."""
    if len(set(x)) < 2:
        return 0.0, float(np.mean(y))
    slope = max(float(np.polyfit(x, y, 1)[0]), 0.0)
    return slope, max(float(np.mean(y)) - slope * float(np.mean(x)), 0.0)
