"""A race that is small enough to be run while somebody watches, and the engine's own choice.

Four ways to search one gallery, from the exact scan to the engine; all answer the same queries,
which none of them has seen, in turns and on one thread, as in ``race``.
"""

import statistics
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from ..engine.buckets import BucketIndex, BucketSearch
from ..engine.calibration import Calibration, Calibrator, calibrate
from ..engine.codes import CodeIndex, CodeSearch
from ..errors import SettingError
from ..index.lsh import LSHConfig, LSHIndex
from ..progress import Progress, silent
from .contestants import ExactNumPy, Ids, Queries
from .data import CLUSTERS, GALLERY, QUERIES, DataSet, Matrix, Source
from .judge import Judge
from .race import Turns, take_turns

EXACT, READABLE = "exact scan, NumPy", "LSHIndex, NumPy"
BUCKETS, CODES = "ours: buckets", "ours: codes"
ORDER = (EXACT, READABLE, BUCKETS, CODES)

DIM = 256  # of what is drawn
FEWEST = 100  # embeddings: fewer say nothing of speed
MOST_QUERIES = 200
WANTED = 0.95  # neighbour recall that the engine's codes are set to
GOOD = 0.9  # neighbour recall from which on a time counts
MOST_READABLE, MOST_BUCKETS = 50_000, 300_000  # images and buckets: 100 MB, a few seconds

_BUDGET = 2.0  # seconds in which a contestant's turns begin
_GLANCE = 0.1  # the same where only the median is shown
_FEW = 30  # queries that tell how many candidates there are
_one_at_a_time = threading.Lock()  # two races at once would measure each other


@dataclass(frozen=True, kw_only=True, slots=True)
class Entrant:
    """What one way to search did."""

    name: str
    setting: str
    seconds: tuple[float, ...]  # of each query
    recall: float  # neighbour recall@k, mean
    candidates: float  # compared exactly, mean
    build_seconds: float
    hash_seconds: float | None = None  # of ``median``, where it can be told

    @property
    def median(self) -> float:
        """Median seconds of a query."""
        return statistics.median(self.seconds)


@dataclass(frozen=True, kw_only=True, slots=True)
class Finish:
    """How a race ended."""

    n: int
    dim: int
    k: int
    entrants: tuple[Entrant, ...]
    left_out: str = ""  # who did not race, and why; empty where all did


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What the engine chose, and what came of it for queries that it has not seen."""

    calibration: Calibration
    measured: float  # neighbour recall@k, mean
    margin: float  # two standard errors of it
    seconds: float  # median of one query
    exact_seconds: float


# Galleries --------------------------------------------------------------------------------


def drawn(n: int, seed: int = 0, progress: Progress = silent) -> DataSet:
    """Draw a gallery of n embeddings of 256 numbers, in clusters, and queries beside it."""
    source = Source(replace(CLUSTERS, dim=DIM), seed)
    gallery = np.empty((n, DIM), np.float32)
    source.fill(gallery, GALLERY, progress)
    queries = np.empty((MOST_QUERIES, DIM), np.float32)
    source.fill(queries, QUERIES)
    return _data_set(f"drawn, {n:,} × {DIM}", gallery, queries)


def held_out(title: str, embeddings: NDArray[np.float32], seed: int = 0) -> DataSet:
    """Take a fifth of a real gallery's embeddings (N, D), at most 200, as queries.

    The others are the gallery; nobody who searches it has seen the queries.

    Raises:
        SettingError: there are too few.
    """
    n, dim = embeddings.shape
    if n < FEWEST:
        raise SettingError(
            f"{title} has {n} images, too few to measure speed; choose a gallery of {FEWEST} or "
            "more."
        )
    order = np.random.default_rng(seed).permutation(n)
    n_queries = min(MOST_QUERIES, n // 5)
    gallery, queries = embeddings[order[n_queries:]], embeddings[order[:n_queries]]
    return _data_set(f"{title}, {len(gallery):,} × {dim}", gallery, queries)


def _data_set(title: str, gallery: NDArray[np.float32], queries: NDArray[np.float32]) -> DataSet:
    own = np.full(len(queries), -1)
    return DataSet(
        name="live",
        family="live",
        title=title,
        gallery=gallery,
        queries=queries,
        own=own,
        n_tuning=0,
    )


# Race -------------------------------------------------------------------------------------


class _Racer:
    """One way to search: as the contestants of the benchmark, without their lists of settings."""

    name: str
    setting: str

    def fit(self, gallery: Matrix) -> None:
        raise NotImplementedError

    def query(self, query: Queries, k: int) -> Ids:
        raise NotImplementedError

    def candidates(self, query: Queries, k: int) -> int:
        """How many embeddings are compared with the query exactly."""
        raise NotImplementedError

    def hash_seconds(self, queries: Queries) -> float | None:
        """Median seconds of computing the keys alone, where that can be told."""
        return None


class _Exact(_Racer):
    """The exact scan."""

    name = EXACT

    def fit(self, gallery: Matrix) -> None:
        self._scan = ExactNumPy()
        self._scan.fit(gallery, 1)
        self._n = len(gallery)
        self.setting = f"all {self._n:,}"

    def query(self, query: Queries, k: int) -> Ids:
        return self._scan.query(query, k, {})

    def candidates(self, query: Queries, k: int) -> int:
        return self._n


class _Readable(_Racer):
    """The index that the lessons show."""

    name = READABLE

    def __init__(self, config: LSHConfig, n_probes: int) -> None:
        self._config, self._n_probes = config, n_probes
        self.setting = _in_words(config, n_probes)

    def fit(self, gallery: Matrix) -> None:
        self.index = LSHIndex(self._config, gallery.shape[1])
        self.index.add(np.arange(len(gallery)), gallery)

    def query(self, query: Queries, k: int) -> Ids:
        return self.index.query(query, k=k, n_probes=self._n_probes).ids

    def candidates(self, query: Queries, k: int) -> int:
        code = self.index.hash(query)
        return len(self.index.candidates(code, n_probes=self._n_probes).ids)

    def hash_seconds(self, queries: Queries) -> float:
        seconds = []
        for query in queries[:_FEW]:
            begin = perf_counter()
            self.index.hash(query)
            seconds.append(perf_counter() - begin)
        return statistics.median(seconds)


class _Buckets(_Racer):
    """The engine's hash tables, with the same K, L and probes."""

    name = BUCKETS

    def __init__(self, config: LSHConfig, n_probes: int, loops: Any) -> None:
        self._config, self._loops = config, loops
        self._search = BucketSearch(n_probes=n_probes)
        self.setting = f"{_in_words(config, n_probes)}, reranks {self._search.n_rerank}"

    def fit(self, gallery: Matrix) -> None:
        self._index = BucketIndex.build(
            gallery, config=self._config, threads=1, kernels=self._loops
        )

    def query(self, query: Queries, k: int) -> Ids:
        return self._index.query(query, k=k, settings=self._search).ids

    def candidates(self, query: Queries, k: int) -> int:
        found = self._index.query_batch(query[np.newaxis], k=k, settings=self._search)
        return int(found.looked_at[0, -1])


class _Codes(_Racer):
    """The engine's packed codes, set by the engine itself."""

    name = CODES

    def __init__(self, k: int, loops: Any) -> None:
        self._k, self._loops = k, loops

    def fit(self, gallery: Matrix) -> None:
        self._index = CodeIndex.build(gallery, threads=1, kernels=self._loops)
        settings = calibrate(self._index, wanted=WANTED, k=self._k).settings
        assert isinstance(settings, CodeSearch)
        self.setting = (
            f"{settings.n_cells} of {len(self._index.cells)} cells, sketches of "
            f"{64 * settings.n_words} bits, {settings.n_sketch:,} codes, reranks "
            f"{settings.n_rerank:,}"
        )

    def query(self, query: Queries, k: int) -> Ids:
        return self._index.query(query, k=k).ids

    def candidates(self, query: Queries, k: int) -> int:
        return int(self._index.query_batch(query[np.newaxis], k=k).looked_at[0, -1])


def race(
    data: DataSet,
    config: LSHConfig,
    *,
    n_probes: int,
    k: int,
    loops: Any,
    progress: Progress = silent,
) -> Finish:
    """Let the exact scan, the readable index and the engine in both modes answer in turns.

    Args:
        data: the gallery and its queries.
        config: K, L and the seed, of the readable index and the engine's buckets.
        n_probes: buckets that both read per table. The engine's codes choose for themselves.
        k: hits.
        loops: the engine's, compiled or readable.
        progress: told how far it is.

    Raises:
        SettingError: a number outside its range.
    """
    # The codes first: to set themselves they need the memory that the readable index fills.
    racers: list[_Racer] = [_Codes(k, loops), _Buckets(config, n_probes, loops), _Exact()]
    left_out = why_not_readable(len(data.gallery), config)
    racers += [] if left_out else [_Readable(config, n_probes)]
    with _alone(progress):
        build_seconds = {}
        for done, racer in enumerate(racers):
            progress(done, len(racers) + 2, f"Building {racer.name}")
            begin = perf_counter()
            racer.fit(data.gallery)
            build_seconds[racer.name] = perf_counter() - begin
        progress(len(racers), len(racers) + 2, "Finding the true neighbours")
        judge = Judge(data.gallery, data.queries, data.own, k=k)
        progress(len(racers) + 1, len(racers) + 2, "Racing")
        turns = _turns(racers, data.queries, k, _BUDGET)
        entrants = [
            Entrant(
                name=racer.name,
                setting=racer.setting,
                seconds=tuple(turns[racer.name].seconds),
                recall=statistics.fmean(_recalls(judge, turns[racer.name].answers, k)),
                candidates=statistics.fmean(racer.candidates(it, k) for it in data.queries[:_FEW]),
                build_seconds=build_seconds[racer.name],
                hash_seconds=racer.hash_seconds(data.queries),
            )
            for racer in sorted(racers, key=lambda it: ORDER.index(it.name))
        ]
    n, dim = data.gallery.shape
    return Finish(n=n, dim=dim, k=k, entrants=tuple(entrants), left_out=left_out)


def why_not_readable(n: int, config: LSHConfig) -> str:
    """Say why the readable index doesn't race with so many images and tables, or nothing."""
    buckets = min(n, 2**config.n_bits) * config.n_tables
    if n <= MOST_READABLE and buckets <= MOST_BUCKETS:
        return ""
    return (
        f"{READABLE} doesn't race: {n:,} images in up to {buckets:,} buckets of Python's would "
        f"take too long to build; {MOST_READABLE:,} images or fewer, in {MOST_BUCKETS:,} buckets "
        "or fewer, it can take."
    )


def suited(n: int, seed: int = 0) -> LSHConfig:
    """K and L that do both indexes justice, in a gallery of n: buckets of about 8, in 16 tables.

    The engine by itself takes smaller buckets in more tables.
    """
    return LSHConfig(n_bits=max(4, round(np.log2(n / 8))), n_tables=16, seed=seed)


def winner(entrants: Sequence[Entrant]) -> Entrant:
    """The fastest of those that find enough; the exact scan always does."""
    return min((it for it in entrants if it.recall >= GOOD), key=lambda it: it.median)


def _turns(racers: Sequence[_Racer], queries: Queries, k: int, budget: float) -> dict[str, Turns]:
    def answer(racer: _Racer) -> Callable[[int], Ids]:
        return lambda number: racer.query(queries[number], k)

    entrants = {racer.name: answer(racer) for racer in racers}
    return take_turns(entrants, np.arange(len(queries)), budget)


def _recalls(judge: Judge, answers: Sequence[Ids], k: int) -> list[float]:
    return [judge.recall(i, ids, k) for i, ids in enumerate(answers)]


def _in_words(config: LSHConfig, n_probes: int) -> str:
    return f"K {config.n_bits}, L {config.n_tables}, {n_probes} probe{'s' * (n_probes > 1)}"


@contextmanager
def _alone(progress: Progress) -> Iterator[None]:
    """Measure when nobody else does, on one thread."""
    progress(0, 1, "Waiting for another measurement to end")
    with _one_at_a_time, threadpool_limits(1):
        yield


# Calibration ------------------------------------------------------------------------------


class Chooser:
    """The engine over one gallery, ready to be asked for any neighbour recall."""

    def __init__(self, data: DataSet, *, k: int, loops: Any, progress: Progress = silent) -> None:
        self.data, self.k = data, k
        self.index = CodeIndex.build(data.gallery, threads=1, kernels=loops, progress=progress)
        with threadpool_limits(1):
            self._calibrator = Calibrator(self.index, k=k, progress=progress)
            self._judge = Judge(data.gallery, data.queries, data.own, k=k)
        self._exact = _Exact()
        self._exact.fit(data.gallery)

    def choose(self, wanted: float) -> Choice:
        """Let the engine choose, and try its choice on queries that it has not seen.

        Raises:
            SettingError: ``wanted`` can't be had.
        """
        with _alone(silent):
            calibration = self._calibrator.choose(wanted)
            answers = self.index.query_batch(self.data.queries, k=self.k)
            recalls = np.array(_recalls(self._judge, list(answers.ids), self.k))
            turns = _turns([self._exact, _Chosen(self.index)], self.data.queries, self.k, _GLANCE)
        return Choice(
            calibration=calibration,
            measured=float(recalls.mean()),
            margin=float(2 * recalls.std() / np.sqrt(len(recalls))),
            seconds=turns[CODES].median,
            exact_seconds=turns[EXACT].median,
        )


class _Chosen(_Racer):
    """An index as it is set."""

    name = CODES

    def __init__(self, index: CodeIndex) -> None:
        self._index = index

    def query(self, query: Queries, k: int) -> Ids:
        return self._index.query(query, k=k).ids
