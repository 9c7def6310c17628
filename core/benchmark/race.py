"""One data set, every contestant: build, choose settings, then take turns.

1. Everyone builds, on all threads. From here on all are in memory.
2. The *curve*: everyone answers the tuning queries with each of its settings, from the cheapest
   on, until it finds practically everything. The cheapest setting with the wanted neighbour
   recall@10, and one standard error more, is chosen: what a few hundred queries promise
   should hold for others. A plan without tuning queries takes each contestant's first setting.
3. The *test*: everyone answers the test queries, which chose nothing, with the chosen setting.
4. The same queries in batches, on one thread and on all, where the plan has time for them.

Single queries run on one thread. Contestants take turns in short blocks of queries, in another
order each time, so that a machine that slows down slows them all. Before each block a few
queries that don't count bring the contestant's own data back into the processor's caches; they
are others than those of the block.
"""

import gc
import statistics
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import zip_longest
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from ..progress import Progress, silent
from .contestants.base import Contestant, Ids, Setting
from .data import DataSet
from .judge import Judge

BLOCK = 20  # queries in a turn
WARM = 5  # before them, uncounted
NEARLY_ALL = 0.995  # recall at which a curve ends
FEW, MANY = 10, 100  # the k of recall@k; curves and times are at the first


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """How long to measure."""

    wanted: float = 0.95  # neighbour recall@10 of the chosen setting
    threads: int = 1  # for building, and for batches besides one
    n_tuning: int = 500  # queries at most
    n_test: int = 500
    tuning_budget: float = 2.0  # seconds in which a setting's turns begin
    test_budget: float = 20.0  # the same of a contestant's test
    batch_budget: float = 1.0  # 0 leaves batches out


@dataclass(slots=True)
class Turns:
    """What one contestant did in all its turns."""

    seconds: list[float] = field(default_factory=list)  # of each query that counts
    answers: list[Ids] = field(default_factory=list)  # ids found for query 0, 1, …

    @property
    def median(self) -> float:
        """Median seconds of a query."""
        return statistics.median(self.seconds)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class OperatingPoint:
    """A contestant with one setting: how long queries took, one by one, and what they found."""

    setting: Setting
    seconds: tuple[float, ...]  # of each query that was timed
    recalls: tuple[float, ...]  # neighbour recall@10 of each
    candidates: float | None  # compared exactly, mean of a few; None where nobody can tell

    @property
    def recall(self) -> float:
        """Mean neighbour recall@10."""
        return statistics.fmean(self.recalls)

    @property
    def recall_error(self) -> float:
        """Standard error of the mean."""
        return float(np.std(self.recalls) / np.sqrt(len(self.recalls)))

    @property
    def median_seconds(self) -> float:
        """Of one query."""
        return statistics.median(self.seconds)

    @property
    def p95_seconds(self) -> float:
        """What 95 of 100 queries stay below."""
        return float(np.quantile(self.seconds, 0.95))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Batches:
    """A contestant with its chosen setting, asked many queries at once."""

    recall_at_100: float  # or of all others in a smaller gallery
    queries_per_second: Mapping[int, float]  # by the number of threads


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Built:
    """What building one index took."""

    parameters: Mapping[str, Any]
    seconds: float
    extra_bytes: int  # beyond one copy of the vectors


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Placing:
    """All that one contestant did in a race."""

    built: Built
    curve: Sequence[OperatingPoint]  # on tuning queries, from the cheapest setting on
    is_reached: bool  # the wanted recall, on the queries that chose the setting
    test: OperatingPoint  # with the chosen setting
    batches: Batches | None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class RaceResult:
    """How a race ended."""

    placings: Mapping[str, Placing]  # by contestant
    left_out: Mapping[str, str]  # who didn't race, and why
    similarities: NDArray[np.float64]  # (Q, ≤ 100) of each query's true neighbours, descending
    n_tuning: int  # queries that chose settings
    n_test: int


def race(
    data: DataSet,
    contestants: Mapping[str, Contestant],
    plan: Plan,
    *,
    given: Mapping[str, Setting] | None = None,
    progress: Progress = silent,
) -> RaceResult:
    """Let contestants race on one data set.

    Args:
        data: the gallery and its queries.
        contestants: by name, none of them built; they are built in this order.
        plan: how long to measure.
        given: the only setting of those contestants for whom it is chosen already.
        progress: called with how far it is.
    """
    refused = {name: it.refusal(*data.gallery.shape) for name, it in contestants.items()}
    racing = {name: it for name, it in contestants.items() if not refused[name]}
    progress(0, len(racing) + 2, "Finding the true neighbours")
    judge = Judge(data.gallery, data.queries, data.own, k=min(MANY, len(data.gallery) - 1))
    built: dict[str, Built] = {}
    settings: dict[str, Sequence[Setting]] = {}
    for done, (name, contestant) in enumerate(racing.items(), start=1):
        progress(done, len(racing) + 2, f"Building {name}")
        built[name] = _build(contestant, data, plan.threads)
        with threadpool_limits(1):
            settings[name] = [given[name]] if given and name in given else contestant.settings()
    tuning = np.arange(min(data.n_tuning, plan.n_tuning))
    test = np.arange(data.n_tuning, min(len(data.queries), data.n_tuning + plan.n_test))
    track = _Track(data, judge, racing, plan)
    with threadpool_limits(1):
        curves = track.curves(settings, tuning, progress)
        chosen = {name: choose(curve, plan.wanted) for name, curve in curves.items()}
        progress(len(racing) + 1, len(racing) + 2, "Racing")
        tests = track.points(
            {name: settings[name][place] for name, (place, _) in chosen.items()},
            test,
            plan.test_budget,
        )
    return RaceResult(
        placings={
            name: Placing(
                built=built[name],
                curve=curves[name],
                is_reached=chosen[name][1],
                test=point,
                batches=track.batches(name, point.setting, test, progress),
            )
            for name, point in tests.items()
        },
        left_out={name: reason for name, reason in refused.items() if reason},
        similarities=judge.similarities,
        n_tuning=len(tuning),
        n_test=len(test),
    )


def choose(curve: Sequence[OperatingPoint], wanted: float) -> tuple[int, bool]:
    """Place of the first setting that surely has the wanted recall, and True.

    Where none has it, place of the best one, and False; of no curve, the first place.
    """
    for place, point in enumerate(curve):
        if point.recall - point.recall_error >= wanted:
            return place, True
    return (int(np.argmax([point.recall for point in curve])) if curve else 0), False


def take_turns(
    contestants: Mapping[str, Callable[[int], Ids]], queries: NDArray[np.int64], budget: float
) -> dict[str, Turns]:
    """Let contestants answer queries in turns; who has spent its budget leaves.

    Args:
        contestants: each answers a query by its number.
        queries: numbers of the queries, (Q,).
        budget: seconds. Everyone answers one query at least.
    """
    turns = {name: Turns() for name in contestants}
    order = deque(contestants)
    with _no_collection():
        for start in range(0, len(queries), BLOCK):
            for name in order:
                turn, answer = turns[name], contestants[name]
                if sum(turn.seconds) > budget:
                    continue
                begin = perf_counter()
                for query in np.take(queries, range(start - WARM, start), mode="wrap").tolist():
                    answer(query)
                    if perf_counter() - begin > budget:  # nothing can be gained by more of these
                        break
                for query in queries[start : start + BLOCK].tolist():
                    begin = perf_counter()
                    ids = answer(query)
                    turn.seconds.append(perf_counter() - begin)
                    turn.answers.append(ids)
                    if sum(turn.seconds) > budget:
                        break
            order.rotate(1)
    return turns


class _Track:
    """All who race on one data set, and their judge."""

    def __init__(
        self, data: DataSet, judge: Judge, racing: Mapping[str, Contestant], plan: Plan
    ) -> None:
        self._data, self._judge, self._racing, self._plan = data, judge, racing, plan
        self._own = int((data.own >= 0).any())  # one hit more is asked for: the query's own

    def curves(
        self,
        settings: Mapping[str, Sequence[Setting]],
        queries: NDArray[np.int64],
        progress: Progress,
    ) -> dict[str, list[OperatingPoint]]:
        """Measure every setting of everyone; those in the same place of their lists take turns."""
        curves: dict[str, list[OperatingPoint]] = {name: [] for name in self._racing}
        if len(queries) == 0:
            return curves
        places = list(zip_longest(*settings.values()))
        for done, in_place in enumerate(places):
            progress(done, len(places), "Settings")
            tried = {
                name: setting
                for name, setting in zip(settings, in_place, strict=True)
                if setting is not None
                and not (curves[name] and curves[name][-1].recall >= NEARLY_ALL)
            }
            points = self.points(tried, queries, self._plan.tuning_budget)
            for name, point in points.items():
                curves[name].append(point)
        return curves

    def points(
        self, settings: Mapping[str, Setting], queries: NDArray[np.int64], budget: float
    ) -> dict[str, OperatingPoint]:
        """Let everyone answer with one setting, in turns."""
        answering = {name: self._answer(name, setting) for name, setting in settings.items()}
        turns = take_turns(answering, queries, budget)
        return {
            name: OperatingPoint(
                setting=setting,
                seconds=tuple(turns[name].seconds),
                recalls=tuple(self._recalls(queries, turns[name].answers, FEW)),
                candidates=self._candidates(name, setting, queries),
            )
            for name, setting in settings.items()
        }

    def batches(
        self, name: str, setting: Setting, queries: NDArray[np.int64], progress: Progress
    ) -> Batches | None:
        """Ask many queries at once, where the plan has time for it."""
        if not self._plan.batch_budget:
            return None
        progress(0, 1, f"Batches: {name}")
        threads = self._plan.threads
        return Batches(
            recall_at_100=self._recall_at_many(name, setting, queries, threads),
            queries_per_second={
                n: self._batch_rate(name, setting, queries, n) for n in sorted({1, threads})
            },
        )

    def _recall_at_many(
        self, name: str, setting: Setting, queries: NDArray[np.int64], threads: int
    ) -> float:
        k = self._judge.similarities.shape[1]
        with threadpool_limits(threads):
            found = self._batch(name, setting, queries, k, threads)
        return statistics.fmean(self._recalls(queries, found, k))

    def _batch_rate(
        self, name: str, setting: Setting, queries: NDArray[np.int64], threads: int
    ) -> float:
        """Queries per second: the median of as many batches as fit into the budget."""
        rates: list[float] = []
        spent = 0.0
        with threadpool_limits(threads), _no_collection():
            while spent < self._plan.batch_budget:
                begin = perf_counter()
                self._batch(name, setting, queries, FEW, threads)
                seconds = perf_counter() - begin
                rates.append(len(queries) / seconds)
                spent += seconds
        return statistics.median(rates)

    def _answer(self, name: str, setting: Setting) -> Callable[[int], Ids]:
        query, rows, k = self._racing[name].query, self._data.queries, FEW + self._own
        return lambda number: query(rows[number], k, setting)

    def _batch(
        self, name: str, setting: Setting, queries: NDArray[np.int64], k: int, threads: int
    ) -> Ids:
        rows = self._data.queries[queries]
        return self._racing[name].batch(rows, k + self._own, setting, threads)

    def _recalls(self, queries: NDArray[np.int64], found: Iterable[Ids], k: int) -> list[float]:
        """Neighbour recall@k of the queries that were answered, the first ones."""
        answered = zip(queries.tolist(), found, strict=False)
        return [self._judge.recall(query, ids, k) for query, ids in answered]

    def _candidates(self, name: str, setting: Setting, queries: NDArray[np.int64]) -> float | None:
        """Mean number of candidates over one turn's queries."""
        contestant, k = self._racing[name], FEW + self._own
        counts = [
            contestant.candidates(self._data.queries[query], k, setting)
            for query in queries[:BLOCK].tolist()
        ]
        known = [it for it in counts if it is not None]
        return statistics.fmean(known) if known else None


def _build(contestant: Contestant, data: DataSet, threads: int) -> Built:
    """Build one index; say what it took."""
    with threadpool_limits(threads):
        begin = perf_counter()
        contestant.fit(data.gallery, threads)
        seconds = perf_counter() - begin
    return Built(
        parameters=dict(contestant.parameters()),
        seconds=seconds,
        extra_bytes=contestant.extra_bytes(),
    )


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep Python from collecting garbage in the middle of a query."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
