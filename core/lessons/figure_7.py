"""Figure 7: hash codes of similar images differ in few bits, those of others in many.

How many bits differ follows the angle: each of n hyperplanes separates two images with
probability theta/pi, so the count is binomial.
"""

from dataclasses import dataclass
from math import lgamma

import numpy as np
from numpy.typing import NDArray

from ..index.families.hyperplanes import keys_of
from .hashing import DEGREES, degrees_of

_DRAWN_PAIRS = 10_000  # out of which some of every angle are taken


@dataclass(frozen=True, slots=True, eq=False)
class HammingPairs:
    """Pairs of images by rising angle, and in how many bits they differ."""

    rows: NDArray[np.intp]  # (P, 2)
    degrees: NDArray[np.float64]  # (P,) theta, ascending
    different: NDArray[np.int64]  # (P,) of ``n_bits``
    n_bits: int  # that were compared: K of one table, or K·L of all


def spread_pairs(
    embeddings: NDArray[np.float32], n_pairs: int, *, seed: int = 0
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Draw pairs of different rows, taking from every degree in turn.

    Pairs drawn at random are nearly all some 80 degrees apart; these show the whole range.

    Returns:
        rows (P, 2) and degrees (P,), by rising angle; P is smaller in a tiny gallery.
    """
    n = len(embeddings)
    drawn = np.random.default_rng(seed).integers(n, size=(_DRAWN_PAIRS, 2))
    pairs = np.unique(np.sort(drawn[drawn[:, 0] != drawn[:, 1]]), axis=0)  # (Q, 2)
    degrees = degrees_of(np.vecdot(embeddings[pairs[:, 0]], embeddings[pairs[:, 1]]))
    shuffled = np.random.default_rng(seed).permutation(len(pairs))
    in_turn = np.empty(len(pairs), dtype=np.int64)  # how many of its degree came before it
    order = shuffled[np.argsort(degrees[shuffled].astype(int), kind="stable")]
    bins = degrees[order].astype(int)
    in_turn[order] = np.arange(len(pairs)) - np.searchsorted(bins, bins)
    chosen = np.argsort(in_turn, kind="stable")[:n_pairs]
    chosen = chosen[np.argsort(degrees[chosen], kind="stable")]
    return pairs[chosen], degrees[chosen]


def hamming_pairs(
    embeddings: NDArray[np.float32],
    hyperplanes: NDArray[np.float32],
    n_pairs: int,
) -> HammingPairs:
    """Compare hash codes of pairs of images with the angles between them.

    Args:
        embeddings: (n, D) of unit length.
        hyperplanes: (T, K, D) of the tables to compare: T·K bits.
        n_pairs: how many pairs at most.
    """
    rows, degrees = spread_pairs(embeddings, n_pairs)
    used, position = np.unique(rows, return_inverse=True)
    keys = keys_of(embeddings[used], hyperplanes)[position.reshape(rows.shape)]  # (P, 2, T)
    different = np.bitwise_count(keys[:, 0] ^ keys[:, 1]).sum(axis=1, dtype=np.int64)
    return HammingPairs(rows, degrees, different, hyperplanes.shape[0] * hyperplanes.shape[1])


def binomial_band(
    p: NDArray[np.float64], n: int, *, level: float = 0.95
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Within which counts n independent draws of probability p lie, ``level`` of the time.

    Args:
        p: (m,) probabilities.
        n: draws.
        level: at least this share of all outcomes lies from low to high; half of the rest below.

    Returns:
        low (m,) and high (m,), both counts included.
    """
    counts = np.arange(n + 1)
    ways = np.array([lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) for k in counts])
    inside = np.clip(p, 1e-12, 1 - 1e-12)[:, np.newaxis]  # (m, 1): 0 and 1 have no logarithm
    log = ways + counts * np.log(inside) + (n - counts) * np.log1p(-inside)
    cumulated = np.exp(log).cumsum(axis=1)  # (m, n + 1)
    tail = (1 - level) / 2
    low = (cumulated < tail).sum(axis=1)
    high = np.minimum((cumulated < 1 - tail).sum(axis=1), n)
    return low, high


def share_inside(pairs: HammingPairs, *, level: float = 0.95) -> float:
    """Share of the pairs whose count of different bits lies in the band of their angle."""
    low, high = binomial_band(pairs.degrees / DEGREES, pairs.n_bits, level=level)
    return float(((low <= pairs.different) & (pairs.different <= high)).mean())
