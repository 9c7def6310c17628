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

from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import SettingError
from core.index import readable
from core.index.buckets import BucketIndex, BucketSearch
from core.index.coded import Answers
from core.index.codes import CodeIndex, CodeSearch
from core.index.exact import neighbour_recall
from core.progress import Progress, silent

CHOOSING, JUDGING = 300, 300  # images that settings are chosen with, and judged with

Settings = CodeSearch | BucketSearch

MOST_READ = 200_000  # vectors whose sketches are looked at to choose how many should be
MOST_REFINED = 20_000

_BLOCK = 4_096  # rows of the gallery that are scanned at once
_PROBE_NS, _ENTRY_NS, _SKETCH_NS, _CODE_NS, _CELL_NS = 35, 10, 0.15, 25, 6
_ROW_NS, _NUMBER_NS = 50, 0.25  # an embedding: to reach it, and for each number of it


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """What was wanted, what was chosen, and what to expect of it."""

    k: int
    wanted: float  # neighbour recall@k
    settings: Settings
    expected: float  # recall on images that the settings were not chosen with
    margin: float  # of ``expected``: two standard errors
    is_reached: bool  # by any settings that were tried; else these are the most thorough
    looked_at: tuple[int, ...]  # vectors that each stage looks at, on average
    seconds: float  # that the choice took


def calibrate(
    index: CodeIndex | BucketIndex,
    *,
    wanted: float = 0.95,
    k: int = 10,
    seed: int = 0,
    threads: int = 1,
    progress: Progress = silent,
) -> Calibration:
    """Choose the settings of an index, and leave it set to them.

    Args:
        index: whose gallery is asked for its own images.
        wanted: neighbour recall@k, above 0 and below 1.
        k: hits.
        seed: of the sample.
        threads: that search.
        progress: told how far it is.

    Raises:
        SettingError: ``wanted`` can't be had, or the gallery is too small to try it on.
    """
    return Calibrator(index, k=k, seed=seed, threads=threads, progress=progress).choose(wanted)


class Calibrator:
    """``calibrate`` for more than one wanted recall: the true neighbours are found only once."""

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
                f"{len(index)} images are too few to choose {k} hits from; add some."
            )
        self._index, self._k, self._progress = index, k, progress
        sample = np.random.default_rng(seed).permutation(index.order)[: CHOOSING + JUDGING]
        asked = _asked(index, sample, k=k, threads=threads, progress=progress)
        half = len(sample) // 2
        self._choosing, self._judging = asked.some(slice(half)), asked.some(slice(half, None))
        self._ranks = (
            _Ranks(index, self._choosing, progress) if isinstance(index, CodeIndex) else None
        )
        self._seconds = perf_counter() - start

    def choose(self, wanted: float) -> Calibration:
        """Choose the settings for a neighbour recall, and leave the index set to them.

        Raises:
            SettingError: ``wanted`` can't be had.
        """
        start = perf_counter()
        if not 0 < wanted < 1:
            raise SettingError(
                f"A neighbour recall of {wanted} can't be wanted; take one from 0.5 to 0.99."
            )
        index, k = self._index, self._k
        settings: Any
        if isinstance(index, CodeIndex):
            assert self._ranks is not None
            settings = _choose_codes(index, self._ranks, wanted, k)
        else:
            settings = _choose_buckets(index, self._choosing, wanted, self._progress)
        index.settings = settings or _thorough(index)
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


def spare(recalls: NDArray[np.floating]) -> float:
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
        progress(done, len(blocks), "Finding true neighbours")
    return _Asked(queries, index.ids[rows], truth, threads)


# Cells, sketches, codes -------------------------------------------------------------------


def _choose_codes(index: CodeIndex, ranks: "_Ranks", wanted: float, k: int) -> CodeSearch | None:
    """The settings with the least work that reach what is wanted; None if none do.

    A true neighbour is found where its cell is read, and its sketch and its code are near
    enough. At which number of cells, sketches and codes that happens, its ranks say; so every
    combination of numbers is judged without searching even once.
    """
    best: tuple[float, CodeSearch] | None = None
    for c, n_cells in enumerate(ranks.n_cells):
        for w, n_words in enumerate(ranks.n_words):
            for n_sketch in _steps(4 * k, MOST_REFINED, 1.25):
                passed = (ranks.cell < n_cells) & (ranks.sketch[c, w] < n_sketch)
                if spare(passed.mean(axis=1)) < wanted:
                    continue
                n_rerank = _enough(np.where(passed, ranks.code, MOST_REFINED), wanted, k)
                if n_rerank is None:
                    continue
                settings = CodeSearch(
                    n_cells=n_cells,
                    n_words=n_words,
                    n_sketch=n_sketch,
                    n_rerank=min(n_rerank, n_sketch),
                )
                looked_at = ranks.read[c], min(n_sketch, ranks.read[c]), settings.n_rerank
                work = _code_work(index, n_words, *looked_at)
                if best is None or work < best[0]:
                    best = work, settings
    return best[1] if best else None


class _Ranks:
    """For each true neighbour of each query (n, k): how many vectors come before it, by stage."""

    def __init__(self, index: CodeIndex, asked: _Asked, progress: Progress) -> None:
        shape = asked.truth.shape
        n_cells = len(index.cells)
        mean = len(index) / n_cells
        self.n_words = sorted({n for n in (1, 2, 3, 4, 6, 8) if n <= len(index.sketches)})
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
        for i in range(len(codes)):
            self._rank(index, i, codes[i], planes[i], truth[i])
            progress(i + 1, len(codes), "Trying settings")

    def _rank(
        self,
        index: CodeIndex,
        i: int,
        code: NDArray[np.uint64],
        planes: NDArray[np.uint64],
        truth: NDArray[np.int64],
    ) -> None:
        """Rank the true neighbours, at positions (k,), of query i."""
        cells = np.argsort(index.loops.distances(code, index.cells), kind="stable")
        cell_of_truth = np.searchsorted(index.starts, truth, side="right") - 1
        place = np.empty(len(cells), np.int64)
        place[cells] = np.arange(len(cells))
        self.cell[i] = place[cell_of_truth]
        read = cells[: self.n_cells[-1]]
        stretches = [slice(index.starts[c], index.starts[c + 1]) for c in read]
        ends = np.cumsum([s.stop - s.start for s in stretches])[np.array(self.n_cells) - 1]
        self.read += ends / len(self.cell)
        positions = np.concatenate([np.arange(s.start, s.stop) for s in stretches])
        near = np.zeros(len(positions), np.int64)
        own = np.zeros(len(truth), np.int64)
        for w in range(len(index.sketches)):
            near += np.bitwise_count(index.sketches[w, positions] ^ code[w])
            own += np.bitwise_count(index.sketches[w, truth] ^ code[w])
            if w + 1 in self.n_words:
                place_of = self.sketch[:, self.n_words.index(w + 1), i]
                place_of[:] = _before(own, near, ends, readable.coarseness(w + 1))
        positions = positions[readable.within(near, MOST_REFINED)]
        weighed = np.sort(index.loops.weighted_distances(code, planes, index.codes[positions]))
        own_code = index.loops.weighted_distances(code, planes, index.codes[truth])
        self.code[i] = np.searchsorted(weighed, own_code)


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


def _enough(ranks: NDArray[np.int64], wanted: float, k: int) -> int | None:
    """How many must go on, at least k, so that recall is safe to promise; None where too many."""
    steps = _steps(k, MOST_REFINED // 2, 1.1)
    low, high = 0, len(steps)
    while low < high:
        middle = (low + high) // 2
        if spare((ranks < steps[middle]).mean(axis=1)) >= wanted:
            high = middle
        else:
            low = middle + 1
    return steps[low] if low < len(steps) else None


def _code_work(index: CodeIndex, n_words: int, read: float, refined: float, rows: float) -> float:
    """Nanoseconds of one query, apart from what all settings share."""
    sketching = len(index.cells) * _CELL_NS + read * n_words * _SKETCH_NS
    return float(sketching) + refined * _CODE_NS * index.n_words / 16 + _row_work(index, rows)


# Buckets ----------------------------------------------------------------------------------


def _choose_buckets(
    index: BucketIndex, asked: _Asked, wanted: float, progress: Progress
) -> BucketSearch | None:
    """The settings with the least work that reach what is wanted; None if none do.

    Once the probes are enough, more of them can only save some of the rerank; so the search
    ends a little after the first number of probes that is enough.
    """
    best: tuple[float, BucketSearch] | None = None
    probes = _steps(1, min(1_024, 2**index.config.n_bits), 1.25)
    worse = 0
    for done, n_probes in enumerate(probes, start=1):
        progress(done, len(probes), "Trying settings")
        found = _first_enough(index, asked, wanted, n_probes)
        if found is None:
            continue
        if best is None or found[0] < best[0]:
            best, worse = found, 0
        else:
            worse += 1
        if worse == 3:
            break
    return best[1] if best else None


def _first_enough(
    index: BucketIndex, asked: _Asked, wanted: float, n_probes: int
) -> tuple[float, BucketSearch] | None:
    """With so many probes, the fewest reranks that are enough, and their work."""
    k = asked.truth.shape[1]
    reranks = _steps(k, min(len(index), 100 * k), 1.15)
    low, high = 0, len(reranks)
    best = None
    middle = high - 1  # first whether the most are enough
    while low < high:
        settings = BucketSearch(n_probes=n_probes, n_rerank=reranks[middle])
        recalls, answers = asked.run(index, settings)
        if spare(recalls) >= wanted:
            best, high = (_bucket_work(index, settings, answers), settings), middle
        elif best is None:
            return None
        else:
            low = middle + 1
        middle = (low + high) // 2
    return best


def _bucket_work(index: BucketIndex, settings: BucketSearch, answers: Answers) -> float:
    """Nanoseconds of one query, apart from what all settings share."""
    entries, candidates, rows = answers.looked_at.mean(axis=0).tolist()
    probing: float = index.config.n_tables * settings.n_probes * _PROBE_NS + entries * _ENTRY_NS
    refining: float = candidates * _CODE_NS * index.n_words / 16
    return probing + refining + _row_work(index, rows)


# Both -------------------------------------------------------------------------------------


def _row_work(index: CodeIndex | BucketIndex, rows: float) -> float:
    return rows * (_ROW_NS + _NUMBER_NS * float(index.dim))


def _steps(first: int, last: int, factor: float) -> list[int]:
    """Whole numbers from first to last, each about ``factor`` times the one before."""
    steps = [first]
    while steps[-1] < last:
        steps.append(min(last, max(steps[-1] + 1, round(steps[-1] * factor))))
    return steps


def _thorough(index: CodeIndex | BucketIndex) -> Any:
    """The most that is tried."""
    if isinstance(index, BucketIndex):
        return BucketSearch(n_probes=min(1_024, 2**index.config.n_bits), n_rerank=1_000)
    return CodeSearch(
        n_cells=len(index.cells),
        n_words=len(index.sketches),
        n_sketch=MOST_REFINED,
        n_rerank=MOST_REFINED // 2,
    )
