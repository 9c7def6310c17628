"""Every index, told to do anything in any order, against a dictionary and a sort.

A short run is part of the tests. Ten thousand steps on every index take some minutes:

    HASHLIGHT_STEPS=10000 pytest tests/core/engine/test_any_order.py
"""

import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core.engine.buckets import BucketIndex, BucketSearch
from core.engine.codes import CodeConfig, CodeIndex, CodeSearch
from core.engine.kernels import compiled, readable
from core.errors import SettingError
from core.index.exact import ExactIndex
from core.index.families import FAMILIES
from core.index.lsh import LSHConfig, LSHIndex

STEPS = int(os.environ.get("HASHLIGHT_STEPS", "200"))  # on each index
STEPS_A_GALLERY = 40

D, N_IDS = 8, 30
LSH = LSHConfig(n_bits=3, n_tables=2)
ENGINES = (CodeIndex, BucketIndex)


def embeddings(n, seed):
    """Unit rows that float16 holds exactly, so that it makes no difference which type they have."""
    rows = np.random.default_rng(seed).standard_normal((n, D))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float16).astype(np.float32)


POOL = embeddings(12, seed=3)
QUERIES = np.concatenate([POOL[:3], embeddings(3, seed=4)])
COSINES = QUERIES.astype(np.float64) @ POOL.T.astype(np.float64)
BAD = {
    "long": np.array([1.01 * POOL[0]]),
    "not a number": np.array([np.nan * POOL[0]]),
    "short": POOL[:1, :5],
    "text": np.array([["a"] * D]),
}


def exact(rows, ids):
    return ExactIndex.build(rows, ids)


def lsh(family):
    return lambda rows, ids: LSHIndex.build(rows, ids, config=LSH, family=FAMILIES[family])


def codes(kernels, dtype, n_cells=None):
    config = CodeConfig(n_cells=n_cells)
    return lambda rows, ids: CodeIndex.build(
        rows.astype(dtype), ids, config=config, kernels=kernels, threads=1
    )


def buckets(kernels, dtype, family):
    return lambda rows, ids: BucketIndex.build(
        rows.astype(dtype), ids, config=LSH, family=FAMILIES[family], kernels=kernels, threads=1
    )


# How each is built; what makes a query look at everything, and at as little as it can.
CELLS = (
    {"settings": CodeSearch(n_cells=99, n_sketch=10_000, n_rerank=10_000)},
    {"settings": CodeSearch(n_cells=1, n_words=1, n_sketch=1, n_rerank=1)},
)
TABLES = (
    {"settings": BucketSearch(n_probes=8, n_rerank=0)},
    {"settings": BucketSearch(n_probes=1, n_sketch=1, n_rerank=1)},
)
INDEXES = {
    "exact scan": (exact, {}, {}),
    "readable LSH": (lsh("hyperplanes"), {"n_probes": 8}, {"n_probes": 1}),
    "readable LSH, structured": (lsh("structured"), {"n_probes": 8}, {"n_probes": 1}),
    "codes": (codes(compiled, np.float32), *CELLS),
    "codes, float16, 3 cells": (codes(compiled, np.float16, 3), *CELLS),
    "codes, readable": (codes(readable, np.float32), *CELLS),
    "buckets": (buckets(compiled, np.float32, "structured"), *TABLES),
    "buckets, float16, hyperplanes": (buckets(compiled, np.float16, "hyperplanes"), *TABLES),
    "buckets, readable": (buckets(readable, np.float32, "hyperplanes"), *TABLES),
}

ids_of = st.lists(st.integers(0, N_IDS - 1), max_size=12, unique=True)
picks = st.lists(st.integers(0, len(POOL) - 1), min_size=12, max_size=12)
queries = st.integers(0, len(QUERIES) - 1)
numbers = st.sampled_from([1, 2, 3, 7, N_IDS, N_IDS + 1, 10**6])
excluded = st.one_of(st.none(), st.integers(-1, N_IDS + 1))


class AnyOrder(RuleBasedStateMachine):
    """An index, and beside it what a dictionary {id: number of its row in the pool} makes of it."""

    def __init__(self, build, everything, least):
        super().__init__()
        self.build, self.everything, self.least = build, everything, least
        self.folder = tempfile.TemporaryDirectory()
        self.is_mapped = False

    def teardown(self):
        self.index = None
        self.folder.cleanup()

    @initialize(ids=ids_of, picks=picks, equal=st.booleans())
    def built(self, ids, picks, equal):
        picks = [picks[0]] * len(picks) if equal else picks
        self.gallery = dict(zip(ids, picks, strict=False))
        self.index = self.build(POOL[picks[: len(ids)]], np.array(ids, int))

    @invariant()
    def it_has_as_many(self):
        assert len(self.index) == len(self.gallery)

    # --- changing ---

    @precondition(lambda self: not self.is_mapped)
    @rule(ids=ids_of, picks=picks)
    def add(self, ids, picks):
        ids = [id for id in ids if id not in self.gallery]
        given = np.array(ids, int), POOL[picks[: len(ids)]]
        copies = [each.copy() for each in given]
        self.index.add(*given)
        assert all(np.array_equal(*pair) for pair in zip(given, copies, strict=True))
        self.gallery |= dict(zip(ids, picks, strict=False))

    @rule(picks=picks, bad=st.sampled_from(["twice", "taken", "negative", "half", *BAD]))
    def cannot_add(self, picks, bad):
        rows, free = POOL[picks[:2]], N_IDS
        others = {"twice": free, "negative": -7, "half": free + 1.5}
        other = others.get(bad, next(iter(self.gallery), -1) if bad == "taken" else free + 1)
        with pytest.raises(SettingError):
            self.index.add([free, other], BAD.get(bad, rows))

    @rule(data=st.data())
    def remove(self, data):
        known = st.lists(st.sampled_from(sorted(self.gallery) or [0]), unique=True, max_size=9)
        gone = data.draw(known) if self.gallery else []
        self.index.remove(np.array(gone, int))
        for id in gone:
            del self.gallery[id]

    @rule(bad=st.sampled_from([N_IDS, -1, 0.5]))
    def cannot_remove(self, bad):
        with pytest.raises(SettingError):
            self.index.remove([*list(self.gallery)[:2], bad])

    @rule(mapped=st.booleans())
    def save_and_load(self, mapped):
        self.index.save(Path(self.folder.name))
        how = {}
        if isinstance(self.index, ENGINES):
            how = {"mapped": mapped, "kernels": self.index.kernels}
        self.index = type(self.index).load(Path(self.folder.name), **how)
        self.is_mapped = bool(how) and mapped

    @precondition(lambda self: self.is_mapped)
    @rule(picks=picks)
    def cannot_add_to_a_file(self, picks):
        with pytest.raises(SettingError, match="mapped=False"):
            self.index.add([N_IDS], POOL[picks[:1]])

    # --- asking ---

    def expected(self, query, k, exclude):
        """Ids by cosine, equal ones by id: what the exact scan promises."""
        ids = [id for id in self.gallery if id != exclude]
        return sorted(ids, key=lambda id: (-COSINES[query, self.gallery[id]], id))[:k]

    @rule(query=queries, k=numbers, exclude=excluded)
    def ask(self, query, k, exclude):
        hits = self.index.query(QUERIES[query], k=k, exclude=exclude, **self.everything)
        assert hits.ids.tolist() == self.expected(query, k, exclude)
        self.cosines_are_right(query, hits)

    @rule(query=queries, k=numbers, exclude=excluded)
    def ask_for_as_little_as_can_be(self, query, k, exclude):
        hits = self.index.query(QUERIES[query], k=k, exclude=exclude, **self.least)
        found = set(hits.ids.tolist())
        in_order = [id for id in self.expected(query, None, exclude) if id in found]
        assert hits.ids.tolist() == in_order  # each once, none that is left out or unknown
        assert len(hits) <= k
        self.cosines_are_right(query, hits)
        if isinstance(self.index, CodeIndex) and len(self.index.centres) == 1:
            assert len(hits) == min(k, len(self.expected(query, None, exclude)))

    @rule(asked=st.lists(st.tuples(queries, excluded), max_size=4), k=numbers, threads=st.just(3))
    def ask_for_many(self, asked, k, threads):
        rows = QUERIES[[query for query, _ in asked]].reshape(-1, D)
        left_out = [-1 if exclude is None else exclude for _, exclude in asked]
        how = {"threads": threads} if isinstance(self.index, ENGINES) else {}
        batch = self.index.query_batch(rows, k=k, exclude=left_out, **how, **self.everything)
        assert batch.ids.shape == (len(asked), min(k, len(self.gallery)))
        for ids, (query, exclude) in zip(batch.ids.tolist(), asked, strict=True):
            expected = self.expected(query, k, exclude)
            assert ids == expected + [-1] * (len(ids) - len(expected))

    @rule(k=numbers)
    def ask_from_several_threads(self, k):
        def ask(query):
            return self.index.query(QUERIES[query], k=k, **self.everything).ids.tolist()

        with ThreadPoolExecutor(3) as pool:
            found = list(pool.map(ask, range(len(QUERIES))))
        assert found == [self.expected(query, k, None) for query in range(len(QUERIES))]

    @rule(query=queries, bad=st.sampled_from([0, -1, 1.5, "3", True]))
    def cannot_ask(self, query, bad):
        with pytest.raises(SettingError):
            self.index.query(QUERIES[query], k=bad)
        if bad not in (0, -1):
            with pytest.raises(SettingError):
                self.index.query(QUERIES[query], k=1, exclude=bad)
        for row in BAD.values():
            with pytest.raises(SettingError):
                self.index.query(row[0], k=1)

    def cosines_are_right(self, query, hits):
        expected = [COSINES[query, self.gallery[id]] for id in hits.ids.tolist()]
        np.testing.assert_allclose(hits.similarities, expected, rtol=0, atol=2e-6)


def test_no_two_embeddings_are_so_near_that_rounding_decides():
    for cosines in COSINES:
        assert np.diff(np.sort(cosines)).min() > 1e-5


@pytest.mark.parametrize("name", INDEXES)
def test_in_whichever_order_it_does_what_a_dictionary_and_a_sort_would(name):
    run_state_machine_as_test(
        lambda: AnyOrder(*INDEXES[name]),
        settings=settings(
            max_examples=-(-STEPS // STEPS_A_GALLERY),
            stateful_step_count=STEPS_A_GALLERY,
            derandomize=STEPS <= 200,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
