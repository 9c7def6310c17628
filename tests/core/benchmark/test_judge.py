import numpy as np
import pytest

from core.benchmark import judge as module
from core.benchmark.judge import Judge, scan
from core.index.exact import exact_scan
from core.index.vectors import Vectors


def unit(rng, *shape):
    rows = rng.standard_normal(shape).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


@pytest.fixture
def gallery():
    return unit(np.random.default_rng(0), 500, 16)


@pytest.fixture
def queries():
    return unit(np.random.default_rng(1), 6, 16)


def held_out(queries):
    return np.full(len(queries), -1)


@pytest.mark.parametrize("block", [7, 100, 10_000])
def test_the_scan_in_blocks_is_the_exact_scan(gallery, queries, block, monkeypatch):
    monkeypatch.setattr(module.blocks, "__defaults__", (block,))
    ids, similarities = scan(gallery, queries, 20)
    for row, query in enumerate(queries):
        hits = exact_scan(query, Vectors.from_matrix(gallery), k=20)
        assert ids[row].tolist() == hits.ids.tolist()
        assert np.allclose(similarities[row], hits.similarities, atol=1e-6)


def test_the_scan_of_fewer_than_k_finds_all(gallery, queries):
    assert [sorted(row) for row in scan(gallery[:3], queries, 5)[0].tolist()] == [[0, 1, 2]] * 6


def test_half_precision_is_judged_as_it_is_stored(gallery, queries):
    half = gallery.astype(np.float16)
    whole = half.astype(np.float32)
    assert np.array_equal(scan(half, queries, 10)[0], scan(whole, queries, 10)[0])


def test_recall_counts_the_true_neighbours(gallery, queries):
    judge = Judge(gallery, queries, held_out(queries), k=10)
    true = scan(gallery, queries, 14)[0]
    for query in range(len(queries)):
        found = true[query, :10].copy()
        assert judge.recall(query, found[::-1], 10) == 1
        found[[2, 5, 7]] = true[query, 11:]
        assert judge.recall(query, found, 10) == pytest.approx(0.7)


def test_nothing_counts_twice_or_beyond_k_or_outside_the_gallery(gallery, queries):
    judge = Judge(gallery, queries, held_out(queries), k=10)
    true = scan(gallery, queries, 10)[0]
    assert judge.recall(0, np.repeat(true[0, 0], 10), 10) == pytest.approx(0.1)
    assert judge.recall(0, np.array([-1, 500, true[0, 3]]), 10) == pytest.approx(0.1)
    ten_wrong_first = np.concatenate([np.setdiff1d(np.arange(500), true[0])[:10], true[0]])
    assert judge.recall(0, ten_wrong_first, 10) == 0
    assert judge.recall(0, np.array([], dtype=np.int64), 10) == 0


def test_equal_neighbours_are_equally_right():
    gallery = np.eye(4, dtype=np.float32)[[0, 1, 1, 1, 2]]
    judge = Judge(gallery, gallery[1:2], np.array([-1]), k=2)
    for pair in ([1, 2], [3, 2], [1, 3]):
        assert judge.recall(0, np.array(pair), 2) == 1
    assert judge.recall(0, np.array([0, 1]), 2) == 0.5


def test_the_query_itself_is_no_neighbour(gallery):
    own = np.array([17, 4])
    judge = Judge(gallery, gallery[own], own, k=10)
    true = scan(gallery, gallery[own], 11)[0]
    assert true[:, 0].tolist() == own.tolist()
    for query in (0, 1):
        assert judge.recall(query, true[query], 10) == 1  # its own is passed over
        assert judge.recall(query, true[query, :10], 10) == pytest.approx(0.9)
