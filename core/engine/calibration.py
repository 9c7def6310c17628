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
_FINE = 1.12  # from one number of cells or probes to the next that is tried
_PROBE_NS, _CENTRE_NS = 60, 0.01  # a bucket, and a number of a cell's centre
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
        self._ranks: _Ranks = (
            _CellRanks(index, self._choosing, progress)
            if isinstance(index, CodeIndex)
            else _BucketRanks(index, self._choosing, progress)
        )
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
        settings = _choose(self._ranks, wanted, k)
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


# Cells and buckets ------------------------------------------------------------------------


class _Ranks:
    """For each true neighbour of each query (n, k): how many vectors come before it, by stage.

    A search reads stretches of a list, cells or buckets, the most promising first; a *step* is how
    many of them. Subclasses say which.
    """

    def __init__(
        self,
        index: CodeIndex | BucketIndex,
        asked: _Asked,
        progress: Progress,
        *,
        steps: list[int],
        row_at: NDArray[np.int32],
        sketches: NDArray[np.uint64],
    ) -> None:
        """Rank them all.

        Args:
            index: that is searched.
            asked: the queries.
            progress: called with how far it is.
            steps: numbers of cells, or of probes per table, ascending.
            row_at: the row at each position of the list.
            sketches: (S, ≥ positions).
        """
        self.index, self.steps = index, steps
        self._row_at, self._sketches = row_at, sketches
        shape = asked.truth.shape
        self.n_words = [n for n in (1, 2, 3, 4, 5, 6, 8) if n <= len(sketches)]
        self.read = np.zeros(len(steps))  # vectors in so many stretches, on average
        self.step = np.zeros(shape, np.int64)  # from which on it is read
        self.sketch = np.zeros((len(steps), len(self.n_words), *shape), np.int64)
        self.code = np.zeros(shape, np.int64)
        margins = index.margins(asked.queries)
        codes = readable.pack(margins, index.n_words)
        planes = readable.weigh(margins, index.n_words)
        units = readable.half_units(margins, index.n_words)
        stretches = self._stretches(asked.queries, margins)
        for i, (firsts, lasts) in enumerate(stretches):
            self._rank(i, (codes[i], planes[i], units[i]), firsts, lasts, asked.truth[i])
            progress(i + 1, len(codes), tr("Trying settings"))

    def _stretches(
        self, queries: NDArray[np.float32], margins: NDArray[np.float32]
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Where the stretches of each query begin and end, the most promising first: (…, P)."""
        raise NotImplementedError

    def _coded(self, rows: NDArray[np.integer]) -> tuple[NDArray[np.uint64], NDArray[np.float32]]:
        """The codes (n, B W) and scales (n, 2) of some rows."""
        raise NotImplementedError

    def settings(self, n: int, n_words: int, n_sketch: int, n_rerank: int) -> Any:
        """The settings that read n stretches of each list."""
        raise NotImplementedError

    def _rank(
        self,
        i: int,
        query: tuple[NDArray[np.uint64], NDArray[np.uint64], np.float32],
        firsts: NDArray[np.int64],
        lasts: NDArray[np.int64],
        truth: NDArray[np.int64],
    ) -> None:
        """Rank the true neighbours, rows (k,), of query i.

        Of the query it takes the sides, the planes of weights, and half their unit.
        """
        index, (code, planes, _) = self.index, query
        sizes = np.atleast_2d(lasts - firsts).sum(axis=0)  # (P,)
        ends = np.cumsum(sizes)[np.array(self.steps) - 1]
        self.read += ends / len(self.step)
        positions = readable.positions_in(np.atleast_2d(firsts), np.atleast_2d(lasts))
        rows = self._row_at[positions]
        first_place = np.full(len(index.rows), len(rows), np.int64)
        first_place[rows[::-1]] = np.arange(len(rows))[::-1]
        self.step[i] = np.searchsorted(ends, first_place[truth], side="right")
        of_truth, scales_of_truth = self._coded(truth)
        near, own, most = (np.zeros(n, np.int64) for n in (len(positions), len(truth), 1))
        for w in range(len(self._sketches)):
            side, weights = code[w : w + 1], np.ascontiguousarray(planes[:, w : w + 1])
            apart = partial(index.kernels.weighted_distances, side, weights)
            near += apart(self._sketches[w, positions, np.newaxis])
            own += apart(np.ascontiguousarray(of_truth[:, w : w + 1]))
            most += apart(~side[:, np.newaxis])
            if w + 1 in self.n_words:
                place_of = self.sketch[:, self.n_words.index(w + 1), i]
                place_of[:] = _before(own, near, ends, readable.coarseness(most[0]))
        nearest = np.unique(rows[readable.within(near, MOST_REFINED)])
        guess = partial(index.kernels.estimates, *query)
        others = np.sort(-guess(*self._coded(nearest)))
        self.code[i] = np.searchsorted(others, -guess(of_truth, scales_of_truth))


class _CellRanks(_Ranks):
    """Through cells."""

    def __init__(self, index: CodeIndex, asked: _Asked, progress: Progress) -> None:
        mean = len(index) / len(index.centres)
        steps = [n for n in _steps(1, len(index.centres), _FINE) if n * mean <= MOST_READ] or [1]
        self._lists = index.lists
        self._position = np.empty(len(index.rows), np.int64)
        self._position[index.order] = np.arange(len(index))
        self._centres, self._points_of = index.centres, index.points_of
        super().__init__(
            index, asked, progress, steps=steps, row_at=index.order, sketches=index.sketches
        )

    def _stretches(
        self, queries: NDArray[np.float32], margins: NDArray[np.float32]
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        starts = self._lists.starts
        for scores in self._points_of(queries) @ self._centres.T:
            cells = np.argsort(-scores, kind="stable")[: self.steps[-1]]
            yield starts[cells], starts[cells + 1]

    def _coded(self, rows: NDArray[np.integer]) -> tuple[NDArray[np.uint64], NDArray[np.float32]]:
        positions = self._position[rows]
        return self._lists.codes[positions], self._lists.scales[positions]

    def settings(self, n: int, n_words: int, n_sketch: int, n_rerank: int) -> CodeSearch:
        return CodeSearch(n_cells=n, n_words=n_words, n_sketch=n_sketch, n_rerank=n_rerank)


class _BucketRanks(_Ranks):
    """Through buckets."""

    def __init__(self, index: BucketIndex, asked: _Asked, progress: Progress) -> None:
        n_buckets = 2**index.config.n_bits
        of_each_probe = index.config.n_tables * len(index) / n_buckets  # entries, on average
        most = max(1, min(1_024, n_buckets, round(MOST_READ / of_each_probe)))
        self._buckets, tables = index, index.tables
        super().__init__(
            index,
            asked,
            progress,
            steps=_steps(1, most, _FINE),
            row_at=tables.members.reshape(-1),
            sketches=tables.sketches,
        )

    def _stretches(
        self, queries: NDArray[np.float32], margins: NDArray[np.float32]
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        index = self._buckets
        for keys in index.keys_to_probe(margins, queries, self.steps[-1]):  # (L, P)
            yield index.kernels.find_buckets(keys, index.tables)

    def _coded(self, rows: NDArray[np.integer]) -> tuple[NDArray[np.uint64], NDArray[np.float32]]:
        return self._buckets.tables.codes[rows], self._buckets.tables.scales[rows]

    def settings(self, n: int, n_words: int, n_sketch: int, n_rerank: int) -> BucketSearch:
        return BucketSearch(n_probes=n, n_words=n_words, n_sketch=n_sketch, n_rerank=n_rerank)


def _choose(ranks: _Ranks, wanted: float, k: int) -> Settings | None:
    """The settings with the least work that reach what is wanted; None if none do."""
    best: tuple[float, Settings] | None = None
    for s, n in enumerate(ranks.steps):
        for w, n_words in enumerate(ranks.n_words):
            for n_sketch, n_rerank in _enough_of_both(
                ranks.step <= s, ranks.sketch[s, w], ranks.code, wanted, k
            ):
                settings = ranks.settings(n, n_words, n_sketch, n_rerank)
                work = _work(ranks.index, settings, ranks.read[s])
                if best is None or work < best[0]:
                    best = work, settings
    return best[1] if best else None


def _before(
    own: NDArray[np.int64], near: NDArray[np.int64], ends: NDArray[np.int64], shift: int
) -> NDArray[np.int64]:
    """How many of the first ``ends`` (c,) sketches are nearer than each of (k,) own: (c, k)."""
    steps = np.minimum(near >> shift, readable.LAST)
    counts = [
        np.bincount(steps[first:last], minlength=readable.LAST + 1)
        for first, last in zip([0, *ends[:-1]], ends, strict=True)
    ]
    up_to = np.cumsum(np.cumsum(counts, axis=0), axis=1)  # (c, 256)
    padded = np.pad(up_to, ((0, 0), (1, 0)))
    nearer: NDArray[np.int64] = padded[:, np.minimum(own >> shift, readable.LAST)]
    return nearer


def _work(index: CodeIndex | BucketIndex, settings: Settings, read: float) -> float:
    """Nanoseconds of one query, apart from what all settings share."""
    of_each = _SKETCH_NS + settings.n_words * _SKETCH_WORD_NS
    finding = (
        index.lists.centres.size * _CENTRE_NS
        if isinstance(index, CodeIndex)
        else index.config.n_tables * settings.n_probes * _PROBE_NS  # type: ignore[union-attr]
    )
    n_codes = min(settings.n_sketch, read)
    codes = n_codes * (_CODE_NS + _WORD_NS * index.n_words)
    rows = settings.n_rerank * (_ROW_NS + _NUMBER_NS * float(index.dim))
    return finding + read * of_each + codes + rows


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
            n_words=len(index.tables.sketches),
            n_sketch=MOST_READ,
            n_rerank=MOST_REFINED // 2,
        )
    return CodeSearch(
        n_cells=len(index.centres),
        n_words=len(index.sketches),
        n_sketch=MOST_REFINED,
        n_rerank=MOST_REFINED // 2,
    )
