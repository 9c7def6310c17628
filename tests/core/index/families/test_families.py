"""One suite for every family: what ``HashFamily`` says."""

from dataclasses import dataclass
from itertools import islice
from typing import ClassVar

import numpy as np
import pytest

from core.engine.buckets import BucketIndex, BucketSearch
from core.engine.kernels import readable
from core.errors import SettingError
from core.index.exact import exact_scan
from core.index.families import FAMILIES, family_named
from core.index.families.hyperplanes import HashCode
from core.index.lsh import LSHConfig, LSHIndex
from core.index.spread import Spread
from core.index.vectors import Vectors, checked_embedding

L, K, D = 4, 6, 24


def unit_rows(n, seed=0):
    rows = np.random.default_rng((seed, 3)).standard_normal((n, D)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


ROWS = unit_rows(50)


@pytest.fixture(params=FAMILIES)
def family(request):
    return family_named(request.param)


def draw(family, seed=0, n_tables=L, n_bits=K):
    return family.draw(n_tables=n_tables, n_bits=n_bits, spread=Spread.nowhere(D), seed=seed)


def test_keys_are_those_of_each_embeddings_own_code(family):
    functions = draw(family)
    keys = functions.keys(ROWS)
    assert keys.shape == (len(ROWS), L)
    for row, expected in zip(ROWS, keys, strict=True):
        code = functions.hash(row)
        assert code.keys.tolist() == expected.tolist()
        assert code.bits.shape == (L, K)
        assert [
            int("".join(str(int(bit)) for bit in bits), 2) for bits in code.bits
        ] == code.keys.tolist()


def test_the_same_seed_draws_the_same_functions_and_another_others(family):
    first, again, other = (draw(family, seed).keys(ROWS) for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_no_two_tables_are_equal(family):
    keys = draw(family).keys(ROWS)
    assert len(np.unique(keys.T, axis=0)) == L


def test_neighbours_begin_with_the_own_key_and_never_get_cheaper_nor_come_twice(family):
    functions = draw(family)
    code = functions.hash(ROWS[0])
    for table in range(L):
        neighbours = list(islice(functions.neighbours(code, table), 2**K))
        keys, costs = zip(*neighbours, strict=True)
        assert neighbours[0] == (code.keys[table], 0)
        assert list(costs) == sorted(costs)
        assert len(set(keys)) == len(keys)
        assert all(0 <= key < 2**K for key in keys)


def test_the_nearest_neighbouring_key_holds_more_neighbours_than_the_others(family):
    near = ROWS[:1] + 0.25 * np.random.default_rng(5).standard_normal((2_000, D))
    near = (near / np.linalg.norm(near, axis=1, keepdims=True)).astype(np.float32)
    functions = draw(family)
    keys, code = functions.keys(near), functions.hash(ROWS[0])
    first, last = [], []
    for table in range(L):
        order = [key for key, _ in functions.neighbours(code, table)]
        counts = [int((keys[:, table] == key).sum()) for key in order]
        first.append(sum(counts[1:4]))
        last.append(sum(counts[-3:]))
    assert sum(first) > 5 * sum(last)


def test_embeddings_collide_as_often_as_the_family_says(family):
    a, b = ROWS[:2]
    mixed = a + 0.5 * b
    pair = np.stack([a, mixed / np.linalg.norm(mixed)])
    agree = np.concatenate([_parts(draw(family, seed, 16, 16), pair) for seed in range(40)])
    expected = family.collision_probability(float(pair[0] @ pair[1]))
    assert abs(agree.mean() - expected) < 4 * np.sqrt(expected * (1 - expected) / agree.size)


def _parts(functions, pair):
    """Whether two embeddings agree in each part of each key: of hyperplanes, in each bit."""
    first, second = (functions.hash(row).bits for row in pair)
    return (first == second).ravel()


def test_a_family_that_is_not_there_is_refused_by_its_name():
    with pytest.raises(SettingError, match="no hash family named 'circles'; choose one of hyper"):
        family_named("circles")


# --- adding one ---


@dataclass(frozen=True)
class LargestCoordinate:
    """A tiny family of another kind: which of 2^(K-1) coordinates is largest, and its sign."""

    name: ClassVar[str] = "largest coordinate"
    looks_at_axes: ClassVar[bool] = False

    orders: np.ndarray  # (L, 2^(K-1)) of the coordinates

    @classmethod
    def draw(cls, *, n_tables, n_bits, spread, seed):
        rng = np.random.default_rng(seed)
        return cls(
            np.array([rng.permutation(len(spread.centre)) for _ in range(n_tables)])[
                :, : 2 ** (n_bits - 1)
            ]
        )

    def hash(self, embedding):
        values = checked_embedding(embedding, D)[self.orders]  # (L, 2^(K-1))
        margins = np.concatenate([values, -values], axis=1)  # (L, 2^K)
        keys = margins.argmax(axis=1)
        n_bits = self.orders.shape[1].bit_length()
        bits = keys[:, np.newaxis] >> np.arange(n_bits)[::-1] & 1
        return HashCode(margins, bits.astype(bool), keys)

    def keys(self, embeddings):
        return np.array([self.hash(row).keys for row in embeddings])

    def neighbours(self, code, table):
        margins = code.margins[table]
        for key in np.argsort(-margins, kind="stable").tolist():
            yield key, float(margins.max() - margins[key])

    @staticmethod
    def collision_probability(cosine):
        raise NotImplementedError


def test_a_family_of_another_kind_needs_nothing_of_the_indexes_but_to_be_passed():
    config = LSHConfig(n_bits=4, n_tables=3)
    readable_index = LSHIndex.build(ROWS, config=config, family=LargestCoordinate)
    engine_index = BucketIndex.build(
        ROWS, config=config, family=LargestCoordinate, kernels=readable
    )
    vectors = Vectors.from_matrix(ROWS)
    for query in unit_rows(10, seed=4):
        for n_probes in (1, 3, 16, 40):
            hits = readable_index.query(query, k=9, n_probes=n_probes)
            settings = BucketSearch(n_probes=n_probes, n_rerank=0)
            assert (
                engine_index.query(query, k=9, settings=settings).ids.tolist() == hits.ids.tolist()
            )
        assert hits.ids.tolist() == exact_scan(query, vectors, k=9).ids.tolist()


def test_a_saved_index_finds_a_registered_family_by_its_name(tmp_path, monkeypatch):
    index = LSHIndex.build(ROWS, config=LSHConfig(n_bits=4), family=LargestCoordinate)
    index.save(tmp_path)
    with pytest.raises(SettingError, match="no hash family named 'largest coordinate'"):
        LSHIndex.load(tmp_path)
    monkeypatch.setitem(FAMILIES, LargestCoordinate.name, LargestCoordinate)
    again = LSHIndex.load(tmp_path)
    assert again.query(ROWS[7], k=5).ids.tolist() == index.query(ROWS[7], k=5).ids.tolist()
