import numpy as np
import pytest

from core.errors import SettingError
from core.index.vectors import Vectors, similarities


def unit_rows(n, dim, seed=0):
    rows = np.random.default_rng(seed).standard_normal((n, dim), dtype=np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_a_new_gallery_is_empty():
    vectors = Vectors(4)
    assert len(vectors) == 0
    assert vectors.ids.shape == (0,)
    assert vectors.matrix.shape == (0, 4)
    assert vectors.rows([]).shape == (0, 4)


def test_from_matrix_counts_ids_from_zero():
    matrix = unit_rows(5, 3)
    vectors = Vectors.from_matrix(matrix)
    assert vectors.ids.tolist() == [0, 1, 2, 3, 4]
    assert vectors.ids.dtype == np.int64
    assert vectors.matrix.dtype == np.float32
    np.testing.assert_array_equal(vectors.matrix, matrix)


def test_rows_come_in_the_order_of_the_ids():
    matrix = unit_rows(4, 3)
    vectors = Vectors.from_matrix(matrix, ids=[40, 10, 30, 20])
    np.testing.assert_array_equal(vectors.rows([20, 40, 20]), matrix[[3, 0, 3]])


@pytest.mark.parametrize("seed", range(5))
def test_any_sequence_of_changes_leaves_the_rows_of_a_dictionary(seed):
    rng = np.random.default_rng(seed)
    vectors, expected = Vectors(6), {}
    for step in range(60):
        if expected and rng.random() < 0.4:
            gone = rng.choice(
                list(expected), size=rng.integers(1, len(expected) + 1), replace=False
            )
            vectors.remove(gone)
            for id in gone.tolist():
                del expected[id]
        else:
            free = np.setdiff1d(np.arange(50), list(expected))
            new = rng.choice(free, size=rng.integers(0, len(free) + 1) // 3, replace=False)
            rows = unit_rows(len(new), 6, seed=step)
            vectors.add(new, rows)
            expected.update(zip(new.tolist(), rows, strict=True))
        assert len(vectors) == len(expected)
        assert sorted(vectors.ids.tolist()) == sorted(expected)
        for id, row in zip(vectors.ids.tolist(), vectors.matrix, strict=True):
            np.testing.assert_array_equal(row, expected[id])
        if expected:
            np.testing.assert_array_equal(vectors.rows(list(expected)), list(expected.values()))


def test_it_knows_which_ids_it_holds():
    vectors = Vectors.from_matrix(unit_rows(2, 3), ids=[7, 9])
    vectors.remove([7])
    assert 9 in vectors
    assert np.int64(9) in vectors
    assert 7 not in vectors
    assert None not in vectors


def test_the_gallery_keeps_its_own_copy():
    matrix = unit_rows(3, 4)
    vectors = Vectors.from_matrix(matrix)
    before = vectors.matrix.copy()
    matrix[:] = 0
    np.testing.assert_array_equal(vectors.matrix, before)


def test_its_views_can_not_be_written():
    vectors = Vectors.from_matrix(unit_rows(3, 4))
    with pytest.raises(ValueError, match="read-only"):
        vectors.matrix[0] = 0
    with pytest.raises(ValueError, match="read-only"):
        vectors.ids[0] = 5
    vectors.add([3], unit_rows(1, 4))  # the gallery itself still can


def test_float16_embeddings_count_as_unit_length():
    for dim in (2, 256, 2048):
        vectors = Vectors.from_matrix(unit_rows(50, dim).astype(np.float16))
        assert vectors.matrix.dtype == np.float32


def test_equal_rows_have_equal_similarity_wherever_they_stand():
    # A matrix product gives up to three different values here, by the position of the row.
    for dim in (3, 17, 255, 256, 300):
        row, query = unit_rows(2, dim, seed=dim)
        values = similarities(query, np.tile(row, (1003, 1)))
        assert len(np.unique(values)) == 1
        np.testing.assert_allclose(values[0], row.astype(np.float64) @ query, atol=1e-6)


BAD_ADDITIONS = {
    "another dimension": ([9], np.eye(1, 3), r"shape \(1, 3\).*give \(n, 4\)"),
    "one row without its brackets": ([9], [1, 0, 0, 0], r"shape \(4,\)"),
    "NaN": ([8, 9], [[1, 0, 0, 0], [np.nan, 0, 0, 0]], "Embedding 1 holds a NaN"),
    "infinity": ([9], [[np.inf, 0, 0, 0]], "NaN or infinite"),
    "too large for float32": ([9], [[1e300, 0, 0, 0]], "NaN or infinite"),
    "too large to square": ([9], [[1e30, 0, 0, 0]], "Embedding 0"),
    "not unit length": ([9], [[2, 0, 0, 0]], "length 2 instead of 1"),
    "all zero": ([9], [[0, 0, 0, 0]], "length 0 instead of 1"),
    "an id that is there": ([9, 1], np.eye(2, 4), "Id 1 is in the gallery already"),
    "an id twice": ([9, 9], np.eye(2, 4), "Id 9 comes 2 times"),
    "too few ids": ([9], np.eye(2, 4), "1 ids came with 2 embeddings"),
    "ids that are not whole": ([9.5], np.eye(1, 4), "whole numbers"),
    "a single id": (9, np.eye(1, 4), "whole numbers"),
}


@pytest.mark.parametrize(
    ("ids", "embeddings", "sentence"), BAD_ADDITIONS.values(), ids=BAD_ADDITIONS
)
def test_a_bad_addition_is_one_sentence_and_changes_nothing(ids, embeddings, sentence):
    vectors = Vectors.from_matrix(np.eye(3, 4))
    with pytest.raises(SettingError, match=sentence) as caught:
        vectors.add(ids, embeddings)
    assert "\n" not in str(caught.value)
    assert vectors.ids.tolist() == [0, 1, 2]
    np.testing.assert_array_equal(vectors.matrix, np.eye(3, 4))


def test_removing_an_unknown_id_changes_nothing():
    vectors = Vectors.from_matrix(np.eye(3, 4))
    with pytest.raises(SettingError, match="Id 5 is not among the 3 images"):
        vectors.remove([0, 5])
    with pytest.raises(SettingError, match="Id 0 comes 2 times"):
        vectors.remove([0, 0])
    assert vectors.ids.tolist() == [0, 1, 2]


def test_rows_of_an_unknown_id_are_refused():
    with pytest.raises(SettingError, match="Id -1 is not among"):
        Vectors.from_matrix(np.eye(3, 4)).rows([0, -1])


def test_a_matrix_must_have_rows_of_at_least_one_number():
    with pytest.raises(SettingError, match=r"shape \(4,\)"):
        Vectors.from_matrix(np.ones(4) / 2)
    with pytest.raises(SettingError, match="dim is 0"):
        Vectors.from_matrix(np.empty((5, 0)))
