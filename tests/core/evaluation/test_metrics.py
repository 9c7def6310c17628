import numpy as np
import pytest
from sklearn.metrics import average_precision_score, precision_score, recall_score

from core.errors import SettingError
from core.evaluation.metrics import (
    average_precision,
    leave_one_out,
    map_paper,
    mean_average_precision,
    precision_at,
    recall_at,
)
from core.index.exact import exact_scan
from core.index.vectors import Vectors

RANKING = [True, False, True, True, False]  # 3 of the 4 relevant images were found


def unit_rows(n, dim, seed=0):
    rows = np.random.default_rng(seed).standard_normal((n, dim), dtype=np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize(("n", "value"), [(1, 1.0), (2, 0.5), (3, 2 / 3), (4, 0.75), (5, 0.6)])
def test_precision_worked_out_by_hand(n, value):
    assert precision_at(RANKING, n) == pytest.approx(value)


def test_a_missing_hit_counts_as_a_miss():
    assert precision_at(RANKING, 10) == pytest.approx(0.3)
    assert precision_at([], 10) == 0.0


@pytest.mark.parametrize(("n", "value"), [(1, 0.25), (2, 0.25), (3, 0.5), (4, 0.75), (99, 0.75)])
def test_recall_is_equation_9_worked_out_by_hand(n, value):
    assert recall_at(RANKING, n, 4) == pytest.approx(value)


def test_map_of_the_paper_is_equation_10_worked_out_by_hand():
    # x = 2 queries, n = 3: (1/3 * 2 + 1/3 * 1) / 2
    assert map_paper([RANKING, [False, False, True, True]], 3) == pytest.approx(0.5)


def test_average_precision_worked_out_by_hand():
    # precision is 1/1, 2/3 and 3/4 at the ranks of the three found, and 0 for the fourth
    assert average_precision(RANKING, 4) == pytest.approx((1 + 2 / 3 + 3 / 4 + 0) / 4)
    assert average_precision([True, True, False], 2) == 1.0
    assert average_precision([False, False], 5) == 0.0


def test_the_two_maps_are_different_measures():
    rankings = [[True, False, True], [False, True, False]]
    assert map_paper(rankings, 2) == pytest.approx(0.5)
    assert mean_average_precision(rankings, [2, 1]) == pytest.approx(((1 + 2 / 3) / 2 + 0.5) / 2)


def test_average_precision_equals_scikit_learn():
    rng = np.random.default_rng(0)
    rankings, counts, expected = [], [], []
    for size in (3, 10, 100, 500):
        ranking = rng.random(size) < 0.3
        ranking[rng.integers(size)] = True
        rankings.append(ranking)
        counts.append(int(ranking.sum()))
        expected.append(average_precision_score(ranking, -np.arange(size)))
        assert average_precision(ranking, counts[-1]) == pytest.approx(expected[-1])
    assert mean_average_precision(rankings, counts) == pytest.approx(np.mean(expected))


def test_precision_and_recall_equal_scikit_learn_which_takes_the_top_n_as_its_guess():
    rankings = np.random.default_rng(1).random((20, 50)) < 0.3
    for n in (1, 5, 10, 30, 50):
        guess = np.arange(50) < n
        precisions = [precision_score(ranking, guess) for ranking in rankings]
        for ranking, precision in zip(rankings, precisions, strict=True):
            assert precision_at(ranking, n) == pytest.approx(precision)
            recall = recall_at(ranking, n, int(ranking.sum()))
            assert recall == pytest.approx(recall_score(ranking, guess))
        assert map_paper(rankings, n) == pytest.approx(np.mean(precisions))


# --- leave one out ---


def test_leave_one_out_worked_out_on_the_unit_circle():
    degrees = np.array([0, 10, 25, 90])
    circle = np.column_stack([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
    result = leave_one_out(circle, ["a", "b", "a", "b"], at=(1, 2))
    # 0° sees b a b; 10° sees a a b; 25° sees b a b; 90° sees a b a
    assert result.n_queries == 4
    assert result.precision == pytest.approx({1: 0, 2: (1 + 0 + 1 + 1) / 8})
    assert result.recall == pytest.approx({1: 0, 2: 3 / 4})
    assert result.mean_average_precision == pytest.approx((1 / 2 + 1 / 3 + 1 / 2 + 1 / 2) / 4)


def test_leave_one_out_equals_an_exact_scan_for_each_image():
    # 64 numbers of 1/8 or -1/8: unit length, and every cosine is exact, with many ties.
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 6, size=300)  # more than one block of queries
    centres = rng.choice([-1 / 8, 1 / 8], size=(6, 64))
    embeddings = centres[labels] * np.where(rng.random((300, 64)) < 0.35, -1, 1)
    vectors = Vectors.from_matrix(embeddings)
    rankings = [
        labels[exact_scan(embeddings[i], vectors, k=300, exclude=i).ids] == labels[i]
        for i in range(300)
    ]
    n_relevant = [int(ranking.sum()) for ranking in rankings]
    result = leave_one_out(embeddings, labels)
    assert list(result.precision) == list(result.recall) == [5, 10, 20, 30]
    for n in (5, 10, 20, 30):
        assert result.precision[n] == pytest.approx(map_paper(rankings, n))
        recalls = [recall_at(r, n, m) for r, m in zip(rankings, n_relevant, strict=True)]
        assert result.recall[n] == pytest.approx(np.mean(recalls))
    assert result.mean_average_precision == pytest.approx(
        mean_average_precision(rankings, n_relevant)
    )


def test_leave_one_out_equals_scikit_learn_query_by_query():
    embeddings, labels = unit_rows(60, 8), np.arange(60) % 4
    expected = []
    for i in range(60):
        others = np.arange(60) != i
        scores = embeddings[others] @ embeddings[i]
        expected.append(average_precision_score(labels[others] == labels[i], scores))
    result = leave_one_out(embeddings, labels)
    assert result.mean_average_precision == pytest.approx(np.mean(expected), abs=1e-6)


def test_perfect_classes_score_1_and_labels_drawn_by_chance_score_their_share():
    labels = np.repeat(["sea", "sky", "sand"], 40)
    perfect = leave_one_out(np.repeat(np.eye(3), 40, axis=0), labels, at=(10,))
    assert perfect.precision[10] == perfect.mean_average_precision == 1.0
    chance = leave_one_out(unit_rows(600, 32), np.random.default_rng(1).integers(0, 3, 600))
    assert chance.precision[30] == pytest.approx(1 / 3, abs=0.03)


def test_the_length_of_an_embedding_does_not_matter():
    embeddings, labels = unit_rows(50, 8), np.arange(50) % 5
    lengths = np.random.default_rng(0).uniform(0.1, 9, size=(50, 1))
    stretched = leave_one_out(embeddings * lengths, labels)
    assert stretched.mean_average_precision == pytest.approx(
        leave_one_out(embeddings, labels).mean_average_precision
    )


def test_an_image_without_a_partner_is_searched_but_does_not_query():
    circle = np.array([[1, 0], [0.8, 0.6], [0, 1]])
    result = leave_one_out(circle, ["a", "alone", "a"], at=(1, 2))
    assert result.n_queries == 2
    assert result.precision == pytest.approx({1: 0, 2: 0.5})
    assert result.mean_average_precision == pytest.approx(0.5)


# --- bad input ---


def test_bad_numbers_are_one_sentence():
    for call, sentence in [
        (lambda: precision_at(RANKING, 0), "n is 0; count the top 1 or more"),
        (lambda: recall_at(RANKING, -1, 4), "n is -1"),
        (lambda: recall_at(RANKING, 3, 2), "n_relevant is 2 and the ranking holds 3"),
        (lambda: average_precision([False], 0), "n_relevant is 0"),
        (lambda: map_paper([], 5), "0 queries"),
        (lambda: mean_average_precision([], []), "0 queries"),
    ]:
        with pytest.raises(SettingError, match=sentence):
            call()


def test_a_gallery_that_can_not_be_evaluated_is_one_sentence():
    two = np.eye(2)
    for embeddings, labels, sentence in [
        (two, ["a", "b"], "0 queries"),
        (np.empty((0, 4)), [], "0 queries"),
        (two, ["a"], r"Labels of shape \(1,\) came with 2 embeddings"),
        (two, "a", "give one label for each"),
        (two, ["a", None], "Image 1 has no label"),
        (np.ones(4), ["a"] * 4, "give one row per image"),
        ([[1, 0], [np.nan, 0]], ["a", "a"], "Embedding 1 has length nan"),
        ([[0, 0], [1, 0]], ["a", "a"], "Embedding 0 has length 0"),
        ([[1, 0], [1e30, 0]], ["a", "a"], "Embedding 1 has length inf"),
    ]:
        with pytest.raises(SettingError, match=sentence):
            leave_one_out(embeddings, labels)
    with pytest.raises(SettingError, match="n is 0"):
        leave_one_out(two, ["a", "a"], at=(0,))
