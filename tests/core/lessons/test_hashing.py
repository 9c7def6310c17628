"""Theory of LSH, judged by hand, by SciPy, and by real indexes over embeddings of images."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from core.index.exact import exact_scan, neighbour_recall
from core.index.lsh import LSHConfig, LSHIndex
from core.index.vectors import Vectors
from core.lessons import hashing as theory

SETTINGS = [(6, 2), (8, 8), (12, 8), (12, 24)]


def unit(n: int, dim: int, seed: int = 0):
    matrix = np.random.default_rng(seed).standard_normal((n, dim), dtype=np.float32)
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


def index_of(embeddings, ids=None, **config: int) -> LSHIndex:
    index = LSHIndex(LSHConfig(**config), embeddings.shape[1])
    index.add(np.arange(len(embeddings)) if ids is None else ids, embeddings)
    return index


@pytest.fixture(scope="module", params=["label", "nearest"])
def sample(request, images):
    labels = images.labels.tolist() if request.param == "label" else None
    ids = np.arange(len(images.embeddings))
    return theory.sample_pairs(ids, images.embeddings, labels=labels, k=10)


# Recall and cost ----------------------------------------------------------------------------


def test_a_sample_holds_every_pair_once_and_no_query_with_itself():
    vectors = np.array([[1, 0], [0, 1], [-1, 0], [np.sqrt(0.5), np.sqrt(0.5)]], dtype=np.float32)
    it = theory.sample_pairs(np.arange(4), vectors, labels=["a", "a", "b", None], k=1)
    assert it.rows.tolist() == [0, 1, 2, 3]
    assert it.wanted.astype(int).tolist() == [[0, 1, 0, 0], [1, 0, 0, 0], [0] * 4, [0] * 4]
    assert np.flatnonzero(it.wanted_angles).tolist() in ([89], [90])  # rounding decides
    assert (it.wanted_angles.sum(), it.other_angles.sum()) == (2, 4 * 3 - 2)
    assert it.other_angles[179] == 2  # 0 and 2, seen from both sides


def test_without_labels_wanted_is_what_the_exact_scan_ranks_first(images):
    embeddings = images.embeddings
    ids = np.arange(len(embeddings))
    it = theory.sample_pairs(ids, embeddings, labels=None, k=7, n_queries=9)
    vectors = Vectors.from_matrix(embeddings)
    for row, wanted in zip(it.rows.tolist(), it.wanted, strict=True):
        hits = exact_scan(embeddings[row], vectors, k=7, exclude=row)
        assert np.flatnonzero(wanted).tolist() == sorted(hits.ids.tolist())


def test_the_histogram_predicts_what_every_single_angle_predicts(sample, images):
    cosines = (images.embeddings[sample.rows] @ images.embeddings.T).clip(-1, 1)
    degrees = np.rad2deg(np.arccos(cosines.astype(np.float64)))
    for K, L in SETTINGS:
        each = theory.retrieved_at(degrees, K, L)
        assert theory.predict(sample, K, L).recall == pytest.approx(
            each[sample.wanted].mean(), abs=0.002
        )


def test_measured_is_what_keys_that_agree_in_any_table_say():
    embeddings, ids = unit(60, 5), np.arange(60) * 3 + 1
    it = theory.sample_pairs(ids, embeddings, labels=[i % 4 for i in range(60)], k=1)
    index = index_of(embeddings, ids, n_bits=4, n_tables=3, seed=2)
    keys = index.hyperplanes.keys(embeddings)  # (n, L)
    together = (keys[:, np.newaxis] == keys[np.newaxis]).any(axis=2) & ~np.eye(60, dtype=bool)
    measured = theory.measure(it, index)
    assert measured.recall == pytest.approx(together[it.wanted].mean())
    assert measured.candidate_ratio == pytest.approx(together.sum() / (60 * 59))


@pytest.mark.model
@pytest.mark.parametrize(("K", "L"), SETTINGS)
def test_prediction_and_measurement_agree_on_real_images_in_the_mean_over_seeds(
    sample, images, K, L
):
    predicted = theory.predict(sample, K, L)
    measured = [
        theory.measure(sample, index_of(images.embeddings, n_bits=K, n_tables=L, seed=seed))
        for seed in range(8)
    ]
    for name in ("recall", "candidate_ratio"):
        values = np.array([getattr(it, name) for it in measured])
        error = values.std(ddof=1) / np.sqrt(len(values))
        expected = getattr(predicted, name)
        assert abs(values.mean() - expected) < 4 * error + 0.002
        assert abs(values - expected).max() < theory.ONE_SEED


def test_the_choice_reaches_the_recall_and_nothing_cheaper_does(sample):
    bits, tables = range(1, 17), range(1, 21)
    n = len(sample.ids) - 1
    for recall in (0.5, 0.8, 0.95):
        chosen = theory.choose(sample, recall, n_bits=bits, n_tables=tables)
        outcome = theory.predict(sample, *chosen)
        assert outcome.recall >= recall
        cost = theory.dot_products(outcome, n, *chosen)
        for setting in product(bits, tables):
            other = theory.predict(sample, *setting)
            if other.recall >= recall:
                assert theory.dot_products(other, n, *setting) >= cost


def test_where_nothing_reaches_the_recall_the_choice_comes_closest(sample):
    assert theory.choose(sample, 0.999, n_bits=[8, 12], n_tables=[1, 2]) == (8, 2)


# Probes and buckets -------------------------------------------------------------------------


@pytest.mark.parametrize("exclude", [None, 17])
def test_after_each_step_recall_and_candidates_are_those_of_a_search_with_that_many_probes(
    images, exclude
):
    embeddings, k = images.embeddings, 10
    index = index_of(embeddings, n_bits=8, n_tables=3, seed=1)
    query = embeddings[17] if exclude == 17 else unit(1, 256)[0]
    truth = exact_scan(query, index.vectors, k=k, exclude=exclude).ids
    code = index.hash(query)
    steps = theory.probe_steps(index.candidates(code, n_probes=40), truth, exclude=exclude)
    assert len(steps.n_found) == 40
    for n in (1, 2, 7, 40):
        found = index.query(query, k=k, n_probes=n, exclude=exclude).ids
        assert steps.n_found[n - 1] / k == neighbour_recall(found, truth)
        ids = index.candidates(code, n_probes=n).ids
        assert steps.n_candidates[n - 1] == np.count_nonzero(ids != exclude)


def test_in_any_order_a_bucket_that_is_one_bit_away_is_as_likely_read_next_as_any_other():
    """Of 3 bits: its own bucket, then three with one bit flipped, then three with two."""
    one_bit_away = theory.found_in_any_order(np.array([[1]]), 3, 5)
    assert one_bit_away == pytest.approx([0, 1 / 3, 2 / 3, 1, 1])
    two_tables = theory.found_in_any_order(np.array([[1, 1], [0, 3]]), 3, 3)
    assert two_tables == pytest.approx([1, 1 + 5 / 9, 1 + 8 / 9])


def test_any_order_is_the_average_over_the_orders_there_are(images):
    """Judged by look-ups whose margins tell nothing but the order, drawn at random."""
    index = index_of(images.embeddings, n_bits=6, n_tables=2, seed=1)
    code, rng = index.hash(images.embeddings[17]), np.random.default_rng(0)
    truth = exact_scan(images.embeddings[17], index.vectors, k=10, exclude=17).ids

    def drawn():
        nearly_alike = rng.uniform(1, 1.001, code.margins.shape)  # so fewer flips come first
        found = index.candidates(replace(code, margins=nearly_alike), n_probes=7)
        return theory.probe_steps(found, truth, exclude=17).n_found

    keys = index.functions.keys(index.vectors.rows(truth))
    expected = theory.found_in_any_order(np.bitwise_count(keys ^ code.keys), 6, 7)
    assert np.mean([drawn() for _ in range(400)], axis=0) == pytest.approx(expected, abs=0.15)


def test_a_table_is_described_by_its_buckets():
    it = theory.table_statistics({0: 1, 2: 4, 3: 1, 7: 4}, n_bits=3)
    assert (it.n_buckets, it.empty_share) == (4, 0.5)
    assert (it.largest_key, it.largest) == (2, 4)  # of two as large the lower key
    assert it.alone_share == 0.2
    assert it.mean_read == (4 * 3 + 4 * 3) / 10
