"""One suite for every index: what ``core.index.protocol`` says, judged by the exact scan."""

import numpy as np
import pytest

from core.engine import persistence as engine_persistence
from core.engine.buckets import BucketIndex, BucketSearch
from core.engine.codes import CodeIndex, CodeSearch
from core.engine.kernels import readable
from core.errors import SettingError, StoreError
from core.index import persistence
from core.index.exact import ExactIndex, exact_scan
from core.index.families import FAMILIES
from core.index.lsh import LSHConfig, LSHIndex
from core.index.vectors import Vectors
from core.scale.index import TableIndex
from core.scale.settings import HammingSearch, KeySearch, QuantisedSearch

N, D = 60, 16
CONFIG = LSHConfig(n_bits=3, n_tables=2)


def lsh(family):
    def build(rows, ids=None):
        return LSHIndex.build(rows, ids, config=CONFIG, family=FAMILIES[family])

    return build


def buckets(family):
    def build(rows, ids=None):
        index = BucketIndex.build(
            rows, ids, config=CONFIG, family=FAMILIES[family], kernels=readable
        )
        index.settings = BucketSearch(n_probes=8, n_rerank=0)
        return index

    return build


def codes(rows, ids=None):
    index = CodeIndex.build(rows, ids, kernels=readable)
    index.settings = CodeSearch(n_cells=1, n_sketch=10_000, n_rerank=10_000)
    return index


def table(settings):
    def build(rows, ids=None):
        return TableIndex.build(rows, ids, config=CONFIG, settings=settings)

    return build


# How each is built, and what a query is told so that it looks at everything.
INDEXES = {
    "exact": (ExactIndex.build, {}),
    "lsh, hyperplanes": (lsh("hyperplanes"), {"n_probes": 8}),
    "lsh, structured": (lsh("structured"), {"n_probes": 8}),
    "codes": (codes, {}),
    "buckets, hyperplanes": (buckets("hyperplanes"), {}),
    "buckets, structured": (buckets("structured"), {}),
    "table, by keys": (table(KeySearch(n_probes=8)), {}),
    "table by codes": (table(HammingSearch(n_rerank=1_000)), {}),
    "table by quantised embeddings": (table(QuantisedSearch(n_rerank=1_000)), {}),
}
WITH_TABLES = [name for name in INDEXES if "," in name]


def marked(name):
    return pytest.param(name, marks=pytest.mark.model) if name.startswith("table") else name


@pytest.fixture(params=[*map(marked, INDEXES)])
def name(request):
    return request.param


@pytest.fixture
def build(name):
    return INDEXES[name][0]


@pytest.fixture
def everything(name):
    return INDEXES[name][1]


def unit_rows(n, seed=0):
    rows = np.random.default_rng((seed, 7)).standard_normal((n, D)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


ROWS = unit_rows(N)
ROWS[9] = ROWS[4]  # twins, in no order of their ids
IDS = np.random.default_rng(1).permutation(1_000)[:N]
QUERIES = unit_rows(5, seed=1)


def agrees(hits, expected):
    """As the exact scan has it; the last digit of a sum depends on its order."""
    assert hits.ids.tolist() == expected.ids.tolist()
    np.testing.assert_allclose(hits.similarities, expected.similarities, rtol=0, atol=2e-6)


def answers_as(index, gallery, everything, k=12):
    """Whether an index answers as the exact scan of a gallery {id: row}."""
    assert len(index) == len(gallery)
    vectors = Vectors(D)
    vectors.add(list(gallery), np.array(list(gallery.values())).reshape(-1, D))
    for query in QUERIES:
        agrees(index.query(query, k=k, **everything), exact_scan(query, vectors, k=k))


GALLERY = dict(zip(IDS.tolist(), ROWS, strict=True))


# --- asking ---


@pytest.mark.parametrize("k", [1, 12, N, N + 1, 10**6])
def test_where_it_looks_at_everything_it_is_the_exact_scan_whatever_k(build, everything, k):
    answers_as(build(ROWS, IDS), GALLERY, everything, k=k)


def test_ties_go_to_the_lower_id(build, everything):
    hits = build(ROWS, IDS).query(ROWS[4], k=2, **everything)
    assert hits.ids.tolist() == sorted(IDS[[4, 9]].tolist())


def test_ids_count_from_0_where_none_are_given(build, everything):
    answers_as(build(ROWS), dict(enumerate(ROWS)), everything)


@pytest.mark.parametrize("k", [1, 7, N + 5])
def test_a_batch_gives_each_query_what_it_gets_alone(build, everything, k):
    index = build(ROWS, IDS)
    exclude = [int(IDS[0]), -1, 5_000, int(IDS[3]), -1]
    batch = index.query_batch(QUERIES, k=k, exclude=exclude, **everything)
    assert batch.ids.shape == batch.similarities.shape == (len(QUERIES), min(k, N))
    for row, (query, own) in enumerate(zip(QUERIES, exclude, strict=True)):
        alone = index.query(query, k=k, exclude=own, **everything)
        assert batch.ids[row, : len(alone)].tolist() == alone.ids.tolist()
        assert (batch.ids[row, len(alone) :] == -1).all()
        assert (batch.similarities[row, len(alone) :] == -2).all()


def test_what_is_left_out_is_the_query_itself_and_nothing_else(build, everything):
    index = build(ROWS, IDS)
    all_but_own = index.query(ROWS[30], k=N, exclude=int(IDS[30]), **everything)
    assert set(all_but_own.ids.tolist()) == set(IDS.tolist()) - {int(IDS[30])}
    for nobody in (None, -1, 5_000):
        assert len(index.query(ROWS[30], k=N, exclude=nobody, **everything)) == N


def test_float16_rows_and_queries_are_embeddings(build, everything):
    half = ROWS.astype(np.float16)
    index = build(half, IDS)
    index.add([2_000], QUERIES[:1].astype(np.float16))
    hits = index.query(half[30], k=1, **everything)
    assert hits.ids.tolist() == [IDS[30]]
    assert index.query(QUERIES[0], k=1, **everything).ids.tolist() == [2_000]


def test_float64_rows_are_embeddings_too(build, everything):
    answers_as(build(ROWS.astype(np.float64).tolist(), IDS.tolist()), GALLERY, everything)


BAD_QUERIES = {
    "another dimension": QUERIES[:, :9],
    "not unit length": 2 * QUERIES,
    "just beyond the tolerance": 1.0015 * QUERIES,
    "nan": np.full((5, D), np.nan, np.float32),
    "zero": np.zeros((5, D), np.float32),
    "the last row alone": np.concatenate([QUERIES[:4], 5 * QUERIES[4:]]),
    "nan after a row that is a little long": np.stack([1.0008 * QUERIES[0], np.nan * QUERIES[1]]),
}


@pytest.mark.parametrize("queries", BAD_QUERIES.values(), ids=BAD_QUERIES)
def test_a_query_that_is_no_embedding_is_refused_in_whichever_row(build, queries):
    index = build(ROWS, IDS)
    with pytest.raises(SettingError, match="mbedding"):
        index.query_batch(queries, k=3)
    with pytest.raises(SettingError, match="mbedding"):
        index.query(queries[-1], k=3)


def test_lengths_within_the_tolerance_pass_everywhere(build, everything):
    index = build(1.0009 * ROWS, IDS)
    index.add([2_000], 0.9991 * QUERIES[:1])
    assert index.query(1.0009 * QUERIES[0], k=1, **everything).ids.tolist() == [2_000]
    assert index.query_batch(0.9991 * QUERIES, k=1, **everything).ids[0, 0] == 2_000


NOT_NUMBERS = {
    "text": [["a"] * D],
    "none": [[None] * D],
    "complex": QUERIES[:1] * 1j,
    "truth": np.ones((1, D), bool),
    "ragged": [[1.0], [1.0, 0.0]],
}


@pytest.mark.parametrize("rows", NOT_NUMBERS.values(), ids=NOT_NUMBERS)
def test_what_is_no_number_is_refused_wherever_an_embedding_is_wanted(build, rows):
    index = build(ROWS, IDS)
    for use in (
        lambda: index.query(rows[0], k=1),
        lambda: index.query_batch(rows, k=1),
        lambda: index.add([2_000], rows),
        lambda: build(rows),
    ):
        with pytest.raises(SettingError, match="mbedding"):
            use()


@pytest.mark.parametrize("exclude", [1.5, "3", True, 2**70])
def test_what_is_left_out_must_be_a_whole_number(build, exclude):
    with pytest.raises(SettingError, match="leave out"):
        build(ROWS, IDS).query(QUERIES[0], k=3, exclude=exclude)


def test_an_id_may_be_any_kind_of_whole_number(build, everything):
    index = build(ROWS, IDS.astype(np.uint16))
    for own in (np.uint16(IDS[30]), np.int64(IDS[30])):
        assert IDS[30] not in index.query(ROWS[30], k=N, exclude=own, **everything).ids
    with pytest.raises(SettingError, match="too large"):
        index.add(np.array([2**63], np.uint64), QUERIES[:1])


def test_bad_numbers_are_refused(build):
    index = build(ROWS, IDS)
    for k in (0, -1, 1.5, "3", True):
        with pytest.raises(SettingError, match="k is"):
            index.query(QUERIES[0], k=k)
        with pytest.raises(SettingError, match="k is"):
            index.query_batch(QUERIES, k=k)
    with pytest.raises(SettingError, match="leave out"):
        index.query_batch(QUERIES, k=3, exclude=[1, 2])


# --- building, growing, shrinking ---


def test_an_index_of_nothing_finds_nothing_and_can_grow(build, everything, tmp_path):
    index = build(ROWS[:0])
    assert len(index) == 0
    assert len(index.query(QUERIES[0], k=3, **everything)) == 0
    assert index.query_batch(QUERIES, k=3, **everything).ids.shape == (5, 0)
    index.save(tmp_path)
    assert len(type(index).load(tmp_path)) == 0
    index.add(IDS, ROWS)
    answers_as(index, GALLERY, everything)
    index.remove(IDS)
    answers_as(index, {}, everything)
    index.add([3], ROWS[:1])
    answers_as(index, {3: ROWS[0]}, everything)


def test_what_is_removed_is_found_no_more_and_can_come_back_as_something_else(build, everything):
    index = build(ROWS, IDS)
    gallery = dict(GALLERY)
    for id in IDS[10:40].tolist():
        del gallery[id]
    index.remove(IDS[10:40])
    answers_as(index, gallery, everything)
    new = unit_rows(45, seed=9)
    ids = [*IDS[10:40].tolist(), *range(2_000, 2_015)]
    index.add(ids, new)
    answers_as(index, gallery | dict(zip(ids, new, strict=True)), everything)


BAD_ADDITIONS = {
    "an id that is there": ([2_000, int(IDS[5])], QUERIES[:2], "is in the gallery already"),
    "an id twice": ([2_000, 2_000], QUERIES[:2], "comes 2 times"),
    "a negative id": ([2_000, -1], QUERIES[:2], "Id -1 is negative"),
    "a negative id twice": ([-7, -7], QUERIES[:2], "Id -7"),
    "ids that are not whole": ([2_000.5], QUERIES[:1], "whole numbers"),
    "more ids than embeddings": ([2_000, 2_001, 2_002], QUERIES[:1], "3 ids came with 1"),
    "more embeddings than ids": ([2_000], QUERIES[:2], "1 ids came with 2"),
    "another dimension": ([2_000], QUERIES[:1, :9], "shape"),
    "one row without its brackets": ([2_000], QUERIES[0], "shape"),
    "not unit length": ([2_000, 2_001], [QUERIES[0], 2 * QUERIES[1]], "Embedding 1 has length 2"),
    "nan": ([2_000, 2_001], [QUERIES[0], np.nan * QUERIES[1]], "Embedding 1 holds a NaN"),
}


@pytest.mark.parametrize(
    ("ids", "embeddings", "sentence"), BAD_ADDITIONS.values(), ids=BAD_ADDITIONS
)
def test_a_bad_addition_is_one_sentence_and_changes_nothing(
    build, everything, ids, embeddings, sentence
):
    index = build(ROWS, IDS)
    with pytest.raises(SettingError, match=sentence) as caught:
        index.add(ids, embeddings)
    assert "\n" not in str(caught.value)
    answers_as(index, GALLERY, everything)


@pytest.mark.parametrize(
    ("ids", "sentence"),
    [
        ([int(IDS[0]), 5_000], "Id 5000 is not among the 60 images"),
        ([int(IDS[0]), int(IDS[0])], "comes 2 times"),
        ([int(IDS[0]), -1], "Id -1 is not among"),
        ([0.5], "whole numbers"),
    ],
)
def test_a_bad_removal_is_one_sentence_and_changes_nothing(build, everything, ids, sentence):
    index = build(ROWS, IDS)
    with pytest.raises(SettingError, match=sentence):
        index.remove(ids)
    answers_as(index, GALLERY, everything)


BAD_GALLERIES = {
    "one row without its brackets": (ROWS[0], None, "shape"),
    "not unit length": (3 * ROWS, None, "length 3"),
    "nan": (np.nan * ROWS, None, "NaN"),
    "too few ids": (ROWS, IDS[:4], "4 ids came with 60"),
    "a negative id": (ROWS, IDS - 1_000, "is negative"),
    "an id twice": (ROWS, np.zeros(N, int), "comes 60 times"),
}


@pytest.mark.parametrize(("rows", "ids", "sentence"), BAD_GALLERIES.values(), ids=BAD_GALLERIES)
def test_a_bad_gallery_is_refused_in_one_sentence(build, rows, ids, sentence):
    with pytest.raises(SettingError, match=sentence):
        build(rows, ids)


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_no_array_of_the_callers_is_ever_written(build, dtype):
    rows, ids, new = ROWS.astype(dtype), IDS.copy(), QUERIES.astype(dtype)
    before = [each.copy() for each in (rows, ids, new)]
    index = build(rows, ids)
    index.remove(ids[:3])
    index.add(ids[:3], new[:3])
    index.add([2_000, 2_001], new[3:])
    index.remove([2_000])
    index.query_batch(new, k=3)
    for each, copy in zip((rows, ids, new), before, strict=True):
        assert np.array_equal(each, copy)
        assert each.flags.writeable


@pytest.mark.parametrize("seed", range(3))
def test_any_sequence_of_changes_leaves_the_answers_of_a_dictionary(
    build, everything, seed, tmp_path
):
    rng = np.random.default_rng(seed)
    index, gallery = build(ROWS[:20], IDS[:20]), dict(zip(IDS[:20].tolist(), ROWS, strict=False))
    for step in range(25):
        action = rng.random()
        if action < 0.4 and gallery:
            gone = rng.choice(list(gallery), rng.integers(1, len(gallery) + 1), replace=False)
            index.remove(gone)
            for id in gone.tolist():
                del gallery[id]
        elif action < 0.85:
            free = np.setdiff1d(np.arange(40), list(gallery))
            ids = rng.choice(free, rng.integers(0, len(free) + 1), replace=False)
            rows = unit_rows(len(ids), seed=100 + step)
            index.add(ids, rows)
            gallery |= dict(zip(ids.tolist(), rows, strict=True))
        else:
            index.save(tmp_path / str(step))
            index = type(index).load(tmp_path / str(step), **unmapped(index))
        answers_as(index, gallery, everything)


# --- on disk ---


def unmapped(index):
    """An engine's index is loaded to be read, unless it is told otherwise."""
    own = isinstance(index, CodeIndex | BucketIndex)
    return {"mapped": False, "kernels": readable} if own else {}


def test_what_is_read_back_answers_as_what_was_written(build, everything, tmp_path):
    index = build(ROWS.astype(np.float16), IDS)
    index.remove(IDS[:9])
    index.save(tmp_path / "a" / "folder")
    again = type(index).load(tmp_path / "a" / "folder", **unmapped(index))
    for query in QUERIES:
        hits = again.query(query, k=N, **everything)
        assert hits.ids.tolist() == index.query(query, k=N, **everything).ids.tolist()
    index.remove(IDS[9:20])
    index.save(tmp_path / "a" / "folder")  # in place of the other
    assert len(type(index).load(tmp_path / "a" / "folder")) == N - 20


def test_an_index_of_another_kind_is_refused_in_one_sentence(build, tmp_path):
    index = build(ROWS, IDS)
    index.save(tmp_path)
    for kind in {ExactIndex, LSHIndex, CodeIndex, BucketIndex} - {type(index)}:
        with pytest.raises(StoreError, match="build it again") as caught:
            kind.load(tmp_path)
        assert "\n" not in str(caught.value)


def test_an_older_version_is_refused_in_one_sentence(build, tmp_path, monkeypatch):
    index = build(ROWS, IDS)
    with monkeypatch.context() as patch:
        for module in (engine_persistence, persistence):
            patch.setattr(module, "VERSION", module.VERSION - 1)
        index.save(tmp_path)
    with pytest.raises(StoreError, match=r"its version is \d+, not \d+; build it again"):
        type(index).load(tmp_path)


@pytest.mark.parametrize("damage", ["missing", "cut", "changed", "foreign"])
def test_a_damaged_index_is_refused_in_one_sentence(build, damage, tmp_path):
    index = build(ROWS, IDS)
    index.save(tmp_path)
    path = max(tmp_path.glob("index.*"))
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "changed":
        middle = len(content) // 2
        path.write_bytes(content[:middle] + bytes([content[middle] ^ 255]) + content[middle + 1 :])
    else:
        path.write_bytes(b"a note")
    with pytest.raises(StoreError, match="build it again") as caught:
        type(index).load(tmp_path)
    assert "\n" not in str(caught.value)


# --- candidates ---


@pytest.mark.parametrize("name", [*map(marked, WITH_TABLES)], indirect=False)
@pytest.mark.parametrize("n_probes", [1, 3, 8, 9])
def test_candidates_are_what_the_probed_buckets_hold_with_the_tables_that_found_them(
    name, n_probes
):
    index = INDEXES[name][0](ROWS, IDS)
    code = index.hash(QUERIES[0])
    candidates = index.candidates(code, n_probes=n_probes)
    assert len(candidates.probes) == CONFIG.n_tables * min(n_probes, 2**CONFIG.n_bits)
    for table in range(CONFIG.n_tables):
        read = [probe for probe in candidates.probes if probe.table == table]
        assert read[0].key == code.keys[table]
        assert [probe.cost for probe in read] == sorted(probe.cost for probe in read)
        of_table = np.concatenate([index.bucket(table, probe.key) for probe in read])
        assert sorted(of_table.tolist()) == candidates.ids[candidates.found_by[:, table]].tolist()
    if n_probes >= 8:
        assert candidates.ids.tolist() == sorted(IDS.tolist())
        assert candidates.found_by.all()


@pytest.mark.parametrize("name", [*map(marked, WITH_TABLES)], indirect=False)
def test_an_embedding_lies_in_the_buckets_of_its_own_keys(name):
    index = INDEXES[name][0](ROWS, IDS)
    for id, row in zip(IDS.tolist(), ROWS, strict=True):
        keys = index.hash(row).keys.tolist()
        assert all(id in index.bucket(table, key) for table, key in enumerate(keys))
