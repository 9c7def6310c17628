import sys

import numpy as np
import pytest

from core.benchmark import registry
from core.benchmark.contestants.base import Contestant
from core.benchmark.data import DataSet
from core.benchmark.race import Plan, race

FOREIGN = ("SymphonyQG", "ScaNN", "SVS Vamana")  # slow to import


class Guess(Contestant):
    """Always gives the first k: the smallest contestant there can be."""

    name = "guess"

    def fit(self, vectors, threads):
        self._n = len(vectors)

    def query(self, query, k, setting):
        return np.arange(k)

    def batch(self, queries, k, setting, threads):
        return np.tile(np.arange(k), (len(queries), 1))

    def extra_bytes(self):
        return 0


def test_without_their_libraries_the_others_race(monkeypatch):
    monkeypatch.setitem(sys.modules, "faiss", None)
    monkeypatch.setitem(sys.modules, "hnswlib", None)
    monkeypatch.setattr(
        registry,
        "CONTESTANTS",
        {name: kind for name, kind in registry.CONTESTANTS.items() if name not in FOREIGN},
    )
    entered, missing = registry.enter()
    assert {"exact scan, NumPy", "LSHIndex, NumPy"} <= set(entered)
    assert set(entered) | set(missing) == set(registry.CONTESTANTS)
    assert missing["hnswlib"] == "hnswlib"
    text = registry.sentence_about(missing)
    assert "faiss, hnswlib can't be imported" in text
    assert "pip install '.[peers]'" in text


def test_a_contestant_takes_a_class_and_a_line(monkeypatch):
    monkeypatch.setattr(registry, "CONTESTANTS", {Guess.name: Guess})
    entered, _ = registry.enter()
    rows = np.random.default_rng(0).standard_normal((300, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    data = DataSet(
        name="ball",
        family="ball",
        title="A ball",
        gallery=rows[:200],
        queries=rows[200:],
        own=np.full(100, -1),
        n_tuning=50,
    )
    placing = race(data, entered, Plan(rounds=1, batch_budget=0)).placings["guess"]
    assert placing.main.test.recall == pytest.approx(10 / 200, abs=0.04)
    assert not placing.main.is_reached
    assert placing.main.test.candidates is None
    assert not placing.main.queries_per_second
    assert placing.changes.adds_per_second is None


class Several(Guess):
    name = "several"
    builds = ({"size": 1}, {"size": 2})

    def __init__(self, size):
        self.size = size


def test_who_is_built_in_several_ways_enters_with_each(monkeypatch):
    monkeypatch.setattr(registry, "CONTESTANTS", {"guess": Guess, "several": Several})
    entered, _ = registry.enter()
    assert list(entered) == ["guess", "several, size 1", "several, size 2"]
    assert entered["several, size 2"].size == 2
    assert list(registry.enter(["several, size 1"])[0]) == ["several, size 1"]
