import tracemalloc

import numpy as np
import pytest

from core.index.exact import exact_scan, neighbour_recall, rerank
from core.index.fitting import MOST_PROBES, WANTED, fit
from core.index.lsh import LSHIndex
from core.index.reading import read_by_rule

K = 10


def clusters(n, dim=64, n_centres=40, seed=0):
    """Embeddings in one cone, as a network gives them, with neighbours worth finding."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((n_centres, dim)) + 0.5
    rows = centres[rng.integers(0, n_centres, n)] + 0.8 * rng.standard_normal((n, dim))
    return unit(rows)


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def judged(index, rule, queries, excluded):
    """Mean recall@10 by the exact scan, mean share read, and the fewest hits."""
    recalls, shares, fewest = [], [], K
    for query, own in zip(queries, excluded, strict=True):
        code = index.hash(query)
        ids = read_by_rule(query, code, index, rule, k=K, exclude=own).ids
        hits = rerank(query, index.vectors, ids, k=K, exclude=own)
        truth = exact_scan(query, index.vectors, k=K, exclude=own)
        recalls.append(neighbour_recall(hits.ids, truth.ids))
        shares.append(len(ids) / len(index))
        fewest = min(fewest, len(hits))
    return np.mean(recalls), np.mean(shares), fewest


@pytest.fixture(scope="module")
def gallery():
    return clusters(1_100)


@pytest.fixture(scope="module")
def fitted(gallery):
    return fit(gallery[:1_000])


@pytest.fixture(scope="module")
def index(gallery, fitted):
    return LSHIndex.build(gallery[:1_000], config=fitted.lsh, family=fitted.family)


def test_its_own_images_find_nine_in_ten_neighbours_in_a_third_of_the_gallery(
    gallery, fitted, index
):
    recall, share, fewest = judged(index, fitted.rule, gallery[:200], range(200))
    assert recall >= WANTED
    assert share <= 0.35
    assert fewest == K


def test_so_do_images_that_it_has_not_seen(gallery, fitted, index):
    recall, share, fewest = judged(index, fitted.rule, gallery[1_000:], [None] * 100)
    assert recall >= WANTED
    assert share <= 0.35
    assert fewest == K


def test_strangers_find_as_many_and_read_more(gallery, fitted, index):
    rng = np.random.default_rng(7)
    others = rng.multivariate_normal(np.zeros(64), np.cov(gallery.T), 100)
    strangers = unit(0.4 * gallery[:100] + 0.9 * unit(others))
    own = judged(index, fitted.rule, gallery[:100], range(100))
    recall, share, fewest = judged(index, fitted.rule, strangers, [None] * 100)
    assert recall >= WANTED
    assert share > own[1]
    assert fewest == K


def test_what_it_promises_is_what_it_does(gallery, fitted, index):
    recall, share, _ = judged(index, fitted.rule, gallery[:300], range(300))
    assert fitted.recall == pytest.approx(recall, abs=0.04)
    assert fitted.ratio == pytest.approx(share, abs=0.04)


def test_what_somebody_has_set_by_hand_stays(gallery):
    for bits, tables in ((6, None), (None, 5), (3, 4)):
        fitting = fit(gallery[:300], n_bits=bits, n_tables=tables, seed=9)
        assert fitting.lsh.n_bits == (bits or fitting.lsh.n_bits)
        assert fitting.lsh.n_tables == (tables or fitting.lsh.n_tables)
        assert fitting.lsh.seed == 9
        assert 1 <= fitting.rule.needed.min() <= fitting.rule.needed.max() <= MOST_PROBES


def test_a_rule_never_asks_for_more_where_neighbours_are_nearer(fitted):
    assert (np.diff(fitted.rule.needed) <= 0).all()


def test_equal_galleries_get_equal_settings(gallery, fitted):
    again = fit(gallery[:1_000].copy())
    assert (again.family, again.lsh) == (fitted.family, fitted.lsh)
    assert np.array_equal(again.rule.needed, fitted.rule.needed)


def test_what_it_has_chosen_is_the_choice_of_one(gallery, fitted):
    bits, tables = fitted.lsh.n_bits, fitted.lsh.n_tables
    same = fit(gallery[:1_000], n_bits=bits, n_tables=tables, family=fitted.family)
    assert np.array_equal(same.rule.needed, fitted.rule.needed)
    assert (same.lsh, same.typical_probes) == (fitted.lsh, fitted.typical_probes)


def test_99_in_100_images_are_familiar_and_random_directions_are_not(gallery, fitted):
    cosines = gallery[:1_000] @ gallery[:1_000].T
    np.fill_diagonal(cosines, -2)
    familiar = [fitted.is_familiar(it) for it in cosines.max(axis=1)]
    assert 0.97 <= np.mean(familiar) <= 1
    noise = unit(np.random.default_rng(1).standard_normal((50, 64)))
    assert not any(fitted.is_familiar(it) for it in (noise @ gallery[:1_000].T).max(axis=1))


@pytest.mark.parametrize("n", [0, 1, 2, 3, 12, 40])
def test_small_galleries_give_all_that_they_have(n):
    rows = clusters(n) if n else np.empty((0, 64), np.float32)
    fitting = fit(rows)
    index = LSHIndex.build(rows, config=fitting.lsh, family=fitting.family)
    query = clusters(1, seed=3)[0]
    code = index.hash(query)
    ids = read_by_rule(query, code, index, fitting.rule, k=K).ids
    hits = rerank(query, index.vectors, ids, k=K)
    assert len(hits) == min(K, n)


def test_many_bits_take_no_more_memory_than_few():
    rows = clusters(300)
    peaks = []
    for n_bits in (8, 24):
        tracemalloc.start()
        fit(rows, n_bits=n_bits)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]  # a place for each of 2^24 buckets and query would be 4 GB
