from itertools import pairwise

import numpy as np
import pytest

from core.errors import SettingError
from core.index.exact import exact_scan, neighbour_recall
from core.index.families.hyperplanes import bit_values
from core.index.lsh import LSHConfig, LSHIndex


def unit_rows(n, dim, seed=0):
    rng = np.random.default_rng((seed, 1))  # not the stream that draws the hyperplanes
    rows = rng.standard_normal((n, dim), dtype=np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def clusters(n=600, dim=32, seed=0):
    """Embeddings with neighbours worth finding: noise around 20 centres."""
    rng = np.random.default_rng(seed)
    rows = np.repeat(rng.standard_normal((20, dim)), n // 20, axis=0)
    rows += 0.7 * rng.standard_normal(rows.shape)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def build(embeddings, **settings):
    index = LSHIndex(LSHConfig(**settings), embeddings.shape[1])
    index.add(np.arange(len(embeddings)), embeddings)
    return index


def everything_in(index):
    """All tables as {key: ids}, read through the public methods."""
    return [
        {key: index.bucket(table, key).tolist() for key in index.bucket_sizes(table)}
        for table in range(index.config.n_tables)
    ]


# --- buckets ---


def test_each_id_lies_in_the_bucket_of_its_key_in_every_table():
    embeddings = unit_rows(200, 16)
    index = build(embeddings, n_bits=5, n_tables=4)
    for table in range(4):
        for id in range(200):
            assert id in index.bucket(table, int(index.hash(embeddings[id]).keys[table]))


def test_bucket_sizes_add_up_to_the_gallery_in_every_table():
    index = build(unit_rows(200, 16), n_bits=5, n_tables=4)
    for table in range(4):
        sizes = index.bucket_sizes(table)
        assert sum(sizes.values()) == len(index) == 200
        assert list(sizes) == sorted(sizes)
        assert all(sizes[key] == len(index.bucket(table, key)) > 0 for key in sizes)


def test_a_key_that_nothing_has_is_an_empty_bucket():
    index = build(unit_rows(1, 16), n_bits=5, n_tables=1)
    (used,) = index.bucket_sizes(0)
    empty = index.bucket(0, used ^ 1)
    assert empty.shape == (0,)
    assert empty.dtype == np.int64


def test_tables_differ_from_one_another():
    index = build(unit_rows(300, 16), n_bits=6, n_tables=8)
    partitions = {
        frozenset(frozenset(ids) for ids in table.values()) for table in everything_in(index)
    }
    assert len(partitions) == 8


def test_one_seed_builds_one_index():
    embeddings = unit_rows(100, 16)
    assert everything_in(build(embeddings, seed=3)) == everything_in(build(embeddings, seed=3))
    assert everything_in(build(embeddings, seed=3)) != everything_in(build(embeddings, seed=4))


@pytest.mark.parametrize("seed", range(6))
def test_adding_and_removing_in_any_order_equals_a_fresh_build(seed):
    rng = np.random.default_rng(seed)
    embeddings = unit_rows(80, 12, seed=seed)
    config = LSHConfig(n_bits=int(rng.integers(1, 9)), n_tables=3, seed=seed)
    index, there = LSHIndex(config, 12), set()
    for _ in range(40):
        if there and rng.random() < 0.45:
            ids = rng.choice(sorted(there), size=rng.integers(1, len(there) + 1), replace=False)
            index.remove(ids)
            there -= set(ids.tolist())
        else:
            free = np.setdiff1d(np.arange(80), list(there))
            ids = rng.permutation(free)[: rng.integers(0, 20)]
            index.add(ids, embeddings[ids])
            there |= set(ids.tolist())
    fresh = LSHIndex(config, 12)
    fresh.add(sorted(there), embeddings[sorted(there)])
    assert len(index) == len(there)
    assert everything_in(index) == everything_in(fresh)
    for query in unit_rows(5, 12, seed=99):
        a, b = (i.query(query, k=10, n_probes=2) for i in (index, fresh))
        np.testing.assert_array_equal(a.ids, b.ids)
        np.testing.assert_array_equal(a.similarities, b.similarities)


def test_an_index_emptied_again_is_as_good_as_new():
    embeddings = unit_rows(30, 12)
    index = build(embeddings)
    index.remove(np.arange(30))
    assert len(index) == 0
    assert all(index.bucket_sizes(table) == {} for table in range(8))
    index.add([5], embeddings[:1])
    assert index.query(embeddings[0], k=3).ids.tolist() == [5]


# --- candidates ---


def test_candidates_are_the_union_of_the_probed_buckets_and_know_their_tables():
    embeddings = clusters()
    index = build(embeddings, n_bits=6, n_tables=5)
    for n_probes in (1, 4):
        code = index.hash(embeddings[17])
        candidates = index.candidates(code, n_probes=n_probes)
        found = [set() for _ in range(5)]
        for probe in candidates.probes:
            np.testing.assert_array_equal(probe.ids, index.bucket(probe.table, probe.key))
            found[probe.table] |= set(probe.ids.tolist())
        assert candidates.ids.tolist() == sorted(set.union(*found))
        assert candidates.found_by.shape == (len(candidates.ids), 5)
        for id, tables in zip(candidates.ids.tolist(), candidates.found_by, strict=True):
            assert tables.tolist() == [id in ids for ids in found]


def test_an_image_finds_itself_in_every_table():
    embeddings = unit_rows(300, 24)
    index = build(embeddings, n_bits=16, n_tables=4)
    for id in range(0, 300, 10):
        candidates = index.candidates(index.hash(embeddings[id]))
        assert candidates.found_by[candidates.ids == id].all()
        assert index.query(embeddings[id], k=1).ids.tolist() == [id]


def test_each_table_reads_its_own_bucket_first_and_then_the_most_fragile_bits():
    index = build(unit_rows(50, 16), n_bits=7, n_tables=3)
    code = index.hash(unit_rows(1, 16, seed=8)[0])
    probes = index.candidates(code, n_probes=3).probes
    assert [probe.table for probe in probes] == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    for table in range(3):
        own, next_door, _ = probes[3 * table : 3 * table + 3]
        weakest = int(np.argmin(np.abs(code.margins[table])))
        assert (own.key, own.flipped, own.cost) == (code.keys[table], (), 0.0)
        assert next_door.flipped == (weakest,)
        assert next_door.key == code.keys[table] ^ (1 << (7 - 1 - weakest))
        assert next_door.cost == pytest.approx(float(code.margins[table, weakest]) ** 2)


def test_a_probe_differs_from_the_query_in_exactly_its_flipped_bits():
    index = build(unit_rows(50, 16), n_bits=6, n_tables=2)
    code = index.hash(unit_rows(1, 16, seed=8)[0])
    for probe in index.candidates(code, n_probes=64).probes:
        bits = [bool(probe.key & value) for value in bit_values(6).tolist()]
        assert tuple(np.flatnonzero(bits != code.bits[probe.table])) == probe.flipped
        margins = code.margins[probe.table, list(probe.flipped)].astype(np.float64)
        assert probe.cost == pytest.approx(np.sum(margins**2))


# --- what the settings do ---


def mean_recall_and_candidates(embeddings, *, n_probes=1, **settings):
    index = build(embeddings, **settings)
    recalls, counts = [], []
    for id in range(0, len(embeddings), 10):
        query = embeddings[id]
        truth = exact_scan(query, index.vectors, k=10, exclude=id)
        hits = index.query(query, k=10, n_probes=n_probes, exclude=id)
        recalls.append(neighbour_recall(hits.ids, truth.ids))
        counts.append(len(index.candidates(index.hash(query), n_probes=n_probes).ids))
    return np.mean(recalls), np.mean(counts)


def test_accuracy_grows_with_the_number_of_tables():
    results = [
        mean_recall_and_candidates(clusters(), n_bits=10, n_tables=n) for n in (1, 4, 16, 64)
    ]
    recalls = [recall for recall, _ in results]
    assert all(a < b for a, b in pairwise(recalls))
    assert recalls[0] < 0.6
    assert recalls[-1] > 0.95


def test_candidates_shrink_with_the_number_of_bits():
    results = [mean_recall_and_candidates(clusters(), n_bits=n, n_tables=4) for n in (2, 6, 12, 20)]
    counts = [count for _, count in results]
    assert all(a > b for a, b in pairwise(counts))
    assert counts[0] > 300
    assert counts[-1] < 30


def test_accuracy_grows_with_the_number_of_probes():
    results = [
        mean_recall_and_candidates(clusters(), n_bits=10, n_tables=2, n_probes=n)
        for n in (1, 4, 16, 64)
    ]
    recalls = [recall for recall, _ in results]
    assert all(a < b for a, b in pairwise(recalls))


def test_probing_the_nearest_buckets_beats_probing_any_others():
    embeddings = clusters()
    index = build(embeddings, n_bits=10, n_tables=1)
    nearest, arbitrary = 0, 0
    rng = np.random.default_rng(0)
    for id in range(0, 600, 5):
        truth = exact_scan(embeddings[id], index.vectors, k=10, exclude=id).ids
        code = index.hash(embeddings[id])
        nearest += np.isin(truth, index.candidates(code, n_probes=8).ids).sum()
        keys = {int(code.keys[0]), *rng.choice(1024, size=7, replace=False).tolist()}
        arbitrary += sum(np.isin(truth, index.bucket(0, key)).sum() for key in keys)
    assert nearest > 1.3 * arbitrary


@pytest.mark.parametrize("n_probes", [2**6, 2**6 + 1, 4_096])
def test_probing_every_bucket_equals_the_exact_scan(n_probes):
    embeddings = clusters(200)
    index = build(embeddings, n_bits=6, n_tables=2)
    for id in range(0, 200, 20):
        candidates = index.candidates(index.hash(embeddings[id]), n_probes=n_probes)
        assert candidates.ids.tolist() == list(range(200))
        assert candidates.found_by.all()
        assert len({(p.table, p.key) for p in candidates.probes}) == len(candidates.probes) == 128
        for exclude in (None, id):
            hits = index.query(embeddings[id], k=30, n_probes=n_probes, exclude=exclude)
            exact = exact_scan(embeddings[id], index.vectors, k=30, exclude=exclude)
            np.testing.assert_array_equal(hits.ids, exact.ids)
            np.testing.assert_array_equal(hits.similarities, exact.similarities)


def test_hits_are_the_best_of_the_candidates():
    embeddings = clusters()
    index = build(embeddings, n_bits=8, n_tables=3)
    for id in (0, 123, 599):
        among = index.candidates(index.hash(embeddings[id])).ids
        ranking = exact_scan(embeddings[id], index.vectors, k=600, exclude=id).ids
        hits = index.query(embeddings[id], k=5, exclude=id)
        assert hits.ids.tolist() == [i for i in ranking.tolist() if i in among][:5]
        assert id not in hits.ids


# --- bad input ---


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"n_bits": 0}, "n_bits is 0; choose a whole number from 1 to 32."),
        ({"n_bits": 33}, "n_bits is 33; choose a whole number from 1 to 32."),
        ({"n_tables": 0}, "n_tables is 0; choose a whole number from 1 to 64."),
        ({"n_tables": 65}, "n_tables is 65; choose a whole number from 1 to 64."),
        ({"seed": -1}, "seed is -1; choose a whole number from 0"),
        ({"n_bits": "12"}, "n_bits is 12; choose a whole number"),
    ],
)
def test_a_setting_outside_its_range_is_one_sentence(settings, sentence):
    with pytest.raises(SettingError, match=sentence):
        LSHConfig(**settings)


def test_an_empty_index_finds_nothing_and_does_not_fail():
    index = LSHIndex(LSHConfig(n_bits=3, n_tables=2), 4)
    candidates = index.candidates(index.hash([1, 0, 0, 0]), n_probes=8)
    assert candidates.ids.shape == (0,)
    assert candidates.ids.dtype == np.int64
    assert candidates.found_by.shape == (0, 2)
    assert len(candidates.probes) == 16
    assert len(index.query([1, 0, 0, 0], k=5)) == 0


def test_a_lonely_bucket_gives_fewer_hits_than_asked_for():
    index = build(np.eye(4, dtype=np.float32), n_bits=32, n_tables=1)
    assert index.query([1, 0, 0, 0], k=100).ids.tolist() == [0]
    assert len(index.query([1, 0, 0, 0], k=100, exclude=0)) == 0


@pytest.mark.parametrize("n_probes", [0, -1, 4_097, 1.5])
def test_the_number_of_probes_has_a_range(n_probes):
    index = build(np.eye(4, dtype=np.float32))
    with pytest.raises(
        SettingError, match=r"n_probes is .*; choose a whole number from 1 to 4,096"
    ):
        index.query([1, 0, 0, 0], k=1, n_probes=n_probes)


def test_a_bad_addition_or_removal_changes_nothing():
    embeddings = unit_rows(20, 4)
    index = build(embeddings)
    before = everything_in(index)
    bad = embeddings[:2].copy()
    bad[1, 0] = np.nan
    for change, sentence in [
        (lambda: index.add([50, 51], bad), "Embedding 1 holds a NaN"),
        (lambda: index.add([50, 3], embeddings[:2]), "Id 3 is in the gallery already"),
        (lambda: index.add([50, 50], embeddings[:2]), "Id 50 comes 2 times"),
        (lambda: index.remove([1, 77]), "Id 77 is not among"),
        (lambda: index.remove([1, 1]), "Id 1 comes 2 times"),
    ]:
        with pytest.raises(SettingError, match=sentence):
            change()
        assert everything_in(index) == before
        assert len(index) == 20


def test_a_query_that_is_no_embedding_is_one_sentence():
    index = build(np.eye(4, dtype=np.float32))
    for query, sentence in [
        ([np.nan, 0, 0, 1], "NaN"),
        ([0, 0, 0, 0], "length 0 instead of 1"),
        ([1, 0, 0], "4 numbers per image"),
    ]:
        with pytest.raises(SettingError, match=sentence):
            index.query(query, k=1)
    with pytest.raises(SettingError, match="k is 0"):
        index.query([1, 0, 0, 0], k=0)


def test_a_hash_code_or_table_of_another_index_is_refused():
    index = build(np.eye(4, dtype=np.float32), n_bits=4, n_tables=2)
    other = build(np.eye(4, dtype=np.float32), n_bits=4, n_tables=3)
    with pytest.raises(SettingError, match=r"\(3, 4\) does not fit an index of \(2, 4\)"):
        index.candidates(other.hash([1, 0, 0, 0]))
    for table in (-1, 2):
        with pytest.raises(SettingError, match=f"The table is {table}; choose .* from 0 to 1"):
            index.bucket(table, 0)
        with pytest.raises(SettingError, match=f"The table is {table}"):
            index.bucket_sizes(table)


@pytest.mark.parametrize(
    ("n", "n_bits"), [(0, 4), (1, 4), (720, 4), (100_000, 8), (1_000_000, 12), (10**14, 32)]
)
def test_bits_for_a_size_leave_about_300_images_in_a_bucket(n, n_bits):
    assert LSHConfig.for_size(n) == LSHConfig(n_bits=n_bits, n_tables=3)
    if 4 < n_bits < 32:
        assert 300 / 2**0.5 <= n / 2**n_bits <= 300 * 2**0.5
