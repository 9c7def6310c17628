"""The engine chooses its own settings: as little work as the wanted recall allows.

How many cells, sketches or probes a query needs depends on the gallery, and no formula knows it.
So some images of the gallery are asked for as if they were queries, each left out of its own
results, and their true neighbours found by the exact scan. Of all settings that find enough of
these, the one with the least work wins. What it then finds for *other* images of the gallery is
what it is expected to find: the images that a setting was chosen with flatter it.

Work is counted in nanoseconds of one processor that we measured. Another one takes more or less
for everything, and the choice stays nearly as good; and the same gallery gets the same settings
every time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import SettingError
from ..index.exact import neighbour_recall
from ..language import tr
from ..progress import Progress, silent
from .base import Answers
from .buckets import BucketIndex, BucketSearch
from .codes import CodeIndex, CodeSearch
from .kernels import readable

CHOOSING, JUDGING = 300, 300  # images that settings are chosen with, and judged with

Settings = CodeSearch | BucketSearch

MOST_READ = 200_000  # vectors whose sketches are looked at to choose how many should be
MOST_REFINED = 20_000

_BLOCK = 4_096  # rows of the gallery that are scanned at once
_PROBE_NS, _ENTRY_NS, _CENTRE_NS = 60, 5, 0.01
_SKETCH_NS, _SKETCH_WORD_NS = 0.3, 0.15  # a sketch, and each word of it
_CODE_NS, _WORD_NS = 15, 0.5  # a whole code: to reach it, and for each word of it
_ROW_NS, _NUMBER_NS = 50, 0.25  # an embedding: to reach it, and for each number of it


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """What was wanted, what was chosen, and what to expect of it."""

    k: int
    wanted: float  # neighbour recall@k
    settings: Settings
    expected: float  # recall on images that the settings were not chosen with
    margin: float  # of ``expected``: two standard errors
    is_reached: bool  # by any settings that were tried; else these do the most work that is tried
    looked_at: tuple[int, ...]  # vectors that each stage looks at, on average
    seconds: float  # that the choice took


class Calibrator:
    """Chooses the settings of one index, for any wanted recall of k hits.

    The true neighbours are found once, when it is made.

    Args:
        index: whose gallery is asked for its own images.
        k: hits.
        seed: of the sample.
        threads: that search.
        progress: called with how far it is.

    Raises:
        SettingError: the gallery is too small to try settings on.
    """

    def __init__(
        self,
        index: CodeIndex | BucketIndex,
        *,
        k: int = 10,
        seed: int = 0,
        threads: int = 1,
        progress: Progress = silent,
    ) -> None:
        start = perf_counter()
        if len(index) < 2 * k:
            raise SettingError(
                tr(
                    "{n_images} images are too few to choose {k} hits from; add some.",
                    n_images=len(index),
                    k=k,
                )
            )
        self._index, self._k = index, k
        sample = np.random.default_rng(seed).permutation(index.order)[: CHOOSING + JUDGING]
        asked = _asked(index, sample, k=k, threads=threads, progress=progress)
        half = len(sample) // 2
        self._choosing, self._judging = asked.some(slice(half)), asked.some(slice(half, None))
        self._ranks: _CellRanks | _BucketRanks = (
            _CellRanks(index, self._choosing, progress)
            if isinstance(index, CodeIndex)
            else _BucketRanks(index, self._choosing, progress, most_read=MOST_REFINED)
        )
        self._progress = progress
        self._seconds = perf_counter() - start

    def choose(self, wanted: float) -> Calibration:
        """Choose the settings for a neighbour recall, and leave the index set to them.

        Args:
            wanted: neighbour recall@k, above 0 and below 1.

        Raises:
            SettingError: ``wanted`` can't be had.
        """
        start = perf_counter()
        if not 0 < wanted < 1:
            raise SettingError(
                tr(
                    "A neighbour recall of {wanted} can't be wanted; take one from 0.5 to 0.99.",
                    wanted=wanted,
                )
            )
        index, k = self._index, self._k
        settings: Any
        if isinstance(self._ranks, _CellRanks):
            settings = _choose_codes(self._ranks, wanted, k)
        else:
            settings = _choose_buckets(self._ranks, wanted, k)
            if settings is None and self._ranks.most_read < MOST_READ:  # seldom: it takes long
                self._ranks = _BucketRanks(
                    self._ranks.index, self._choosing, self._progress, most_read=MOST_READ
                )
                settings = _choose_buckets(self._ranks, wanted, k)
        index.settings = settings or _widest(index)
        recalls, answers = self._judging.run(index, index.settings)
        return Calibration(
            k=k,
            wanted=wanted,
            settings=index.settings,
            expected=float(recalls.mean()),
            margin=float(2 * recalls.std() / np.sqrt(len(recalls))),
            is_reached=settings is not None,
            looked_at=tuple(round(n) for n in answers.looked_at.mean(axis=0).tolist()),
            seconds=self._seconds + perf_counter() - start,
        )


def lower_bound(recalls: NDArray[np.floating]) -> float:
    """Mean recall of some queries (n,), less 1.5 standard errors: what is safe to promise.

    Of many settings that are tried, the one with the least work is likely to be a lucky one.
    """
    return float(recalls.mean() - 1.5 * recalls.std() / np.sqrt(len(recalls)))


# Asking -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """Images of the gallery as queries."""

    queries: NDArray[np.float32]  # (n, D)
    own: NDArray[np.int64]  # (n,) their ids
    truth: NDArray[np.int64]  # (n, k) rows of the exact scan's top k, the query left out
    threads: int  # that search

    def some(self, part: slice) -> "_Asked":
        """Return a part of them."""
        return _Asked(self.queries[part], self.own[part], self.truth[part], self.threads)

    def run(
        self, index: CodeIndex | BucketIndex, settings: Any
    ) -> tuple[NDArray[np.float64], Answers]:
        """Recall of each query (n,), and the answers."""
        answers = index.query_batch(
            self.queries,
            k=self.truth.shape[1],
            settings=settings,
            exclude=self.own,
            threads=self.threads,
        )
        pairs = zip(answers.ids, index.ids[self.truth], strict=True)
        return np.array([neighbour_recall(found, truth) for found, truth in pairs]), answers


def _asked(
    index: CodeIndex | BucketIndex,
    rows: NDArray[np.int32],
    *,
    k: int,
    threads: int,
    progress: Progress,
) -> _Asked:
    queries = np.asarray(index.rows[rows], np.float32)
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)  # float16 rounds
    truth = np.full((len(rows), k), -1)
    top = np.full((len(rows), k), -np.inf, np.float32)
    blocks = range(0, len(index.rows), _BLOCK)
    for done, start in enumerate(blocks, start=1):
        block = np.arange(start, min(start + _BLOCK, len(index.rows)))
        scores = queries @ np.asarray(index.rows[block], np.float32).T
        scores[(index.ids[block] < 0) | (block == rows[:, np.newaxis])] = -np.inf
        scores = np.concatenate([top, scores], axis=1)
        candidates = np.concatenate([truth, np.broadcast_to(block, (len(rows), len(block)))], 1)
        best = np.argpartition(-scores, k - 1, axis=1)[:, :k]
        top, truth = (np.take_along_axis(each, best, axis=1) for each in (scores, candidates))
        progress(done, len(blocks), tr("Finding true neighbours"))
    return _Asked(queries, index.ids[rows], truth, threads)


# Ranks ------------------------------------------------------------------------------------


def _enough_of_both(
    reached: NDArray[np.bool_],
    sketch: NDArray[np.int64],
    code: NDArray[np.int64],
    wanted: float,
    k: int,
) -> Iterator[tuple[int, int]]:
    """Numbers of sketches and of embeddings to go on with, that are enough together.

    A true neighbour is found where the search gets to it, and its sketch and its code are near
    enough. At which numbers that happens, its ranks say; so every combination of numbers is
    judged without searching even once.

    Args:
        reached: (n, k) whether a cell or a bucket that is read holds the neighbour.
        sketch: (n, k) how many vectors there have nearer sketches.
        code: (n, k) how many there have nearer codes.
        wanted: neighbour recall.
        k: hits.
    """
    for n_sketch in _steps(4 * k, MOST_REFINED, 1.25):
        passed = reached & (sketch < n_sketch)
        if lower_bound(passed.mean(axis=1)) < wanted:
            continue
        n_rerank = _enough(np.where(passed, code, MOST_REFINED), wanted, k)
        if n_rerank is not None:
            yield n_sketch, min(n_rerank, n_sketch)


def _enough(ranks: NDArray[np.int64], wanted: float, k: int) -> int | None:
    """How many must go on, at least k, so that recall is safe to promise; None where too many."""
    steps = _steps(k, MOST_REFINED // 2, 1.1)
    low, high = 0, len(steps)
    while low < high:
        middle = (low + high) // 2
        if lower_bound((ranks < steps[middle]).mean(axis=1)) >= wanted:
            high = middle
        else:
            low = middle + 1
    return steps[low] if low < len(steps) else None


# Cells ------------------------------------------------------------------------------------


def _choose_codes(ranks: "_CellRanks", wanted: float, k: int) -> CodeSearch | None:
    """The settings with the least work that reach what is wanted; None if none do."""
    best: tuple[float, CodeSearch] | None = None
    for c, n_cells in enumerate(ranks.n_cells):
        for w, n_words in enumerate(ranks.n_words):
            reached = ranks.cell < n_cells
            for n_sketch, n_rerank in _enough_of_both(
                reached, ranks.sketch[c, w], ranks.code, wanted, k
            ):
                settings = CodeSearch(
                    n_cells=n_cells, n_words=n_words, n_sketch=n_sketch, n_rerank=n_rerank
                )
                work = _code_work(ranks.index, settings, ranks.read[c])
                if best is None or work < best[0]:
                    best = work, settings
    return best[1] if best else None


class _CellRanks:
    """For each true neighbour of each query (n, k): how many vectors come before it, by stage."""

    def __init__(self, index: CodeIndex, asked: _Asked, progress: Progress) -> None:
        self.index = index
        shape = asked.truth.shape
        n_cells = len(index.centres)
        mean = len(index) / n_cells
        self.n_words = sorted({n for n in (1, 2, 3, 4, 5, 6, 8) if n <= len(index.sketches)})
        self.n_cells = [n for n in _steps(1, n_cells, 1.25) if n * mean <= MOST_READ] or [1]
        self.read = np.zeros(len(self.n_cells))  # vectors in so many cells, on average
        self.cell = np.zeros(shape, np.int64)
        self.sketch = np.zeros((len(self.n_cells), len(self.n_words), *shape), np.int64)
        self.code = np.zeros(shape, np.int64)
        position = np.empty(len(index.rows), np.int64)
        position[index.order] = np.arange(len(index))
        truth = position[asked.truth]
        margins = index.margins(asked.queries)
        codes = readable.pack(margins, index.n_words)
        planes = readable.weigh(margins, index.n_words)
        units = readable.half_units(margins, index.n_words)
        scores = index.points_of(asked.queries) @ index.centres.T
        by_cell = np.argsort(-scores, axis=1, kind="stable")
        for i in range(len(codes)):
            self._rank(i, (codes[i], planes[i], units[i]), by_cell[i], truth[i])
            progress(i + 1, len(codes), tr("Trying settings"))

    def _rank(
        self,
        i: int,
        query: tuple[NDArray[np.uint64], NDArray[np.uint64], np.float32],
        cells: NDArray[np.intp],
        truth: NDArray[np.int64],
    ) -> None:
        """Rank the true neighbours, at positions (k,), of query i, whose cells are in order.

        Of the query it takes the sides, the planes of weights, and half their unit.
        """
        index, (code, planes, _) = self.index, query
        cell_of_truth = np.searchsorted(index.lists.starts, truth, side="right") - 1
        place = np.empty(len(cells), np.int64)
        place[cells] = np.arange(len(cells))
        self.cell[i] = place[cell_of_truth]
        read = cells[: self.n_cells[-1]]
        stretches = [slice(index.lists.starts[c], index.lists.starts[c + 1]) for c in read]
        ends = np.cumsum([s.stop - s.start for s in stretches])[np.array(self.n_cells) - 1]
        self.read += ends / len(self.cell)
        positions = np.concatenate([np.arange(s.start, s.stop) for s in stretches])
        near, own, most = (np.zeros(n, np.int64) for n in (len(positions), len(truth), 1))
        for w, words in enumerate(index.sketches):
            side, weights = code[w : w + 1], np.ascontiguousarray(planes[:, w : w + 1])
            apart = partial(index.kernels.weighted_distances, side, weights)
            near += apart(words[positions, np.newaxis])
            own += apart(words[truth, np.newaxis])
            most += apart(~side[:, np.newaxis])
            if w + 1 in self.n_words:
                place_of = self.sketch[:, self.n_words.index(w + 1), i]
                place_of[:] = _before(own, near, ends, readable.coarseness(most[0]))
        positions = positions[readable.within(near, MOST_REFINED)]
        lists, estimates = index.lists, index.kernels.estimates
        of_all, of_truth = (
            estimates(*query, lists.codes[some], lists.scales[some]) for some in (positions, truth)
        )
        self.code[i] = np.searchsorted(np.sort(-of_all), -of_truth)


def _before(
    own: NDArray[np.int64], near: NDArray[np.int64], ends: NDArray[np.int64], shift: int
) -> NDArray[np.int64]:
    """How many of the first ``ends`` (c,) sketches are nearer than each of (k,) own: (c, k)."""
    steps = np.minimum(near >> shift, readable.LAST)
    counts = [
        np.bincount(steps[first:last], minlength=readable.LAST + 1)
        for first, last in zip([0, *ends[:-1]], ends, strict=True)
    ]
    up_to = np.cumsum(np.cumsum(counts, axis=0), axis=1)  # (c, 128)
    padded = np.pad(up_to, ((0, 0), (1, 0)))
    nearer: NDArray[np.int64] = padded[:, np.minimum(own >> shift, readable.LAST)]
    return nearer


def _code_work(index: CodeIndex, settings: CodeSearch, read: float) -> float:
    """Nanoseconds of one query, apart from what all settings share."""
    of_each = _SKETCH_NS + settings.n_words * _SKETCH_WORD_NS
    sketching: float = index.lists.centres.size * _CENTRE_NS + read * of_each
    return sketching + _later_work(index, min(settings.n_sketch, read), settings.n_rerank)


# Buckets ----------------------------------------------------------------------------------


def _choose_buckets(ranks: "_BucketRanks", wanted: float, k: int) -> BucketSearch | None:
    """The settings with the least work that reach what is wanted; None if none do."""
    best: tuple[float, BucketSearch] | None = None
    for p, n_probes in enumerate(ranks.n_probes):
        for n_sketch, n_rerank in _enough_of_both(
            ranks.step <= p, ranks.sketch[p], ranks.code[p], wanted, k
        ):
            settings = BucketSearch(n_probes=n_probes, n_sketch=n_sketch, n_rerank=n_rerank)
            work = _bucket_work(ranks.index, settings, ranks.entries[p])
            if best is None or work < best[0]:
                best = work, settings
    return best[1] if best else None


class _BucketRanks:
    """For each true neighbour of each query (n, k): the probe that finds it, and its ranks."""

    def __init__(
        self, index: BucketIndex, asked: _Asked, progress: Progress, *, most_read: int
    ) -> None:
        self.index, self.most_read = index, most_read  # entries of buckets, on average
        shape = asked.truth.shape
        n_buckets = 2**index.config.n_bits
        of_each_probe = index.config.n_tables * len(index) / n_buckets  # entries, on average
        most = max(1, min(1_024, n_buckets, round(most_read / of_each_probe)))
        self.n_probes = _steps(1, most, 1.25)
        self.entries = np.zeros(len(self.n_probes))  # of so many probes' buckets, on average
        self.step = np.zeros(shape, np.int64)  # of n_probes, from which on it is a candidate
        self.sketch = np.zeros((len(self.n_probes), *shape), np.int64)
        self.code = np.zeros((len(self.n_probes), *shape), np.int64)
        margins = index.margins(asked.queries)
        keys = index.keys_to_probe(margins, asked.queries, self.n_probes[-1])  # (n, L, P)
        codes = readable.pack(margins, index.n_words)
        planes = readable.weigh(margins, index.n_words)
        for i in range(len(codes)):
            self._rank(i, codes[i], planes[i], keys[i], asked.truth[i])
            progress(i + 1, len(codes), tr("Trying settings"))

    def _rank(
        self,
        i: int,
        code: NDArray[np.uint64],
        planes: NDArray[np.uint64],
        keys: NDArray[np.int64],
        truth: NDArray[np.int64],
    ) -> None:
        """Rank the true neighbours, rows (k,), of query i."""
        index, n_steps = self.index, len(self.n_probes)
        firsts, lasts = index.kernels.find_buckets(keys, index.tables)
        entered = readable.entries(firsts, lasts, index.tables)
        read = np.cumsum((lasts - firsts).sum(axis=0))  # entries up to each probe
        probe = np.searchsorted(read, np.arange(len(entered)), side="right") + 1
        step = np.searchsorted(self.n_probes, probe)
        self.entries += _up_to(step, n_steps) / len(self.step)
        candidates, first = np.unique(entered[:, 0].astype(np.int64), return_index=True)
        found = dict(zip(candidates.tolist(), step[first].tolist(), strict=True))
        self.step[i] = [found.get(row, n_steps) for row in truth.tolist()]
        distances = index.kernels.weighted_distances
        own, weights = code[-1:], np.ascontiguousarray(planes[:, -1:])
        near = distances(own, weights, np.ascontiguousarray(entered[:, 1:]))
        of_truth = np.ascontiguousarray(index.tables.codes[truth, -1:])
        for j, distance in enumerate(distances(own, weights, of_truth)):
            self.sketch[:, i, j] = _up_to(step[near < distance], n_steps)
        near = distances(code, planes, index.tables.codes[candidates])
        for j, distance in enumerate(distances(code, planes, index.tables.codes[truth])):
            self.code[:, i, j] = _up_to(step[first][near < distance], n_steps)


def _up_to(steps: NDArray[np.int64], n_steps: int) -> NDArray[np.int64]:
    """How many of the steps (n,) are at most 0, 1, …: (n_steps,)."""
    counts: NDArray[np.int64] = np.cumsum(np.bincount(steps, minlength=n_steps))
    return counts


def _bucket_work(index: BucketIndex, settings: BucketSearch, entries: float) -> float:
    """Nanoseconds of one query, apart from what all settings share."""
    probing: float = index.config.n_tables * settings.n_probes * _PROBE_NS
    matching = entries * _ENTRY_NS
    n_codes = min(settings.n_sketch, entries)
    return probing + matching + _later_work(index, n_codes, settings.n_rerank)


# Both -------------------------------------------------------------------------------------


def _later_work(index: CodeIndex | BucketIndex, n_codes: float, n_rows: float) -> float:
    """Nanoseconds for whole codes and for embeddings."""
    codes = n_codes * (_CODE_NS + _WORD_NS * index.n_words)
    return codes + n_rows * (_ROW_NS + _NUMBER_NS * float(index.dim))


def _steps(first: int, last: int, factor: float) -> list[int]:
    """Whole numbers from first to last, each about ``factor`` times the one before."""
    steps = [first]
    while steps[-1] < last:
        steps.append(min(last, max(steps[-1] + 1, round(steps[-1] * factor))))
    return steps


def _widest(index: CodeIndex | BucketIndex) -> Any:
    """The most that is tried."""
    if isinstance(index, BucketIndex):
        return BucketSearch(
            n_probes=min(1_024, 2**index.config.n_bits),
            n_sketch=MOST_READ,
            n_rerank=MOST_REFINED // 2,
        )
    return CodeSearch(
        n_cells=len(index.centres),
        n_words=len(index.sketches),
        n_sketch=MOST_REFINED,
        n_rerank=MOST_REFINED // 2,
    )
