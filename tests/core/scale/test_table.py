from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from core.errors import StoreError
from core.index.exact import exact_scan
from core.index.lsh import LSHConfig, LSHIndex
from core.index.vectors import Vectors
from core.scale.about import About
from core.scale.calibration import KnownNeighbours, calibrate, kept
from core.scale.index import TableIndex
from core.scale.settings import HammingSearch, KeySearch, QuantisedSearch
from core.scale.table import Table
from tests.core.scale.conftest import LSH, D, unit_rows

ROWS = unit_rows(200)
ABOUT = About(lsh=LSH, centre=ROWS.mean(axis=0), embedder="e" * 64, title="things")


@pytest.fixture
def table(address):
    table = Table.create(address, ABOUT)
    names = [f"{id}.jpg" for id in range(200)]
    table.upsert(np.arange(200), ROWS, {"name": names, "thumbnail": [b"x"] * 200})
    return table


def as_read(rows):
    """What the gallery store makes of float16: the numbers that in-process indexes are given."""
    half = rows.astype(np.float16).astype(np.float32)
    return half / np.linalg.norm(half, axis=1, keepdims=True)


def test_by_keys_hits_and_candidates_are_the_very_ones_of_the_index_in_memory(table):
    there, here = TableIndex(table), LSHIndex.build(as_read(ROWS), config=LSH)
    for query in unit_rows(20, seed=1):
        for n_probes in (1, 5):
            hits = there.query(query, k=9, settings=KeySearch(n_probes=n_probes))
            expected = here.query(query, k=9, n_probes=n_probes)
            assert hits.ids.tolist() == expected.ids.tolist()
            assert hits.similarities.tolist() == expected.similarities.tolist()
            code = here.hash(query)
            found = there.candidates(code, n_probes=n_probes)
            assert np.array_equal(found.found_by, here.candidates(code, n_probes=n_probes).found_by)


def test_opened_again_it_is_the_same_table(table, address):
    again = Table.open(address)
    assert again.about.lsh == LSH
    assert again.about.title == "things"
    assert np.array_equal(again.about.centre, ABOUT.centre)
    hits = TableIndex(again).query(ROWS[7], k=1)
    assert hits.ids.tolist() == [7]
    assert again.details([7], ["name", "thumbnail"]) == {7: {"name": "7.jpg", "thumbnail": b"x"}}


def test_an_upsert_replaces_and_a_deletion_removes(table):
    table.upsert(np.array([3, 200]), unit_rows(2, seed=5), {"name": ["new.jpg", "more.jpg"]})
    assert len(table) == 201
    assert table.ids_of(["3.jpg", "new.jpg", "more.jpg"]) == {"new.jpg": 3, "more.jpg": 200}
    table.delete([3])
    assert len(table) == 200
    assert not len(table.known(np.array([3])))


def test_a_version_is_read_as_of_its_time(table, address):
    then = datetime.now(UTC)
    table.delete(list(range(100)))
    assert len(Table.open(address)) == 100
    old = Table.open(address, as_of=then)
    assert len(old) == 200
    assert TableIndex(old).query(ROWS[7], k=1).ids.tolist() == [7]
    with pytest.raises(StoreError, match="no version as old as"):
        Table.open(address, as_of=then - timedelta(days=1))


def test_a_reader_goes_on_while_the_table_is_compacted(address):
    table = Table.create(address, ABOUT)
    for start in range(0, 200, 10):  # many small files
        table.upsert(np.arange(start, start + 10), ROWS[start : start + 10], {})
    reader = TableIndex(Table.open(address))
    expected = reader.query(ROWS[7], k=5).ids.tolist()
    table.compact(kept_for=timedelta(days=1))
    assert reader.query(ROWS[7], k=5).ids.tolist() == expected
    assert len(Table.open(address).versions()) > 20
    table.compact(kept_for=timedelta(milliseconds=1))
    assert TableIndex(Table.open(address)).query(ROWS[7], k=5).ids.tolist() == expected
    assert len(table.versions()) == 1


def test_what_was_made_otherwise_is_refused_in_one_sentence(table):
    about = table.about
    about.check_embedder("e" * 64, "both")
    about.check_settings(LSH)
    with pytest.raises(StoreError, match="of the checkpoint eeeeeeeeeeee, not of ffffffffffff"):
        about.check_embedder("f" * 64, "both")
    with pytest.raises(StoreError, match="attention mode both, not off"):
        about.check_embedder("e" * 64, "off")
    with pytest.raises(StoreError, match="K 5, L 4, seed 0, not K 6, L 4, seed 0"):
        about.check_settings(LSHConfig(n_bits=6, n_tables=4))


def test_an_address_without_a_table_is_refused_in_one_sentence(address, tmp_path):
    with pytest.raises(StoreError, match=r"There is no table at .*index --to"):
        Table.open(address)
    with pytest.raises(StoreError, match="is not the address of a table"):
        Table.open(str(tmp_path))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 2}'])
def test_metadata_that_is_no_tables_is_refused(text):
    with pytest.raises(StoreError, match="import the images again"):
        About.from_text(text)


def test_calibrated_each_way_finds_what_is_wanted_and_no_row_that_isnt_near(address):
    rng = np.random.default_rng(0)
    centres = unit_rows(60, seed=2)
    rows = centres[rng.integers(0, 60, 5_000)] + 0.12 * rng.standard_normal((5_000, D))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    table = Table.create(address, About(lsh=LSHConfig(n_bits=9, n_tables=8), centre=rows.mean(0)))
    table.upsert(np.arange(5_000), rows, {})
    table.make_indexes(quantised=True)
    index = TableIndex(table)
    calibrate(index, wanted=0.9)
    vectors = Vectors.from_matrix(as_read(rows))
    others = range(3, 5_000, 250)
    found = {}
    for way in ("hamming", "keys", "rq"):
        settings = KnownNeighbours(index).least(way, 0.9) if way == "rq" else kept(index, way)
        recalls = []
        for id in others:
            truth = exact_scan(vectors.rows([id])[0], vectors, k=10, exclude=id).ids
            hits = index.query(vectors.rows([id])[0], k=10, exclude=id, settings=settings)
            recalls.append(np.isin(truth, hits.ids).mean())
        found[way] = np.mean(recalls)
    assert min(found.values()) > 0.8
    weak = HammingSearch(n_rerank=11, n_partitions=1)
    assert KnownNeighbours(index).recall(weak) < 0.8
    assert KnownNeighbours(index).recall(QuantisedSearch(n_rerank=11, n_partitions=1)) < 0.9
