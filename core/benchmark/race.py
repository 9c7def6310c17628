"""One data set, every contestant: build, choose settings, then take turns.

1. Everyone builds, on all threads. From here on all are in memory.
2. The *curves*, one for each k: everyone answers the tuning queries with its settings, up each
   ladder until it finds practically everything or nothing more is gained (``climb``). For each
   wanted neighbour recall the fastest setting that has it, and one standard error more, is
   chosen: what a few hundred queries promise should hold for others. A plan without tuning
   queries takes each contestant's first setting.
3. The *tests*: everyone answers the test queries, which chose nothing, with the chosen setting of
   each level, in several rounds. The time of a query is the median of its rounds.
4. The same queries in batches, on one thread and on all, where the plan has time for them.
5. Vectors are added and taken away again, where the plan says so and the contestant can.

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

from ..language import tr
from ..progress import Progress, silent
from .climb import Climb
from .company import Company
from .contestants.base import Contestant, Ids, Setting
from .data import DataSet
from .judge import Judge

BLOCK = 20  # queries in a turn
WARM = 5  # before them, uncounted
FEW, MANY = 10, 100  # the k of recall@k
WANTED = 0.95  # neighbour recall@10 that is compared first
CHANGED = 100  # vectors in a call that adds or removes


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What to measure, and how long."""

    wanted: tuple[float, ...] = (0.9, WANTED, 0.99)  # neighbour recalls
    ks: tuple[int, ...] = (FEW, MANY)
    threads: int = 1  # for building, and for batches besides one
    rounds: int = 3  # of each test
    n_tuning: int = 300  # queries at most
    n_test: int = 500
    tuning_budget: float = 0.5  # seconds in which a setting's turns begin
    test_budget: float = 2.0  # the same of a round of a contestant's test
    batch_budget: float = 0.2  # 0 leaves batches out
    n_changed: int = 1000  # vectors that are added and removed; 0 leaves it out


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
    recalls: tuple[float, ...]  # neighbour recall@k of each
    candidates: float | None  # compared exactly, mean of a few; None where nobody can tell

    @property
    def recall(self) -> float:
        """Mean neighbour recall@k."""
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
class Level:
    """A contestant with the setting that was chosen for a wanted recall."""

    k: int
    wanted: float  # neighbour recall@k
    is_reached: bool  # on the queries that chose the setting
    test: OperatingPoint
    queries_per_second: Mapping[int, float]  # of batches, by the number of threads; may be empty


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Built:
    """What building one index took."""

    parameters: Mapping[str, Any]
    seconds: float
    extra_bytes: int  # beyond one copy of the vectors


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """How fast an index grows and shrinks, on one thread; None where it can't or nobody asked."""

    adds_per_second: float | None = None
    removes_per_second: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Placing:
    """All that one contestant did in a race."""

    built: Built
    curves: Mapping[int, Sequence[OperatingPoint]]  # by k, on tuning queries
    levels: Sequence[Level]
    changes: Changes

    def at(self, k: int, wanted: float) -> Level:
        """The level of a wanted recall@k."""
        return next(it for it in self.levels if (it.k, it.wanted) == (k, wanted))

    @property
    def main(self) -> Level:
        """The level that is compared first."""
        return self.at(FEW, WANTED)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class RaceResult:
    """How a race ended."""

    placings: Mapping[str, Placing]  # by contestant
    left_out: Mapping[str, str]  # who didn't race, and why
    similarities: NDArray[np.float64]  # (Q, ≤ 100) of each query's true neighbours, descending
    n_tuning: int  # queries that chose settings
    n_test: int
    company: float | None  # share of the processors that other programs used; None: untold


def race(
    data: DataSet,
    contestants: Mapping[str, Contestant],
    plan: Plan,
    *,
    judge: Judge | None = None,
    given: Mapping[str, Setting] | None = None,
    progress: Progress = silent,
) -> RaceResult:
    """Let contestants race on one data set.

    Args:
        data: the gallery and its queries.
        contestants: by name, none of them built; they are built in this order.
        plan: what to measure, and how long.
        judge: of this data set, where there is one from another heat.
        given: the only setting of those contestants for whom it is chosen already.
        progress: called with how far it is.
    """
    company = Company()
    refused = {name: it.refusal(*data.gallery.shape) for name, it in contestants.items()}
    racing = {name: it for name, it in contestants.items() if not refused[name]}
    progress(0, len(racing) + 2, tr("Finding the true neighbours"))
    judge = judge or judge_of(data)
    built: dict[str, Built] = {}
    for done, (name, contestant) in enumerate(racing.items(), start=1):
        progress(done, len(racing) + 2, tr("Building {name}", name=name))
        built[name] = _build(contestant, data, plan.threads)
    tuning = np.arange(min(data.n_tuning, plan.n_tuning))
    test = np.arange(data.n_tuning, min(len(data.queries), data.n_tuning + plan.n_test))
    curves: dict[int, dict[str, list[OperatingPoint]]] = {}
    levels: dict[str, list[Level]] = {name: [] for name in racing}
    for k in plan.ks:
        track = _Track(data, judge, racing, plan, k)
        with threadpool_limits(1):
            ladders = {
                name: [[given[name]]] if given and name in given else it.ladders(k)
                for name, it in racing.items()
            }
            curves[k] = track.curves(ladders, tuning, progress)
        for name, found in track.levels(ladders, curves[k], test, progress).items():
            levels[name] += found
    return RaceResult(
        placings={
            name: Placing(
                built=built[name],
                curves={k: curves[k][name] for k in plan.ks},
                levels=levels[name],
                changes=_change(contestant, data, plan.n_changed),
            )
            for name, contestant in racing.items()
        },
        left_out={name: reason for name, reason in refused.items() if reason},
        similarities=judge.similarities,
        n_tuning=len(tuning),
        n_test=len(test),
        company=company.share(),
    )


def judge_of(data: DataSet) -> Judge:
    """Find the true neighbours, as many as anybody is asked for."""
    return Judge(data.gallery, data.queries, data.own, k=min(MANY, len(data.gallery) - 1))


def choose(curve: Sequence[OperatingPoint], wanted: float) -> tuple[int, bool]:
    """Place of the fastest setting that surely has the wanted recall, and True.

    Where none has it, place of the one with the highest recall, and False; of no curve, the first.
    """
    sure = [i for i, it in enumerate(curve) if it.recall - it.recall_error >= wanted]
    if sure:
        return min(sure, key=lambda place: curve[place].median_seconds), True
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
    """All who race for k hits on one data set, and their judge."""

    def __init__(
        self,
        data: DataSet,
        judge: Judge,
        racing: Mapping[str, Contestant],
        plan: Plan,
        k: int,
    ) -> None:
        self._data, self._judge, self._racing, self._plan = data, judge, racing, plan
        self._k = min(k, judge.similarities.shape[1])
        self._nominal_k = k  # of a gallery that may be smaller
        self._own = int((data.own >= 0).any())  # one hit more is asked for: the query's own

    def curves(
        self,
        ladders: Mapping[str, Sequence[Sequence[Setting]]],
        queries: NDArray[np.int64],
        progress: Progress,
    ) -> dict[str, list[OperatingPoint]]:
        """Climb everyone's ladders, one after the other, all contestants at the same time."""
        curves: dict[str, list[OperatingPoint]] = {name: [] for name in self._racing}
        if len(queries) == 0:
            return curves
        for in_place in zip_longest(*ladders.values()):
            climbs = {
                name: Climb(ladder)
                for name, ladder in zip(ladders, in_place, strict=True)
                if ladder is not None
            }
            done, total = 0, max(len(it.ladder) for it in climbs.values())
            while tried := {
                name: setting
                for name, climb in climbs.items()
                if (setting := climb.next(curves[name])) is not None
            }:
                progress(
                    done, total, tr("Settings for {nominal_k} hits", nominal_k=self._nominal_k)
                )
                done += 1
                points = self.points(tried, queries, self._plan.tuning_budget)
                for name, point in points.items():
                    climbs[name].points.append(point)
            for name, climb in climbs.items():
                curves[name] += climb.points
        return curves

    def levels(
        self,
        ladders: Mapping[str, Sequence[Sequence[Setting]]],
        curves: Mapping[str, Sequence[OperatingPoint]],
        queries: NDArray[np.int64],
        progress: Progress,
    ) -> dict[str, list[Level]]:
        """Test what is chosen for each wanted recall; the same setting is tested once."""
        found: dict[str, list[Level]] = {name: [] for name in self._racing}
        for done, wanted in enumerate(self._plan.wanted):
            progress(
                done,
                len(self._plan.wanted),
                tr("Racing for {nominal_k} hits", nominal_k=self._nominal_k),
            )
            chosen = {name: choose(curve, wanted) for name, curve in curves.items()}
            settings = {
                name: curves[name][place].setting if curves[name] else ladders[name][0][0]
                for name, (place, _) in chosen.items()
            }
            before = {
                name: level
                for name, levels in found.items()
                if (level := next((it for it in levels if it.test.setting == settings[name]), None))
            }
            new = {name: setting for name, setting in settings.items() if name not in before}
            with threadpool_limits(1):
                tests = self.points(new, queries, self._plan.test_budget, self._plan.rounds)
            for name, (_, is_reached) in chosen.items():
                known = before.get(name)
                found[name].append(
                    Level(
                        k=self._nominal_k,
                        wanted=wanted,
                        is_reached=is_reached,
                        test=known.test if known else tests[name],
                        queries_per_second=known.queries_per_second
                        if known
                        else self._batch_rates(name, settings[name], queries),
                    )
                )
        return found

    def points(
        self,
        settings: Mapping[str, Setting],
        queries: NDArray[np.int64],
        budget: float,
        rounds: int = 1,
    ) -> dict[str, OperatingPoint]:
        """Let everyone answer with one setting, in turns; a query's time is that of its rounds."""
        answering = {name: self._answer(name, setting) for name, setting in settings.items()}
        turns = [take_turns(answering, queries, budget) for _ in range(rounds)]
        return {
            name: OperatingPoint(
                setting=setting,
                seconds=_medians([it[name].seconds for it in turns]),
                recalls=tuple(self._recalls(queries, turns[0][name].answers)),
                candidates=self._candidates(name, setting, queries),
            )
            for name, setting in settings.items()
        }

    def _batch_rates(
        self, name: str, setting: Setting, queries: NDArray[np.int64]
    ) -> dict[int, float]:
        """Queries per second on one thread and on all, where the plan has time for it."""
        if not self._plan.batch_budget:
            return {}
        return {
            n: self._batch_rate(name, setting, queries, n) for n in sorted({1, self._plan.threads})
        }

    def _batch_rate(
        self, name: str, setting: Setting, queries: NDArray[np.int64], threads: int
    ) -> float:
        """Queries per second: the median of as many batches as fit into the budget."""
        rates: list[float] = []
        spent = 0.0
        rows, k = self._data.queries[queries], self._k + self._own
        with threadpool_limits(threads), _no_collection():
            while not rates or spent < self._plan.batch_budget:
                begin = perf_counter()
                self._racing[name].batch(rows, k, setting, threads)
                seconds = perf_counter() - begin
                rates.append(len(queries) / seconds)
                spent += seconds
        return statistics.median(rates)

    def _answer(self, name: str, setting: Setting) -> Callable[[int], Ids]:
        query, rows, k = self._racing[name].query, self._data.queries, self._k + self._own
        return lambda number: query(rows[number], k, setting)

    def _recalls(self, queries: NDArray[np.int64], found: Iterable[Ids]) -> list[float]:
        """Neighbour recall@k of the queries that were answered, the first ones."""
        answered = zip(queries.tolist(), found, strict=False)
        return [self._judge.recall(query, ids, self._k) for query, ids in answered]

    def _candidates(self, name: str, setting: Setting, queries: NDArray[np.int64]) -> float | None:
        """Mean number of candidates over one turn's queries."""
        contestant, k = self._racing[name], self._k + self._own
        counts = [
            contestant.candidates(self._data.queries[query], k, setting)
            for query in queries[:BLOCK].tolist()
        ]
        known = [it for it in counts if it is not None]
        return statistics.fmean(known) if known else None


def _medians(rounds: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """Median of each query over the rounds that came as far."""
    return tuple(
        statistics.median(it for it in of_query if it is not None)
        for of_query in zip_longest(*rounds)
    )


def _build(contestant: Contestant, data: DataSet, threads: int) -> Built:
    """Build one index; say what it took."""
    with threadpool_limits(threads):
        contestant.warm_up(data.gallery.shape[1])
        begin = perf_counter()
        contestant.fit(data.gallery, threads)
        seconds = perf_counter() - begin
    return Built(
        parameters=dict(contestant.parameters()),
        seconds=seconds,
        extra_bytes=contestant.extra_bytes(),
    )


def _change(contestant: Contestant, data: DataSet, n: int) -> Changes:
    """Add queries to the index, some at a time, and remove them again."""
    rows = np.ascontiguousarray(np.resize(data.queries, (n, data.queries.shape[1])))
    first = len(data.gallery)
    calls = [np.arange(i, min(i + CHANGED, n)) for i in range(0, n, CHANGED)]
    with threadpool_limits(1):
        added = _rate(n, [(contestant.add, (first + it, rows[it])) for it in calls])
        if added is None:
            return Changes()
        removed = _rate(n, [(contestant.remove, (first + it,)) for it in reversed(calls)])
    return Changes(adds_per_second=added, removes_per_second=removed)


def _rate(n: int, calls: Sequence[tuple[Callable[..., None], tuple[Any, ...]]]) -> float | None:
    """How many of n vectors these calls change in a second; None where it can't be done."""
    begin = perf_counter()
    try:
        for call, arguments in calls:
            call(*arguments)
    except NotImplementedError:
        return None
    return n / (perf_counter() - begin) if calls else None


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep Python from collecting garbage in the middle of a query."""
    gc.collect(0)  # what is young: to look at everything takes longer than many turns
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
