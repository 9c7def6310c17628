from itertools import product

import numpy as np
import pytest

from core.errors import SettingError
from core.index.exact import exact_scan
from core.index.families import FAMILIES
from core.index.families.hyperplanes import Hyperplanes
from core.index.lsh import LSHConfig, LSHIndex
from core.index.promise import PrefixTables, missing

K = 5
CONFIG = LSHConfig(n_bits=12, n_tables=6)


def rows_around(n_clusters, per_cluster, dim=24, seed=2):
    rng = np.random.default_rng(seed)
    rows = np.repeat(rng.standard_normal((n_clusters, dim)), per_cluster, axis=0)
    rows += rng.standard_normal(rows.shape)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


ROWS = rows_around(40, 10)


def tables(rows=ROWS, config=CONFIG, family=Hyperplanes):
    index = LSHIndex.build(rows, config=config, family=family)
    return index, PrefixTables(index, index.functions.keys(index.vectors.matrix))


def test_the_probability_of_missing_an_image_is_that_of_its_prefixes():
    # At right angles a bit is shared half of the time: a bucket of 2 bits has a quarter of them.
    two = LSHConfig(n_bits=2, n_tables=2)
    steps = list(product((2, 1, 0), (0, 1)))
    chances = [missing(0.0, two, length=length, table=table) for length, table in steps]
    assert chances == pytest.approx([3 / 4, 9 / 16, 3 / 8, 1 / 4, 0, 0])
    assert missing(1.0, two, length=2, table=0) == 0


def test_a_bucket_of_a_prefix_is_what_begins_alike():
    index, sorted_tables = tables()
    code = index.hash(ROWS[0])
    bits = np.array([index.hash(row).bits for row in ROWS])  # (N, L, K)
    for table, length in ((0, 12), (3, 7), (5, 1), (1, 0)):
        alike = (bits[:, table, :length] == code.bits[table, :length]).all(axis=1)
        bucket = sorted_tables.bucket(table, int(code.keys[table]), length)
        assert sorted(bucket.tolist()) == np.flatnonzero(alike).tolist()


@pytest.mark.parametrize("promise", [0.3, 0.6, 0.9])
def test_over_all_draws_even_the_farthest_neighbour_is_found_as_often_as_promised(promise):
    is_found, shares = [], []
    for seed in range(60):
        index, sorted_tables = tables(config=LSHConfig(n_bits=12, n_tables=6, seed=seed))
        for id in range(seed % 10, 400, 40):
            truth = exact_scan(ROWS[id], index.vectors, k=K, exclude=id)
            found = sorted_tables.query(ROWS[id], k=K, recall=promise, exclude=id)
            is_found.append(truth.ids[-1] in found.hits.ids)
            shares.append(found.steps[-1].n_read / len(ROWS))
            # What the promise rests on: at the true k-th cosine, too, it was small enough.
            kth, last = float(truth.similarities[-1]), found.steps[-1]
            chance = missing(kth, index.config, length=last.length, table=last.table)
            assert chance <= last.missing <= 1 - promise
    error = np.std(is_found) / np.sqrt(len(is_found))
    assert promise - 2 * error <= np.mean(is_found) < (1 + promise) / 2
    assert np.mean(shares) < 0.7


def test_a_promise_of_all_reads_all_and_none_at_all_stops_as_soon_as_there_are_k():
    index, sorted_tables = tables()
    all_of_them = sorted_tables.query(ROWS[3], k=K, recall=1, exclude=3)
    assert all_of_them.steps[-1].n_read == len(ROWS) - 1
    expected = exact_scan(ROWS[3], index.vectors, k=K, exclude=3)
    assert all_of_them.hits.ids.tolist() == expected.ids.tolist()
    nothing = sorted_tables.query(ROWS[3], k=K, recall=0, exclude=3).steps
    assert [step.kth is None for step in nothing] == [True] * (len(nothing) - 1) + [False]


def test_where_there_are_fewer_than_k_all_are_found():
    _, sorted_tables = tables(ROWS[:4])
    found = sorted_tables.query(ROWS[0], k=10, recall=0.5, exclude=0)
    assert sorted(found.hits.ids.tolist()) == [1, 2, 3]
    assert found.steps[-1].kth is None
    _, nobody = tables(ROWS[:1])
    assert len(nobody.query(ROWS[0], k=1, recall=0.5, exclude=0).hits) == 0


def test_what_cannot_be_promised_is_refused_in_a_sentence():
    _, sorted_tables = tables()
    for recall in (-0.1, 1.1, float("nan")):
        with pytest.raises(SettingError, match=r"promised recall is .*from 0 to 1"):
            sorted_tables.query(ROWS[0], k=1, recall=recall)
    with pytest.raises(SettingError, match="'leaning' can't promise a recall"):
        tables(family=FAMILIES["leaning"])
