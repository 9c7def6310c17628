"""Settings that fit a gallery: the hyperplanes, K, L, and how many buckets a query reads.

They are found by asking the gallery itself. Some of its images are queries, and so are *strangers*
to it: images mixed with a random direction, which lie farther from everything, as photographs of
other things do. The direction is random as the gallery is: photographs of all things differ mostly
in the same ways. For each query the true neighbours are known, and at which probe each gallery
image would be found. That gives, for uniform and for leaning hyperplanes, for every K and L, the
least reading that finds nine in ten of the neighbours, of the gallery's own images and of strangers
alike, and what it costs; the cheapest of all is taken.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import log2

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .families.hyperplanes import Hyperplanes, bit_values
from .families.leaning import LeaningHyperplanes, stretch_of
from .lsh import LSHConfig
from .reading import N_STEPS, ReadingRule, most_probes
from .spread import Spread
from .vectors import checked_embeddings

FAMILIES: tuple[type[Hyperplanes], ...] = (LeaningHyperplanes, Hyperplanes)  # that are tried

WANTED = 0.9  # neighbour recall@10 on average
MOST_PROBES = 64  # per table, that a rule asks for

_AIM = 0.92  # on the sample, since what it measures has an error
_K = 10  # neighbours
_TABLES = (16, 24)
_BITS_AROUND = (-1, 0, 1)  # of log2 N: a bucket holds two images, one, or half a one
_FEWEST_BITS, _MOST_BITS = 2, 16
_LEAST_CONFIDENCE, _HALVINGS = 0.3, 6

_QUERIES = 240  # of the sample; half of them strangers
_PAIRS, _FEWEST_QUERIES = 600_000, 40  # pairs of a query and an image bound the time
_NEAREST = 160  # images of each query that the rule is made of
_MIXED = (0.0, 0.7)  # how much of its image is left in a stranger: the cosine to it
_JUDGES = 500  # images by which is judged what resembles the gallery
_FAMILIAR = 0.01  # the share of the gallery's images that are farther from their own nearest
_COSINES = -1 + 2 * np.arange(N_STEPS) / N_STEPS  # where each step of a rule begins
_WINDOW = 3  # steps of the cosine to either side that are counted with one
_FEW = 30  # pairs that say nothing yet

# What the parts of a look-up cost, in comparisons of two embeddings: measured, and rough.
_HYPERPLANE, _BUCKET = 0.05, 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Fitting:
    """The settings that fit a gallery, and what is expected of them."""

    family: type[Hyperplanes]
    lsh: LSHConfig
    rule: ReadingRule
    typical_probes: int  # per table: the median of the gallery's own images
    recall: float  # neighbour recall@10 of the gallery's own images, on the sample
    ratio: float  # share of the gallery that they read
    familiar_from: float  # cosine: 99 in 100 images of the gallery have one this near

    def is_familiar(self, nearest: float) -> bool:
        """Whether a query with this cosine to its nearest image resembles the gallery."""
        return nearest >= self.familiar_from


def fit(
    embeddings: ArrayLike,
    *,
    n_bits: int | None = None,
    n_tables: int | None = None,
    seed: int = 0,
    family: type[Hyperplanes] | None = None,
    strangers: ArrayLike | None = None,
) -> Fitting:
    """Choose hyperplanes, K, L and a rule of reading for a gallery.

    Args:
        embeddings: (N, D), rows of unit length.
        n_bits: K, where it is not to be chosen.
        n_tables: L, where it is not to be chosen.
        seed: of the hyperplanes.
        family: of the hyperplanes, where it is not to be chosen.
        strangers: (S, D), rows of unit length, of images like those that will be asked for, where
            some are at hand; by default they are made up.

    Raises:
        SettingError: not embeddings, or a number outside its range.
    """
    rows = checked_embeddings(embeddings, np.shape(embeddings)[-1])
    all_bits = _bits_for(len(rows)) if n_bits is None else [n_bits]
    all_tables = _TABLES if n_tables is None else (n_tables,)
    if len(rows) < 2:  # no image has another to be found
        lsh = LSHConfig(n_bits=all_bits[0], n_tables=all_tables[0], seed=seed)
        return _of_nothing(family or Hyperplanes, lsh)
    known = None if strangers is None else checked_embeddings(strangers, rows.shape[1])
    sample = _Sample(rows, known)
    trials = [
        trial
        for each in ([family] if family else FAMILIES)
        for bits in all_bits
        for trial in _trials(sample, each, n_bits=bits, all_tables=all_tables, seed=seed)
    ]
    good = [trial for trial in trials if trial.is_good]
    if good:
        best = min(good, key=lambda trial: trial.cost)
    else:
        best = max(trials, key=lambda trial: trial.recall)
    return Fitting(
        family=best.family,
        lsh=best.lsh,
        rule=best.rule,
        typical_probes=best.typical_probes,
        recall=best.own_recall,
        ratio=best.own_ratio,
        familiar_from=sample.familiar_from,
    )


def _of_nothing(family: type[Hyperplanes], lsh: LSHConfig) -> Fitting:
    rule = ReadingRule(np.ones(N_STEPS, np.int32))
    return Fitting(family, lsh, rule, typical_probes=1, recall=1.0, ratio=0.0, familiar_from=-1.0)


def _bits_for(n: int) -> list[int]:
    """The numbers of bits that are tried for n images."""
    middle = round(log2(max(n, 2)))
    return sorted({min(max(middle + it, _FEWEST_BITS), _MOST_BITS) for it in _BITS_AROUND})


class _Sample:
    """Queries whose neighbours are known: some of a gallery's images, and strangers to it."""

    def __init__(
        self, rows: NDArray[np.float32], strangers: NDArray[np.float32] | None = None
    ) -> None:
        """Draw them.

        Args:
            rows: (N, D) the gallery, two images or more.
            strangers: (S, D), or None: they are made up.
        """
        n = len(rows)
        rng = np.random.default_rng(0)
        n_queries = min(_QUERIES, max(_FEWEST_QUERIES, _PAIRS // n))
        n_own = min(n, n_queries // 2)
        own = rng.choice(n, n_own, replace=False)
        self.spread = Spread.of(rows, axes=True)
        if strangers is None:
            strangers = _made_up(rows, n_queries // 2, self.spread, rng)
        self.rows = rows
        self.queries = np.concatenate([rows[own], strangers]).astype(np.float32)  # (Q, D)
        self.is_own = np.arange(len(self.queries)) < n_own  # (Q,)
        cosines = self.queries @ rows.T  # (Q, N)
        cosines[np.arange(n_own), own] = -2  # no query is its own hit
        n_nearest = min(_NEAREST, n - 1)
        # (Q, M) the nearest images of each query, best first
        self.nearest = np.argsort(-cosines, axis=1, kind="stable")[:, :n_nearest]
        self.cosines = np.take_along_axis(cosines, self.nearest, axis=1)
        self.between = self._between()
        self.familiar_from = _familiar_from(rows, rng)

    def _between(self) -> float:
        """The cosine between the k-th neighbours of the gallery's own images and of strangers."""
        kth = self.cosines[:, :_K][:, -1]
        return float((np.median(kth[self.is_own]) + np.median(kth[~self.is_own])) / 2)


def _made_up(
    rows: NDArray[np.float32], n: int, spread: Spread, rng: np.random.Generator
) -> NDArray[np.floating]:
    """Mix images with directions that are random as the gallery is: (n, D)."""
    images = rows[rng.choice(len(rows), n)]
    noise = _unit(rng.standard_normal((n, rows.shape[1])) @ stretch_of(spread, 0.5))
    share = rng.uniform(*_MIXED, (n, 1))
    return _unit(share * images + np.sqrt(1 - share**2) * noise)


def _familiar_from(rows: NDArray[np.float32], rng: np.random.Generator) -> float:
    """The cosine to their nearest that 99 in 100 images have at least."""
    some = rng.choice(len(rows), min(len(rows), _JUDGES), replace=False)
    cosines = rows[some] @ rows.T
    cosines[np.arange(len(some)), some] = -2
    return float(np.quantile(cosines.max(axis=1), _FAMILIAR, method="lower"))


@dataclass(frozen=True, slots=True, eq=False)
class _Trial:
    """What some hyperplanes, K and L give, at the confidence that is just enough."""

    family: type[Hyperplanes]
    lsh: LSHConfig
    rule: ReadingRule
    own_recall: float
    recall: float  # the lesser of the gallery's own images' and of strangers'
    own_ratio: float
    typical_probes: int
    cost: float  # on average

    @property
    def is_good(self) -> bool:
        return self.recall >= _AIM


def _trials(
    sample: _Sample,
    family: type[Hyperplanes],
    *,
    n_bits: int,
    all_tables: tuple[int, ...],
    seed: int,
) -> list[_Trial]:
    """Try so many bits with each number of tables: all begin with the same hyperplanes."""
    most = max(all_tables)
    drawn = family.draw(n_tables=most, n_bits=n_bits, spread=sample.spread, seed=seed)

    def margins_of(embeddings: NDArray[np.float32]) -> NDArray[np.float32]:  # (n, L, K)
        normals = drawn.normals.reshape(most * n_bits, -1)
        around = np.asarray(embeddings - drawn.centre, np.float32)
        return (around @ normals.T).reshape(-1, most, n_bits)

    keys = (margins_of(sample.rows) >= 0) @ bit_values(n_bits)  # (N, L)
    margins = margins_of(sample.queries)
    found_at = np.full((len(sample.queries), len(sample.rows)), MOST_PROBES, np.uint8)
    trials = []
    for table in range(most):
        _find(found_at, margins[:, table], keys[:, table])
        if table + 1 in all_tables:
            lsh = LSHConfig(n_bits=n_bits, n_tables=table + 1, seed=seed)
            trials.append(_trial(sample, family, lsh, found_at))
    return trials


def _find(
    found_at: NDArray[np.uint8], margins: NDArray[np.float32], keys: NDArray[np.int64]
) -> None:
    """Note at which probe, from 0, one more table finds each image for each query.

    All queries at once: where a hundred visitors come together, every call of NumPy may have to
    wait for its turn.

    Args:
        found_at: (Q, N), brought up to date; MOST_PROBES where none of the probes finds it.
        margins: (Q, K) of the queries.
        keys: (N,) of the images.
    """
    n_bits = margins.shape[1]
    values = bit_values(n_bits)
    own = (margins >= 0) @ values
    by_cost = np.argsort(np.abs(margins), axis=1)  # (Q, K) the most fragile bit first
    rising = np.take_along_axis(np.square(margins, dtype=np.float64), by_cost, axis=1)
    sets = _likely_sets(n_bits)  # (S, K)
    order = _least_first(rising @ sets.T, MOST_PROBES)  # (Q, P)
    flips = np.take_along_axis(values[by_cost] @ sets.T.astype(np.int64), order, axis=1)
    probed = flips ^ own[:, np.newaxis]
    buckets, bucket_of = np.unique(keys, return_inverse=True)  # (B,), (N,): those that aren't empty
    places = np.minimum(np.searchsorted(buckets, probed), len(buckets) - 1)
    places[buckets[places] != probed] = len(buckets)  # an empty one: its column is read by nobody
    probe_of = np.full((len(margins), len(buckets) + 1), MOST_PROBES, np.uint8)
    np.put_along_axis(probe_of, places, np.arange(probed.shape[1], dtype=np.uint8)[None], axis=1)
    np.minimum(found_at, probe_of[:, bucket_of], out=found_at)


def _least_first(costs: NDArray[np.float64], n: int) -> NDArray[np.intp]:
    """Columns of the n least costs of each row (Q, S), rising; of equal ones the first before."""
    if n >= costs.shape[1]:
        return np.argsort(costs, axis=1, kind="stable")
    least = np.sort(np.argpartition(costs, n - 1, axis=1)[:, :n], axis=1)
    rising = np.argsort(np.take_along_axis(costs, least, axis=1), axis=1, kind="stable")
    return np.take_along_axis(least, rising, axis=1)


def _likely_sets(n_bits: int) -> NDArray[np.float64]:
    """The sets of bits that are flipped first, bits numbered by rising cost: (S, K) of 0 and 1.

    All sets of the eight most fragile bits, and each other bit alone. Few of the first 64 probes
    are others.
    """
    fragile = min(n_bits, 8)
    numbers = np.arange(1 << fragile)[:, np.newaxis]
    sets = np.zeros((len(numbers) + n_bits - fragile, n_bits))
    sets[: len(numbers), :fragile] = numbers >> np.arange(fragile) & 1
    sets[len(numbers) :, fragile:] = np.eye(n_bits - fragile)
    return sets


def _trial(
    sample: _Sample, family: type[Hyperplanes], lsh: LSHConfig, found_at: NDArray[np.uint8]
) -> _Trial:
    """Find the least confidences that give the recall, and what that costs.

    There are two: the nearer half of what queries find must be enough for the gallery's own
    images, the farther half for strangers.
    """
    when = np.take_along_axis(found_at, sample.nearest, axis=1)  # (Q, M)
    n_read = _read_by_probe(found_at)  # (Q, P)
    kth = _kth_by_probe(sample, when)  # (Q, P)
    pairs = _pairs_by_step(sample, when)
    most = min(most_probes(lsh.n_bits), MOST_PROBES)

    def tried(near: float, far: float) -> _Trial:
        rule = _rule(pairs, np.where(sample.between > _COSINES, far, near), most)
        stop = _stops(kth, rule)  # (Q,)
        found = (when[:, :_K] <= stop[:, np.newaxis]).mean(axis=1)
        return _judged(sample, family, lsh, rule, stop=stop, found=found, n_read=n_read)

    near = _least(lambda confidence: tried(confidence, confidence).own_recall >= _AIM)
    far = _least(lambda confidence: tried(near, confidence).recall >= _AIM)
    return tried(near, far)


def _least(is_enough: Callable[[float], bool]) -> float:
    """Return the least confidence that is enough, by halving: 1 where none is."""
    low, high = _LEAST_CONFIDENCE, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


def _judged(
    sample: _Sample,
    family: type[Hyperplanes],
    lsh: LSHConfig,
    rule: ReadingRule,
    *,
    stop: NDArray[np.intp],
    found: NDArray[np.float64],
    n_read: NDArray[np.intp],
) -> _Trial:
    """Judge a rule by when queries stop (Q,), what they find (Q,) and read by probe (Q, P)."""
    own, n = sample.is_own, len(sample.rows)
    read = np.take_along_axis(n_read, stop[:, np.newaxis], axis=1)[:, 0]
    buckets = lsh.n_tables * (stop + 1)
    costs = _HYPERPLANE * lsh.n_tables * lsh.n_bits + _BUCKET * buckets + read  # (Q,)
    return _Trial(
        family=family,
        lsh=lsh,
        rule=rule,
        own_recall=float(found[own].mean()),
        recall=float(min(found[own].mean(), found[~own].mean())),
        own_ratio=float(read[own].mean() / n),
        typical_probes=int(np.median(stop[own])) + 1,
        cost=float((costs[own].mean() + costs[~own].mean()) / 2),
    )


def _read_by_probe(found_at: NDArray[np.uint8]) -> NDArray[np.intp]:
    """How many images each query has read after each probe: (Q, MOST_PROBES)."""
    counts = np.array([np.bincount(row, minlength=MOST_PROBES + 1) for row in found_at])
    return np.cumsum(counts[:, :MOST_PROBES], axis=1)


def _kth_by_probe(sample: _Sample, when: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The k-th best cosine that each query has found after each probe, or -2: (Q, MOST_PROBES)."""
    n_queries, n_nearest = when.shape
    k = min(_K, n_nearest)
    # After the j nearest images, the k-th of them is found at the k-th smallest of their probes,
    # which is no later with every further image.
    ten = when[:, :k].copy()
    at = np.empty((n_queries, n_nearest - k + 1), np.intp)
    at[:, 0] = ten.max(axis=1)
    for j in range(k, n_nearest):
        ten[np.arange(n_queries), ten.argmax(axis=1)] = np.minimum(ten.max(axis=1), when[:, j])
        at[:, j - k + 1] = ten.max(axis=1)
    later = (at[:, :, np.newaxis] > np.arange(MOST_PROBES)).sum(axis=1)  # (Q, P)
    found = later < at.shape[1]
    places = np.minimum(later + k - 1, n_nearest - 1)
    return np.where(found, np.take_along_axis(sample.cosines, places, axis=1), -2.0)


def _pairs_by_step(sample: _Sample, when: NDArray[np.uint8]) -> NDArray[np.intp]:
    """How many images of about each cosine the first probes find: (N_STEPS, MOST_PROBES + 1)."""
    shape = (N_STEPS, MOST_PROBES + 1)
    counts = np.bincount(
        (_steps(sample.cosines) * shape[1] + when).ravel(), minlength=shape[0] * shape[1]
    )
    below = np.zeros((N_STEPS + 1, shape[1]), np.intp)
    below[1:] = np.cumsum(counts.reshape(shape), axis=0)
    steps = np.arange(N_STEPS)
    around = below[np.minimum(steps + _WINDOW + 1, N_STEPS)] - below[np.maximum(steps - _WINDOW, 0)]
    return np.cumsum(around, axis=1)


def _rule(pairs: NDArray[np.intp], confidence: NDArray[np.float64], most: int) -> ReadingRule:
    """The rule by which this share (N_STEPS,) of the images at each cosine is found."""
    n = pairs[:, -1:]
    needed = np.argmax(pairs >= confidence[:, np.newaxis] * n, axis=1) + 1
    needed = np.where(n[:, 0] >= _FEW, np.minimum(needed, most), most)
    return ReadingRule(np.minimum.accumulate(needed).astype(np.int32))


def _steps(cosines: NDArray[np.floating]) -> NDArray[np.intp]:
    steps: NDArray[np.intp] = np.clip((cosines + 1) * (N_STEPS / 2), 0, N_STEPS - 1).astype(np.intp)
    return steps


def _stops(kth: NDArray[np.float64], rule: ReadingRule) -> NDArray[np.intp]:
    """At which probe, from 0, each query stops: (Q,)."""
    enough = (np.arange(MOST_PROBES) + 1 >= rule.needed[_steps(kth)]) & (kth > -2)
    return np.where(enough.any(axis=1), np.argmax(enough, axis=1), MOST_PROBES - 1)


def _unit(rows: NDArray[np.floating]) -> NDArray[np.floating]:
    unit: NDArray[np.floating] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit
