import numpy as np
import pytest

from core.evaluation.beyond.splits import measure_splits

LABELS = np.repeat(np.arange(4), 15)


def test_a_perfect_embedding_has_map_one_by_scan_and_a_blind_one_that_of_chance():
    rng = np.random.default_rng(0)
    perfect = np.eye(16, dtype=np.float32)[LABELS]
    blind = rng.standard_normal((len(LABELS), 16)).astype(np.float32)
    blind /= np.linalg.norm(blind, axis=1, keepdims=True)
    body = measure_splits({"perfect": perfect, "blind": blind}, LABELS, range(3))
    assert (body["n_queries"], body["seeds"]) == (40, [0, 1, 2])
    best, worst = body["rows"]
    assert best["scan"]["mean_average_precision"] == 1
    assert best["hashing"]["mean_average_precision"] == 1  # equal vectors share every bucket
    assert best["hashing_changes"] == {"mean": 0, "low": 0, "high": 0, "n": 3}
    assert worst["scan"]["mean_average_precision"] == pytest.approx(0.3, abs=0.1)
    assert worst["scan"]["candidate_ratio"] == 1
    assert worst["hashing"]["candidate_ratio"] <= 0.4
