import gc
from dataclasses import replace
from time import perf_counter

import numpy as np
import pytest

from core.benchmark import race as module
from core.benchmark.contestants.exact_numpy import ExactNumPy
from core.benchmark.data import DataSet
from core.benchmark.race import BLOCK, WARM, OperatingPoint, Plan, choose, race, take_turns
from core.benchmark.report import entry_of, exact_seconds, joined, level_text, overview, table

PLAN = Plan(
    wanted=(0.95,),
    ks=(10,),
    rounds=1,
    threads=2,
    tuning_budget=5.0,
    test_budget=5.0,
    batch_budget=0.01,
    n_changed=0,
)


def unit(seed, *shape):
    rows = np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


@pytest.fixture
def data():
    return DataSet(
        name="ball",
        family="ball",
        title="A ball",
        gallery=unit(0, 400, 8),
        queries=unit(1, 100, 8),
        own=np.full(100, -1),
        n_tuning=50,
    )


class Partly(ExactNumPy):
    """Finds what lies in the first part of the gallery, and takes the longer the larger that is."""

    SECONDS = {0.5: 0.0, 0.9: 2e-4, 0.98: 5e-4, 1.0: 1e-3}  # noqa: RUF012

    def parameters(self):
        return {"colour": "green"}

    def ladders(self, k):
        return [[{"part": part} for part in (0.5, 0.9, 0.98, 1.0, 1.0)]]

    def query(self, query, k, setting):
        until = perf_counter() + self.SECONDS[setting["part"]]
        ids = super().query(query, len(self._ids), setting)
        while perf_counter() < until:
            pass
        return ids[ids < setting["part"] * len(self._ids)][:k]

    def batch(self, queries, k, setting, threads):
        return np.stack([self.query(it, k, setting) for it in queries])

    def candidates(self, query, k, setting):
        return round(setting["part"] * len(self._ids))

    def extra_bytes(self):
        return 800


class Cheat(Partly):
    """Repeats its best hit, and claims that it is ten."""

    def query(self, query, k, setting):
        return np.repeat(super().query(query, 1, setting), k)


class Refuses(Partly):
    def refusal(self, n, dim):
        return f"Not on {n} × {dim}."


def raced(data, contestants):
    """The body of a race's entry in the result file."""
    return entry_of(race(data, contestants, PLAN), data, PLAN)


@pytest.fixture
def entry(data):
    contestants = {
        "exact scan": ExactNumPy(),
        "partly": Partly(),
        "cheat": Cheat(),
        "no": Refuses(),
    }
    return raced(data, contestants)


def test_a_race_measures_everyone_and_judges_alike(entry):
    assert list(entry["contestants"]) == ["exact scan", "partly", "cheat"]
    assert entry["left_out"] == {"no": "Not on 400 × 8."}
    assert (entry["n"], entry["dim"], entry["dtype"]) == (400, 8, "float32")
    assert 5 < entry["intrinsic_dimension"] < 9  # a sphere in 8 dimensions has 7
    exact, partly, cheat = entry["contestants"].values()
    assert exact["recall"] == 1
    assert partly["setting"] == {"part": 0.98}
    assert partly["reached"]
    assert 0.95 < partly["recall"] < 1
    assert partly["parameters"] == {"colour": "green"}
    assert partly["extra_bytes_per_vector"] == 2
    assert [it["candidates"] for it in partly["curve"]] == [200, 360, 392, 400]  # then it is whole
    recalls = [it["recall"] for it in partly["curve"]]
    assert recalls == pytest.approx([0.5, 0.9, 0.98, 1], abs=0.05)
    assert not cheat["reached"]
    assert cheat["recall"] <= 0.1
    assert len(cheat["curve"]) == 3  # then nothing was gained twice
    for it in (exact, partly, cheat):
        assert 0 < it["median_seconds"] <= it["p95_seconds"]
        assert it["timed_queries"] == 50
        assert list(it["batch_queries_per_second"]) == ["1", "2"]
        assert it["build_seconds"] >= 0


def test_the_race_is_on_queries_that_chose_nothing(data, monkeypatch):
    seen = []
    really = module.take_turns

    def look(contestants, queries, budget):
        seen.append(set(queries.tolist()))
        return really(contestants, queries, budget)

    monkeypatch.setattr(module, "take_turns", look)
    race(data, {"exact scan": ExactNumPy(), "partly": Partly()}, PLAN)
    *tuning, test = seen
    assert all(it == set(range(50)) for it in tuning)
    assert test == set(range(50, 100))


def test_every_level_is_raced_with_a_setting_of_its_own(data):
    plan = replace(PLAN, wanted=(0.85, 0.95, 1.0), ks=(10, 100), rounds=3)
    placing = race(data, {"partly": Partly(), "exact scan": ExactNumPy()}, plan).placings["partly"]
    chosen = {(it.k, it.wanted): it.test.setting["part"] for it in placing.levels}
    assert chosen == {
        **{(10, 0.85): 0.9, (10, 0.95): 0.98, (10, 1.0): 1.0},
        **{(100, 0.85): 0.9, (100, 0.95): 0.98, (100, 1.0): 1.0},
    }
    assert all(it.is_reached and set(it.queries_per_second) == {1, 2} for it in placing.levels)
    assert placing.at(100, 0.95).test.recall == pytest.approx(0.98, abs=0.02)


def test_the_time_of_a_query_is_the_median_of_its_rounds():
    assert module._medians([[1.0, 5.0, 2.0], [3.0, 4.0], [2.0, 9.0]]) == (2.0, 5.0, 2.0)


class Grows(ExactNumPy):
    """Has its vectors in a list of blocks."""

    def __init__(self):
        self.log = []

    def add(self, ids, vectors):
        self.log.append(("add", ids.tolist(), vectors.shape))

    def remove(self, ids):
        self.log.append(("remove", ids.tolist()))


def test_who_can_grow_is_given_the_ids_that_follow_and_they_are_taken_away(data):
    grows = Grows()
    plan = replace(PLAN, n_changed=150)
    placings = race(data, {"grows": grows, "exact scan": ExactNumPy()}, plan).placings
    assert grows.log == [
        ("add", list(range(400, 500)), (100, 8)),
        ("add", list(range(500, 550)), (50, 8)),
        ("remove", list(range(500, 550))),
        ("remove", list(range(400, 500))),
    ]
    assert placings["grows"].changes.adds_per_second > 0
    assert placings["grows"].changes.removes_per_second > 0
    assert placings["exact scan"].changes.adds_per_second is None


def test_heats_are_joined_and_the_busiest_counts(data):
    one = raced(data, {"exact scan": ExactNumPy()}) | {"used_by_others": 0.1}
    two = raced(data, {"partly": Partly(), "no": Refuses()}) | {"used_by_others": None}
    both = joined([one, two])
    assert list(both["contestants"]) == ["exact scan", "partly"]
    assert both["left_out"] == {"no": "Not on 400 × 8."}
    assert (both["used_by_others"], both["heats"]) == (0.1, 2)


def test_a_query_from_the_gallery_asks_for_one_hit_more(data):
    own = np.arange(100)
    inside = DataSet(
        name="ball",
        family="ball",
        title="",
        gallery=data.gallery,
        queries=data.gallery[:100],
        own=own,
        n_tuning=50,
    )
    exact = raced(inside, {"exact scan": ExactNumPy()})["contestants"]["exact scan"]
    assert exact["recall"] == 1


def test_contestants_take_turns_in_short_warm_blocks_in_another_order():
    asked = {"a": [], "b": []}
    order = []

    def entrant(name):
        def answer(query):
            assert not gc.isenabled()
            asked[name].append(query)
            if order[-1:] != [name]:
                order.append(name)
            return np.array([query])

        return answer

    queries = np.arange(100, 100 + 3 * BLOCK)
    turns = take_turns({name: entrant(name) for name in asked}, queries, budget=10)
    assert gc.isenabled()
    assert order == ["a", "b", "a", "b"]  # a b, b a, a b: neighbours run together
    for name, all_asked in asked.items():
        blocks = np.array(all_asked).reshape(3, WARM + BLOCK)
        assert np.array_equal(blocks[:, WARM:].ravel(), queries)
        for warm, timed in zip(blocks[:, :WARM], blocks[:, WARM:], strict=True):
            assert not set(warm) & set(timed)
        assert [int(ids[0]) for ids in turns[name].answers] == queries.tolist()
        assert len(turns[name].seconds) == len(queries)


def test_who_has_spent_its_budget_leaves_at_once():
    asked = []

    def slow(query):
        asked.append(query)
        begin = perf_counter()
        while perf_counter() - begin < 1e-3:
            pass
        return np.array([query])

    contestants = {"slow": slow, "fast": lambda query: np.array([query])}
    turns = take_turns(contestants, np.arange(3 * BLOCK), budget=3.5e-3)
    assert 1 <= len(turns["slow"].seconds) <= 4  # of a thousandth of a second or more
    assert len(asked) - len(turns["slow"].seconds) <= 4  # to get warm
    assert len(turns["slow"].answers) == len(turns["slow"].seconds)
    assert len(turns["fast"].seconds) == 3 * BLOCK
    assert turns["slow"].median >= 1e-3


def test_the_fastest_setting_that_surely_has_the_recall_is_chosen():
    curve = [  # two queries: the standard error of each is 0.01
        OperatingPoint(
            setting={},
            seconds=(seconds, seconds),
            recalls=(recall - 0.01 * 2**0.5, recall + 0.01 * 2**0.5),
            candidates=None,
        )
        for recall, seconds in ((0.9, 1), (0.955, 1), (0.965, 3), (0.94, 1), (0.999, 2))
    ]
    assert choose(curve, 0.95) == (4, True)
    assert choose(curve[:3], 0.95) == (2, True)
    assert choose(curve, 0.9901) == (4, False)
    assert choose(curve[:2], 0.95) == (1, False)
    assert choose([], 0.95) == (0, False)


def test_where_no_queries_choose_everyone_takes_what_is_given_or_its_first_setting(data):
    data = replace(data, n_tuning=0)
    contestants = {"partly": Partly(), "given": Partly()}
    plan = replace(PLAN, n_tuning=0)
    result = race(data, contestants, plan, given={"given": {"part": 0.9}})
    assert [it.main.test.setting["part"] for it in result.placings.values()] == [0.5, 0.9]
    assert not any(it.curves[10] for it in result.placings.values())
    assert len(result.placings["given"].main.test.seconds) == len(data.queries)


def test_the_table_has_a_line_for_everyone_and_the_overview_a_column_for_each_data_set(entry):
    lines = table(entry).splitlines()
    assert lines[0].startswith("A ball · float32 · intrinsic dimension ")
    head, exact, partly, cheat = lines[2:6]
    assert head.split()[:3] == ["method", "setting", "recall@10"]
    assert len({len(it) for it in (exact, partly, cheat)}) == 1
    assert "part 0.98" in partly
    assert "(too little)" in cheat
    assert lines[-1] == "no: left out. Not on 400 × 8."
    assert lines[7].split() == ["ms", "per", "query", "at", "recall", "@10", "≥", "0.95"]
    assert lines[10].startswith("cheat")
    assert lines[10].endswith(" at 0.10)")
    assert exact_seconds(entry) == entry["contestants"]["exact scan"]["median_seconds"]
    rows = overview({"one": entry, "two": entry}).splitlines()
    assert rows[0].split()[-2:] == ["one", "two"]
    assert rows[-1].split()[1:] == [rows[-1].split()[1]] * 2
    assert rows[-1].endswith(")")  # what doesn't reach the recall stands in brackets


@pytest.mark.parametrize(
    ("recall", "reached", "text"),
    [(0.955, True, "2"), (0.985, True, "2 at 0.98"), (0.9, False, "(2 at 0.90)")],
)
def test_a_level_tells_the_recall_where_it_is_another_one(recall, reached, text):
    level = {"median_seconds": 0.002, "recall": recall, "reached": reached, "wanted": 0.95}
    assert level_text(level) == text
