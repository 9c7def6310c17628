"""One data set, every contestant: build, choose settings, then take turns.

1. Everyone builds, on all threads. From here on all are in memory.
2. The *curve*: everyone answers the tuning queries with each of its settings, from the cheapest
   on, until it finds practically everything. The cheapest setting with the wanted neighbour
   recall@10, and one standard error more, is chosen: what a few hundred queries promise
   should hold for others.
3. The *race*: everyone answers the test queries, which chose nothing, with the chosen setting.
4. The same queries in batches, on one thread and on all.

Single queries run on one thread. Contestants take turns in short blocks of queries, in another
order each time, so that a machine that slows down slows them all. Before each block a few
queries that don't count bring the contestant's own data back into the processor's caches; they
are others than those of the block.
"""

import gc
import statistics
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import zip_longest
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from ..progress import Progress, silent
from .contestants import Contestant, Ids, Setting
from .data import DataSet, intrinsic_dimension
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
    curve_budget: float = 2.0  # seconds in which a setting's turns begin
    race_budget: float = 20.0  # the same of a contestant in the race
    batch_budget: float = 1.0


@dataclass(slots=True)
class Turns:
    """What one entrant did in all its turns."""

    seconds: list[float] = field(default_factory=list)  # of each query that counts
    answers: list[Ids] = field(default_factory=list)  # ids found for query 0, 1, …

    @property
    def median(self) -> float:
        """Median seconds of a query."""
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float:
        """Seconds that 95 of 100 queries stay below."""
        return float(np.quantile(self.seconds, 0.95))


def race(
    data: DataSet,
    contestants: Mapping[str, Contestant],
    plan: Plan,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Race on one data set and return the body of its entry in the result file.

    Args:
        data: the gallery and its queries.
        contestants: by name, none of them built.
        plan: how long to measure.
        progress: told how far it is.
    """
    judge = Judge(data.gallery, data.queries, data.own, k=min(MANY, len(data.gallery) - 1))
    refusals = {
        name: reason
        for name, it in contestants.items()
        if (reason := it.refusal(*data.gallery.shape))
    }
    racing = {name: it for name, it in contestants.items() if name not in refusals}
    found: dict[str, dict[str, Any]] = {}
    for done, (name, contestant) in enumerate(racing.items()):
        progress(done, len(racing), f"Building {name}")
        found[name] = _build(contestant, data, plan.threads)
    tuning = np.arange(min(data.n_tuning, plan.n_tuning))
    test = np.arange(data.n_tuning, min(len(data.queries), data.n_tuning + plan.n_test))
    track = _Track(data, judge, racing)
    with threadpool_limits(1):
        curves = track.curves(tuning, plan, progress)
        chosen = {name: choose(curve, plan.wanted) for name, curve in curves.items()}
        settings = {name: curves[name][place]["setting"] for name, (place, _) in chosen.items()}
        turns = track.race(settings, test, plan, progress)
    for done, (name, entry) in enumerate(found.items()):
        progress(done, len(found), f"Batches: {name}")
        entry |= {
            "setting": dict(settings[name]),
            "reached": chosen[name][1],
            **track.measured(turns[name], test),
            "recall_at_100": track.recall_at_many(name, settings[name], test, plan.threads),
            "batch_queries_per_second": {
                str(threads): track.batch_rate(name, settings[name], test, threads, plan)
                for threads in sorted({1, plan.threads})
            },
            "curve": [{**it, "setting": dict(it["setting"])} for it in curves[name]],
        }
    return {
        "title": data.title,
        "family": data.family,
        "n": len(data.gallery),
        "dim": data.gallery.shape[1],
        "dtype": str(data.gallery.dtype),
        "intrinsic_dimension": intrinsic_dimension(np.sqrt(2 - 2 * judge.similarities.clip(-1, 1))),
        "wanted_recall_at_10": plan.wanted,
        "threads": plan.threads,
        "tuning_queries": len(tuning),
        "test_queries": len(test),
        "contestants": found,
        "left_out": refusals,
    }


def choose(curve: Sequence[Mapping[str, Any]], wanted: float) -> tuple[int, bool]:
    """Place of the first setting that surely has the wanted recall, and True.

    Where none has it, place of the best one, and False.
    """
    for place, point in enumerate(curve):
        if point["recall"] - point["recall_error"] >= wanted:
            return place, True
    return int(np.argmax([point["recall"] for point in curve])), False


def take_turns(
    entrants: Mapping[str, Callable[[int], Ids]], queries: NDArray[np.int64], budget: float
) -> dict[str, Turns]:
    """Let entrants answer queries in turns; who has spent its budget leaves.

    Args:
        entrants: each answers a query by its number.
        queries: numbers of the queries, (Q,).
        budget: seconds. Everyone answers one query at least.
    """
    turns = {name: Turns() for name in entrants}
    order = deque(entrants)
    with _no_collection():
        for start in range(0, len(queries), BLOCK):
            for name in order:
                turn, answer = turns[name], entrants[name]
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

    def __init__(self, data: DataSet, judge: Judge, racing: Mapping[str, Contestant]) -> None:
        self._data, self._judge, self._racing = data, judge, racing
        self._left_out = int((data.own >= 0).any())  # one hit more is asked for: the query's own

    def curves(
        self, queries: NDArray[np.int64], plan: Plan, progress: Progress
    ) -> dict[str, list[dict[str, Any]]]:
        """Measure every setting of everyone; those in the same place of their lists take turns."""
        curves: dict[str, list[dict[str, Any]]] = {name: [] for name in self._racing}
        ladder = list(zip_longest(*(it.settings() for it in self._racing.values())))
        for done, rung in enumerate(ladder):
            progress(done, len(ladder), "Settings")
            settings = {
                name: setting
                for name, setting in zip(self._racing, rung, strict=True)
                if setting is not None
                and not (curves[name] and curves[name][-1]["recall"] >= NEARLY_ALL)
            }
            turns = self._turns(settings, queries, plan.curve_budget)
            for name, setting in settings.items():
                curves[name].append(
                    {
                        "setting": setting,
                        **self.measured(turns[name], queries),
                        "candidates": self._candidates(name, setting, queries),
                    }
                )
        return curves

    def race(
        self,
        settings: Mapping[str, Setting],
        queries: NDArray[np.int64],
        plan: Plan,
        progress: Progress,
    ) -> dict[str, Turns]:
        """Let everyone answer with its chosen setting."""
        progress(0, 1, "Racing")
        return self._turns(settings, queries, plan.race_budget)

    def measured(self, turns: Turns, queries: NDArray[np.int64]) -> dict[str, Any]:
        """Time and neighbour recall@10 of single queries."""
        recalls = [
            self._judge.recall(query, ids, FEW)
            for query, ids in zip(queries.tolist(), turns.answers, strict=False)
        ]
        return {
            "recall": statistics.fmean(recalls),
            "recall_error": float(np.std(recalls) / np.sqrt(len(recalls))),
            "median_seconds": turns.median,
            "p95_seconds": turns.p95,
            "timed_queries": len(turns.seconds),
        }

    def recall_at_many(
        self, name: str, setting: Setting, queries: NDArray[np.int64], threads: int
    ) -> float:
        """Neighbour recall@100, or of all others in a smaller gallery, with the same setting."""
        k = self._judge.similarities.shape[1]
        with threadpool_limits(threads):
            found = self._batch(name, setting, queries, k, threads)
        recalls = [
            self._judge.recall(query, ids, k)
            for query, ids in zip(queries.tolist(), found, strict=True)
        ]
        return statistics.fmean(recalls)

    def batch_rate(
        self,
        name: str,
        setting: Setting,
        queries: NDArray[np.int64],
        threads: int,
        plan: Plan,
    ) -> float:
        """Queries per second in batches: the median of as many as fit into the budget."""
        rates: list[float] = []
        spent = 0.0
        with threadpool_limits(threads), _no_collection():
            while spent < plan.batch_budget:
                begin = perf_counter()
                self._batch(name, setting, queries, FEW, threads)
                seconds = perf_counter() - begin
                rates.append(len(queries) / seconds)
                spent += seconds
        return statistics.median(rates)

    def _turns(
        self, settings: Mapping[str, Setting], queries: NDArray[np.int64], budget: float
    ) -> dict[str, Turns]:
        entrants = {name: self._answer(name, setting) for name, setting in settings.items()}
        return take_turns(entrants, queries, budget)

    def _answer(self, name: str, setting: Setting) -> Callable[[int], Ids]:
        query, rows, k = self._racing[name].query, self._data.queries, FEW + self._left_out
        return lambda number: query(rows[number], k, setting)

    def _batch(
        self, name: str, setting: Setting, queries: NDArray[np.int64], k: int, threads: int
    ) -> Ids:
        rows = self._data.queries[queries]
        return self._racing[name].batch(rows, k + self._left_out, setting, threads)

    def _candidates(self, name: str, setting: Setting, queries: NDArray[np.int64]) -> float | None:
        """Mean number of candidates over one turn's queries."""
        contestant, k = self._racing[name], FEW + self._left_out
        counts = [
            contestant.candidates(self._data.queries[query], k, setting)
            for query in queries[:BLOCK].tolist()
        ]
        known = [it for it in counts if it is not None]
        return statistics.fmean(known) if known else None


def _build(contestant: Contestant, data: DataSet, threads: int) -> dict[str, Any]:
    """Build one index; say what it took."""
    with threadpool_limits(threads):
        begin = perf_counter()
        contestant.fit(data.gallery, threads)
        seconds = perf_counter() - begin
    extra = contestant.extra_bytes()
    return {
        "parameters": dict(contestant.parameters()),
        "build_seconds": seconds,
        "extra_bytes": extra,
        "extra_bytes_per_vector": extra / len(data.gallery),
    }


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep Python from collecting garbage in the middle of a query."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
