"""How long building will take, told from two small builds: nobody waits an hour to learn it.

Building takes a power of the number of vectors, N (1 for codes, 3/2 for cells that grow as the
root of N), and two builds tell which:

    t(N) = t2 (N / n2)^p,    p = log(t2 / t1) / log(n2 / n1), at least 1

Caches hold a small index better than a large one, so a graph takes longer than this says.
"""

from collections.abc import Collection
from math import log
from time import perf_counter

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from ..language import later, tr
from ..progress import Progress, silent
from .contestants.base import Contestant
from .data import Matrix
from .registry import enter

MOST_SECONDS = 30 * 60  # that building may take
SAMPLES = (25_000, 100_000)  # n1 and n2, vectors
FROM = 1_000_000  # vectors; a smaller gallery is built by everyone


def too_slow(
    names: Collection[str], gallery: Matrix, threads: int, *, progress: Progress = silent
) -> dict[str, str]:
    """Say of each who would build for longer than ``MOST_SECONDS`` how long it would take.

    Args:
        names: of contestants, as the registry gives them.
        gallery: the vectors (N, D).
        threads: for building.
        progress: called with how far it is.
    """
    if len(gallery) < FROM:
        return {}
    slow = {}
    for done, name in enumerate(names):
        progress(done, len(names), tr("Building {name} on a sample", name=name))
        contestant = enter([name])[0][name]
        contestant.warm_up(gallery.shape[1])
        seconds = [_build(contestant, _sample(gallery, n), threads) for n in SAMPLES]
        expected = extrapolated(SAMPLES, seconds, len(gallery))
        if expected > MOST_SECONDS:
            slow[name] = later(
                "Built of {n1:,} and {n2:,} vectors it took {t1:.0f} and {t2:.0f} s, so all would "
                "take about {minutes:.0f} minutes; {most} are allowed.",
                n1=SAMPLES[0],
                n2=SAMPLES[1],
                t1=seconds[0],
                t2=seconds[1],
                minutes=expected / 60,
                most=MOST_SECONDS // 60,
            )
    return slow


def extrapolated(sizes: tuple[int, int], seconds: list[float], n: int) -> float:
    """Seconds that n vectors will take, as two sizes took ``seconds``."""
    (n1, n2), (t1, t2) = sizes, seconds
    power = max(1.0, log(t2 / t1) / log(n2 / n1))
    return float(t2 * (n / n2) ** power)


def _sample(gallery: Matrix, n: int) -> Matrix:
    """Vectors from all over the gallery, (n, D), side by side in memory as its own are."""
    return np.ascontiguousarray(gallery[:: len(gallery) // n][:n])


def _build(contestant: Contestant, sample: Matrix, threads: int) -> float:
    with threadpool_limits(threads):
        begin = perf_counter()
        contestant.fit(sample, threads)
        return perf_counter() - begin
