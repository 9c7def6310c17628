import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from core.errors import SettingError
from core.index.exact import exact_scan, neighbour_recall, rerank
from core.index.vectors import Vectors


def unit_rows(n, dim, seed=0):
    rows = np.random.default_rng(seed).standard_normal((n, dim), dtype=np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_the_order_is_the_one_seen_on_the_unit_circle():
    degrees = np.array([90, 10, 180, 45])
    circle = np.column_stack([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
    hits = exact_scan([1, 0], Vectors.from_matrix(circle), k=4)
    assert hits.ids.tolist() == [1, 3, 0, 2]
    np.testing.assert_allclose(hits.similarities, [0.98481, 0.70711, 0, -1], atol=1e-5)


@pytest.mark.parametrize("k", [1, 10, 500])
def test_exact_scan_equals_scikit_learn(k):
    gallery, queries = unit_rows(500, 64, seed=1), unit_rows(20, 64, seed=2)
    judge = NearestNeighbors(metric="cosine", algorithm="brute", n_neighbors=500).fit(gallery)
    for query, distances, ids in zip(queries, *judge.kneighbors(queries), strict=True):
        hits = exact_scan(query, Vectors.from_matrix(gallery), k=k)
        cosine_of = dict(zip(ids.tolist(), 1 - distances, strict=True))
        assert len(set(hits.ids.tolist())) == len(hits) == k
        # By value, because two libraries may round a near tie to different orders.
        np.testing.assert_allclose(hits.similarities, 1 - distances[:k], atol=1e-6)
        np.testing.assert_allclose(
            hits.similarities, [cosine_of[id] for id in hits.ids.tolist()], atol=1e-6
        )


def test_ties_go_to_the_lower_id_whatever_the_order_of_the_rows():
    rng = np.random.default_rng(3)
    near, far, query = unit_rows(3, 256, seed=4)
    ids = rng.permutation(60)
    rows = np.where((ids % 3 == 0)[:, None], near, far)  # 20 equal images, and 40 equal others
    near_first = near @ query > far @ query
    first, second = ids[(ids % 3 == 0) == near_first], ids[(ids % 3 == 0) != near_first]
    expected = np.concatenate([np.sort(first), np.sort(second)])
    for k in (1, 7, 20, 33, 60):
        hits = exact_scan(query, Vectors.from_matrix(rows, ids), k=k)
        np.testing.assert_array_equal(hits.ids, expected[:k])


def test_an_excluded_id_is_left_out_and_its_place_is_filled():
    matrix = unit_rows(50, 16)
    vectors = Vectors.from_matrix(matrix)
    everything = exact_scan(matrix[7], vectors, k=6)
    others = exact_scan(matrix[7], vectors, k=5, exclude=7)
    assert everything.ids[0] == 7
    np.testing.assert_array_equal(others.ids, everything.ids[1:])
    np.testing.assert_array_equal(
        rerank(matrix[7], vectors, np.arange(50), k=5, exclude=7).ids, others.ids
    )


def test_there_are_fewer_hits_where_there_are_fewer_images():
    vectors = Vectors.from_matrix(unit_rows(5, 8))
    query = unit_rows(1, 8, seed=9)[0]
    assert len(exact_scan(query, vectors, k=1000)) == 5
    assert len(exact_scan(query, vectors, k=1000, exclude=2)) == 4
    assert len(rerank(query, vectors, [3, 1], k=1000)) == 2


def test_an_empty_gallery_and_no_candidates_give_no_hits():
    query = unit_rows(1, 8)[0]
    assert len(exact_scan(query, Vectors(8), k=3)) == 0
    hits = rerank(query, Vectors.from_matrix(unit_rows(5, 8)), [], k=3)
    assert hits.ids.shape == hits.similarities.shape == (0,)


def test_reranking_all_ids_equals_the_exact_scan_to_the_last_bit():
    rng = np.random.default_rng(5)
    vectors = Vectors.from_matrix(unit_rows(333, 100), ids=rng.permutation(1000)[:333])
    for query in unit_rows(10, 100, seed=6):
        exact = exact_scan(query, vectors, k=333)
        reranked = rerank(query, vectors, rng.permutation(vectors.ids), k=333)
        np.testing.assert_array_equal(reranked.ids, exact.ids)
        np.testing.assert_array_equal(reranked.similarities, exact.similarities)


def test_a_candidate_given_twice_counts_once():
    vectors = Vectors.from_matrix(np.eye(3))
    assert rerank([0, 1, 0], vectors, [2, 1, 1, 2], k=9).ids.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("found", "truth", "share"),
    [
        ([1, 2, 3], [3, 2, 1], 1.0),
        ([1, 2], [3, 2, 1, 0], 0.5),
        ([9, 8, 7, 6], [1, 2, 9], 1 / 3),
        ([], [1], 0.0),
        ([], [], 1.0),
    ],
)
def test_neighbour_recall_is_the_share_of_the_truth_that_was_found(found, truth, share):
    assert neighbour_recall(found, truth) == pytest.approx(share)


@pytest.mark.parametrize("k", [0, -1, 2.5, "ten", None, True])
def test_k_must_be_a_positive_whole_number(k):
    with pytest.raises(SettingError, match=r"k is .*; choose a whole number from 1"):
        exact_scan([1, 0], Vectors.from_matrix(np.eye(2)), k=k)


def test_a_query_of_another_gallery_is_refused():
    vectors = Vectors.from_matrix(np.eye(3))
    with pytest.raises(SettingError, match="3 numbers per image"):
        exact_scan([1, 0], vectors, k=1)
    with pytest.raises(SettingError, match=r"give one of \(3,\)"):
        exact_scan(np.eye(3), vectors, k=1)
    with pytest.raises(SettingError, match="NaN"):
        exact_scan([np.nan, 0, 0], vectors, k=1)
    with pytest.raises(SettingError, match="length 5 instead of 1"):
        exact_scan([3, 4, 0], vectors, k=1)
    with pytest.raises(SettingError, match="Id 3 is not among the 3 images"):
        rerank([1, 0, 0], vectors, [3], k=1)
