"""Both indexes of the engine, with the kernels that are read and those that run."""

from dataclasses import replace

import numpy as np
import pytest

from core import array_files
from core.engine import persistence
from core.engine.buckets import BucketIndex, BucketSearch
from core.engine.cells import MOST_NUMBERS
from core.engine.codes import CodeConfig, CodeIndex, CodeSearch
from core.engine.kernels import compiled, readable
from core.errors import SettingError, StoreError
from core.index.exact import exact_scan, neighbour_recall
from core.index.families import FAMILIES
from core.index.fitting import FAMILIES as FITTED
from core.index.fitting import fit
from core.index.lsh import LSHConfig, LSHIndex
from core.index.reading import read_by_rule
from core.index.vectors import Vectors, unit_vector

KERNELS = {"readable": readable, "compiled": compiled}
ALL = CodeSearch(n_cells=10**6, n_words=2, n_sketch=10**6, n_rerank=10**6)


def clusters(n=900, dim=48, seed=0):
    """Embeddings with neighbours worth finding, two of them the same."""
    rng = np.random.default_rng(seed)
    rows = np.repeat(rng.standard_normal((30, dim)), n // 30, axis=0)
    rows += 0.7 * rng.standard_normal(rows.shape)
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    rows[7] = rows[3]
    return rows


ROWS = clusters()
IDS = np.random.default_rng(1).permutation(5_000)[: len(ROWS)]


def codes(rows=ROWS, ids=IDS, kernels=compiled, **config):
    return CodeIndex.build(
        rows, ids, config=CodeConfig(**{"n_cells": 20} | config), kernels=kernels
    )


def buckets(rows=ROWS, ids=IDS, kernels=compiled, **config):
    config = LSHConfig(**{"n_bits": 7, "n_tables": 6} | config)
    return BucketIndex.build(rows, ids, config=config, kernels=kernels)


MODES = {"codes": codes, "buckets": buckets}


def same(a, b):
    """Whether two answers agree: work exactly, cosines up to rounding, and ids but for rounding.

    Each place has the same cosine to six digits, so where two ids differ, they were as good as
    tied; that is rare.
    """
    return (
        np.array_equal(a.looked_at, b.looked_at)
        and np.allclose(a.similarities, b.similarities, rtol=0, atol=1e-6)
        and (a.ids != b.ids).mean() < 0.002
    )


# --- one against the other ---


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize(
    "settings",
    [
        CodeSearch(n_cells=3, n_words=1, n_sketch=40, n_rerank=15),
        CodeSearch(n_cells=9, n_words=3, n_sketch=100, n_rerank=30),
        CodeSearch(n_cells=20, n_words=4, n_sketch=5, n_rerank=5),
        ALL,
    ],
)
def test_codes_give_the_same_hits_whichever_kernels_run(settings, dtype):
    answers = [
        codes(ROWS.astype(dtype), kernels=kernels).query_batch(
            ROWS[:200], k=10, settings=settings, exclude=IDS[:200]
        )
        for kernels in KERNELS.values()
    ]
    assert same(*answers)


def test_cells_of_long_embeddings_are_chosen_by_margins_whichever_kernels_run():
    rows = clusters(dim=300)
    settings = CodeSearch(n_cells=4, n_sketch=60, n_rerank=20)
    indexes = [codes(rows, kernels=kernels) for kernels in KERNELS.values()]
    answers = [it.query_batch(rows[:200], settings=settings) for it in indexes]
    assert indexes[0].centres.shape == (20, MOST_NUMBERS)
    assert same(*answers)
    assert answers[0].looked_at[:, 0].mean() < len(rows) / 2
    assert (answers[0].ids[:, 0] == IDS[:200]).mean() > 0.95  # but for the two that are the same


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
@pytest.mark.parametrize("n_probes", [1, 5, 200])
@pytest.mark.parametrize(
    ("n_words", "n_sketch", "n_rerank"), [(4, 1, 0), (1, 40, 12), (3, 200, 30), (99, 5, 5)]
)
def test_buckets_give_the_same_hits_whichever_kernels_run(
    family, n_probes, n_words, n_sketch, n_rerank
):
    config = LSHConfig(n_bits=7, n_tables=6, seed=2)
    settings = BucketSearch(
        n_probes=n_probes, n_words=n_words, n_sketch=n_sketch, n_rerank=n_rerank
    )
    answers = [
        BucketIndex.build(ROWS, IDS, config=config, family=family, kernels=kernels).query_batch(
            ROWS[:200], k=10, settings=settings, exclude=IDS[:200]
        )
        for kernels in KERNELS.values()
    ]
    assert same(*answers)


def test_an_entry_of_a_bucket_has_the_first_words_of_its_code_as_its_sketch():
    tables = buckets().tables
    sketches = tables.sketches[:, : tables.members.size].T
    assert sketches.shape == (tables.members.size, 4)
    assert np.array_equal(sketches, tables.codes[tables.members.reshape(-1), :4])


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
@pytest.mark.parametrize("n_probes", [1, 3, 30])
@pytest.mark.parametrize("n_bits", [3, 9, 24])
def test_without_codes_before_the_rerank_it_is_the_index_of_the_lessons(family, n_probes, n_bits):
    config = LSHConfig(n_bits=n_bits, n_tables=5, seed=4)
    lesson = LSHIndex.build(ROWS, IDS, config=config, family=family)
    fast = BucketIndex.build(ROWS, IDS, config=config, family=family)
    settings = BucketSearch(n_probes=n_probes, n_rerank=0)
    for id, row in zip(IDS[:60].tolist(), ROWS[:60], strict=True):
        expected = lesson.query(row, k=len(ROWS), n_probes=n_probes, exclude=id)
        found = fast.query(row, k=len(ROWS), settings=settings, exclude=id)
        np.testing.assert_allclose(found.similarities, expected.similarities, rtol=0, atol=1e-6)
        of_each = dict(zip(expected.ids.tolist(), expected.similarities.tolist(), strict=True))
        assert set(found.ids.tolist()) == of_each.keys()
        for other, similarity in zip(found.ids.tolist(), found.similarities.tolist(), strict=True):
            assert similarity == pytest.approx(of_each[other], abs=1e-6)  # sums of floats differ


@pytest.mark.parametrize("kernels", KERNELS.values(), ids=KERNELS)
@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize("reading", ["rule", 1, 3, 30])
@pytest.mark.parametrize("family", FITTED)
def test_reading_by_a_rule_it_gives_the_hits_of_the_lessons(kernels, dtype, reading, family):
    rows = ROWS.astype(dtype)
    fitting = fit(rows, family=family)
    built = {"config": fitting.lsh, "family": fitting.family}
    lesson = LSHIndex.build(rows, IDS, **built)
    fast = BucketIndex.build(rows, IDS, **built, kernels=kernels)
    strangers = np.random.default_rng(6).standard_normal((20, ROWS.shape[1]))
    strangers /= np.linalg.norm(strangers, axis=1, keepdims=True)
    queries = [*zip(ROWS[:40], IDS[:40].tolist(), strict=True), *((it, None) for it in strangers)]
    for row, own in queries:
        query = unit_vector(row, fast.dim)
        code = lesson.hash(query)
        how = fitting.rule if reading == "rule" else reading
        n_probes = how
        if reading == "rule":
            n_probes = read_by_rule(query, code, lesson, how, k=10, exclude=own).n_probes
        expected = lesson.query(query, k=10, n_probes=n_probes, exclude=own)
        margins = fast.margins_to_tables(query)
        np.testing.assert_allclose(margins, code.margins, rtol=0, atol=1e-6)
        found = fast.read(query, margins, how, k=10, exclude=own)
        np.testing.assert_allclose(found.similarities, expected.similarities, rtol=0, atol=1e-6)
        assert found.ids.tolist() == expected.ids.tolist()


@pytest.mark.parametrize("kernels", KERNELS.values(), ids=KERNELS)
def test_where_it_refines_no_place_is_better_than_in_the_index_of_the_lessons(kernels):
    config = LSHConfig(n_bits=6, n_tables=5, seed=4)
    lesson = LSHIndex.build(ROWS, IDS, config=config, family=FAMILIES["structured"])
    fast = BucketIndex.build(ROWS, IDS, config=config, kernels=kernels)
    lost = 0
    for row in ROWS[:60]:
        expected = lesson.query(row, k=10, n_probes=4)
        found = fast.query(row, k=10, settings=BucketSearch(n_probes=4, n_sketch=40, n_rerank=15))
        n = len(found)
        assert n <= len(expected)
        assert (found.similarities <= expected.similarities[:n] + 1e-6).all()
        lost += len(np.setdiff1d(expected.ids, found.ids))
    assert 0 < lost < 200  # of 600: less than one in three, and not none


def test_reading_leaves_its_memory_as_it_was_for_the_next_query():
    fast = buckets(kernels=compiled)
    margins = fast.margins_to_tables(ROWS[5])
    first, again = (fast.read(ROWS[5], margins, 3, k=10) for _ in range(2))
    assert first.ids.tolist() == again.ids.tolist()


# --- against the exact scan ---


@pytest.mark.parametrize("kernels", KERNELS)
def test_reading_everything_is_the_exact_scan_with_ties_to_the_lower_id(kernels):
    index = codes(kernels=KERNELS[kernels])
    vectors = Vectors.from_matrix(ROWS, IDS)
    for row in (3, 7, 50, 899):
        expected = exact_scan(ROWS[row], vectors, k=25)
        found = index.query(ROWS[row], k=25, settings=ALL)
        assert np.array_equal(found.ids, expected.ids)
    twins = index.query(ROWS[3], k=2, settings=ALL)
    assert twins.ids.tolist() == sorted([IDS[3], IDS[7]])
    assert twins.similarities[0] == twins.similarities[1]


@pytest.mark.parametrize("stage", ["n_cells", "n_sketch", "n_rerank"])
def test_more_of_a_stage_never_loses_a_neighbour_that_was_found(stage):
    index, vectors = codes(n_cells=90), Vectors.from_matrix(ROWS, IDS)
    truth = [exact_scan(row, vectors, k=10).ids for row in ROWS[:100]]
    before, recalls = [()] * len(truth), []
    for n in (1, 15, 60, 900):  # what is behind the stage lets everything pass
        found = index.query_batch(ROWS[:100], k=10, settings=replace(ALL, **{stage: n})).ids
        neighbours = [set(np.intersect1d(*pair)) for pair in zip(found, truth, strict=True)]
        assert all(more.issuperset(less) for more, less in zip(neighbours, before, strict=True))
        before = neighbours
        recalls.append(np.mean(list(map(neighbour_recall, found, truth))))
    assert recalls[0] < recalls[-1]
    assert (
        recalls[-1] > 0.999
    )  # where rounding ties the last neighbour with the next, either may be found


@pytest.mark.parametrize("mode", MODES)
def test_the_query_itself_is_left_out_and_nothing_else(mode):
    index = MODES[mode]()
    with_itself = index.query(ROWS[50], k=11)
    without = index.query(ROWS[50], k=10, exclude=int(IDS[50]))
    assert with_itself.ids[0] == IDS[50]
    assert np.array_equal(with_itself.ids[1:], without.ids)


@pytest.mark.parametrize("mode", MODES)
def test_fewer_hits_than_wanted_are_all_there_are(mode):
    index = MODES[mode](ROWS[:4], IDS[:4])
    assert len(index.query(ROWS[0], k=10)) <= 4
    answers = index.query_batch(ROWS[:1], k=10)
    assert answers.ids.shape == (1, 4)


# --- batches and threads ---


@pytest.mark.parametrize("mode", MODES)
def test_a_batch_in_threads_gives_each_query_what_it_gets_alone(mode):
    index = MODES[mode]()
    alone = [index.query(row, k=5) for row in ROWS[:200]]
    for threads in (1, 3):
        answers = index.query_batch(ROWS[:200], k=5, threads=threads)
        for one, ids in zip(alone, answers.ids, strict=True):
            assert np.array_equal(one.ids, ids[: len(one)])


@pytest.mark.parametrize("mode", MODES)
def test_building_in_threads_gives_the_same_index(mode):
    builds = [
        {"codes": CodeIndex, "buckets": BucketIndex}[mode].build(ROWS, IDS, threads=threads)
        for threads in (1, 4)
    ]
    assert np.array_equal(*(index.graded(index.rows, 1)[0] for index in builds))
    assert np.array_equal(builds[0].order, builds[1].order)
    assert same(*(index.query_batch(ROWS[:50]) for index in builds))


def test_building_tells_how_far_it_is():
    told = []
    CodeIndex.build(ROWS, progress=lambda done, total, what: told.append((done, total, what)))
    assert {what for _, _, what in told} >= {"Hashing", "Filling cells"}
    assert all(0 <= done <= total for done, total, _ in told)


# --- growing and shrinking ---


@pytest.mark.parametrize("mode", MODES)
def test_removing_and_adding_again_changes_nothing(mode):
    index = MODES[mode](ROWS.copy(), IDS.copy())
    before = index.query_batch(ROWS[:100], k=8)
    index.remove(IDS[200:400])
    assert len(index) == 700
    assert not np.isin(index.query_batch(ROWS, k=8).ids, IDS[200:400]).any()
    index.add(IDS[200:400], ROWS[200:400])
    assert same(before, index.query_batch(ROWS[:100], k=8))


@pytest.mark.parametrize("mode", MODES)
def test_adding_is_the_same_as_building_with_all_but_for_what_is_learnt(mode):
    index = MODES[mode](ROWS[:600].copy(), IDS[:600].copy())
    for start in range(600, 900, 100):
        index.add(IDS[start : start + 100], ROWS[start : start + 100])
    everything = {"codes": ALL, "buckets": BucketSearch(n_probes=128, n_rerank=0)}[mode]
    whole = MODES[mode]()
    a, b = (it.query_batch(ROWS[:50], k=20, settings=everything) for it in (index, whole))
    assert np.array_equal(a.ids, b.ids)


@pytest.mark.parametrize("mode", MODES)
def test_an_error_leaves_the_index_as_it_was(mode):
    index = MODES[mode](ROWS.copy(), IDS.copy())
    before = index.query_batch(ROWS[:20])
    new = int(IDS.max()) + 1
    with pytest.raises(SettingError, match="is in the gallery already"):
        index.add([new, int(IDS[0])], ROWS[:2])
    with pytest.raises(SettingError, match="length"):
        index.add([new], 2 * ROWS[:1])
    with pytest.raises(SettingError, match="is not among"):
        index.remove([int(IDS[0]), new])
    assert len(index) == len(ROWS)
    assert same(before, index.query_batch(ROWS[:20]))


# --- on disk ---


@pytest.mark.parametrize("mapped", [True, False])
@pytest.mark.parametrize("mode", MODES)
def test_what_is_read_back_answers_as_what_was_written(mode, mapped, tmp_path):
    index = MODES[mode](ROWS.astype(np.float16))
    index.remove(IDS[:50])
    index.save(tmp_path / "index")
    again = type(index).load(tmp_path / "index", mapped=mapped)
    assert isinstance(again.rows, np.memmap) == mapped
    assert same(index.query_batch(ROWS[:60]), again.query_batch(ROWS[:60]))


def test_saving_that_fails_leaves_the_index_that_was_there(tmp_path, monkeypatch):
    index = codes()
    index.save(tmp_path)
    before = sorted(path.name for path in tmp_path.iterdir())
    index.remove(IDS[:300])

    def full(*_):
        raise StoreError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(array_files, "write", full)
        with pytest.raises(StoreError, match="full"):
            index.save(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert len(CodeIndex.load(tmp_path)) == len(ROWS)
    index.save(tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    assert len(CodeIndex.load(tmp_path)) == len(ROWS) - 300


@pytest.mark.parametrize("mode", MODES)
def test_a_file_and_memory_give_equal_answers(mode, tmp_path):
    MODES[mode](ROWS.astype(np.float16)).save(tmp_path)
    kind = type(MODES[mode](ROWS[:5], IDS[:5]))
    mapped, in_memory = (kind.load(tmp_path, mapped=it).query_batch(ROWS) for it in (True, False))
    assert np.array_equal(mapped.ids, in_memory.ids)
    assert np.array_equal(mapped.similarities, in_memory.similarities)


def test_an_index_that_is_only_read_says_how_to_add_to_it(tmp_path):
    codes().save(tmp_path)
    index = CodeIndex.load(tmp_path)
    with pytest.raises(SettingError, match="mapped=False"):
        index.add([9_999], ROWS[:1])
    loaded = CodeIndex.load(tmp_path, mapped=False)
    loaded.add([9_999], ROWS[:1])
    assert len(loaded) == len(ROWS) + 1


DAMAGES = ("missing", "cut", "changed", "other rows", "other kind", "other version")


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_is_refused_in_one_sentence(damage, tmp_path, monkeypatch):
    codes().save(tmp_path)
    path = tmp_path / "index.safetensors"
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(content[:-9])
    elif damage == "changed":
        path.write_bytes(content[:-9] + b"\x01" + content[-8:])
    elif damage == "other rows":
        (rows,) = tmp_path.glob("rows-*.npy")
        np.save(rows, ROWS[:5])
    elif damage == "other version":
        monkeypatch.setattr(persistence, "VERSION", persistence.VERSION + 1)
    kind = BucketIndex if damage == "other kind" else CodeIndex
    with pytest.raises(StoreError, match="build it again"):
        kind.load(tmp_path)


# --- bad input ---


@pytest.mark.parametrize("mode", MODES)
def test_bad_queries_are_refused(mode):
    index = MODES[mode]()
    nan = np.full(48, np.nan, np.float32)
    for query in (ROWS[0, :9], 2 * ROWS[0], nan):
        with pytest.raises(SettingError, match="mbedding"):
            index.query(query)
        with pytest.raises(SettingError, match="mbedding"):
            index.query_batch(query[np.newaxis])
    for k in (0, 1.5):
        with pytest.raises(SettingError, match="k is"):
            index.query(ROWS[0], k=k)
    with pytest.raises(SettingError, match="leave out"):
        index.query_batch(ROWS[:3], exclude=[1])
    with pytest.raises(SettingError, match="threads"):
        index.query_batch(ROWS[:3], threads=0)


@pytest.mark.parametrize("build", [CodeIndex.build, BucketIndex.build])
def test_bad_galleries_are_refused(build):
    for rows in (ROWS[0], 3 * ROWS, ROWS * np.nan):
        with pytest.raises(SettingError, match="mbedding"):
            build(rows)
    for ids in ([1, 2], np.zeros(900, int), np.arange(900) - 1):
        with pytest.raises(SettingError, match=r"ids|Id"):
            build(ROWS, ids)


def test_bad_settings_are_refused():
    with pytest.raises(SettingError, match="n_rerank"):
        CodeSearch(n_rerank=0)
    with pytest.raises(SettingError, match="n_probes"):
        BucketSearch(n_probes=0)
    with pytest.raises(SettingError, match="multiple of 128"):
        codes(n_bits=1_000)
    with pytest.raises(SettingError, match="depth"):
        codes(depth=5)
    with pytest.raises(SettingError, match="n_sketch_bits"):
        codes(n_sketch_bits=2_048)


# --- size ---


@pytest.mark.parametrize(("n", "dim", "n_cells"), [(30_000, 32, None), (3_000, 1_024, 16)])
def test_an_index_takes_at_most_200_bytes_a_vector(n, dim, n_cells):
    index = CodeIndex.build(clusters(n, dim), config=CodeConfig(n_cells=n_cells))
    assert index.nbytes / len(index) <= 200


def test_cells_grow_as_the_root_of_n():
    sizes = 1_000, 100_000, 1_000_000, 10_000_000
    assert [CodeConfig().cells_for(n, 256) for n in sizes] == [1, 512, 1_024, 4_096]
    assert [CodeConfig().cells_for(n, 2_048) for n in sizes] == [1, 1_024, 2_048, 8_192]
