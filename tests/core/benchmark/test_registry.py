import sys

import numpy as np
import pytest

from core.benchmark import registry
from core.benchmark.contestants.base import Contestant
from core.benchmark.data import DataSet
from core.benchmark.race import Plan, race


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
    entered, missing = registry.enter()
    assert {"exact scan, NumPy", "LSHIndex, NumPy"} <= set(entered)
    assert set(entered) | set(missing) == set(registry.CONTESTANTS)
    assert missing["hnswlib"] == "hnswlib"
    text = registry.sentence_about(missing)
    assert "faiss, hnswlib can't be imported" in text
    assert "pip install -r requirements-dev.txt" in text


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
    placing = race(data, entered, Plan(batch_budget=0)).placings["guess"]
    assert placing.test.recall == pytest.approx(10 / 200, abs=0.04)
    assert not placing.is_reached
    assert placing.test.candidates is None
    assert placing.batches is None
