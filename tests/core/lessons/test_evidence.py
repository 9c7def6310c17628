import csv
import io
import json
from types import SimpleNamespace

import numpy as np
import pytest

from core.errors import SettingError
from core.galleries import store
from core.galleries.registry import open_known
from core.index.families.hyperplanes import Hyperplanes, draw_hyperplanes
from core.index.fitting import FAMILIES
from core.index.lsh import LSHConfig, LSHIndex
from core.lessons.evidence import (
    MOST_PROBES,
    MOST_TABLES,
    Evidence,
    as_csv,
    as_json,
    gallery_keys,
    probe_order,
    verdict,
    versions,
)
from core.model.embedder import Embedder
from core.search import EmbeddedQuery, SearchConfig, build_index, find_by_name, look_up

AXES = np.array([[[1, 0], [0, 1]]], dtype=np.float32)  # one table: right or left? up or down?
ABOUT = {"title": "me", "model_digest": "model", "address": "http://here/inspect?K=2"}


def gallery_of(n):
    items = [
        SimpleNamespace(id=id, name=f"{id}.jpg", label=["even", "odd"][id % 2], digest=f"{id}")
        for id in range(n)
    ]
    return SimpleNamespace(items=items, key="mine", title="Mine", digest="gallery")


def embedded(vector, digest="stranger"):
    image = SimpleNamespace(digest=digest)
    return EmbeddedQuery(image, "both", vector, None, {})


def binary(bits):
    return int("".join("01"[int(bit)] for bit in bits), 2)


def evidence_of(vectors, query, index, *, k, n_probes, query_id=None):
    gallery, config = gallery_of(len(vectors)), SearchConfig(k=k, n_probes=n_probes)
    result = look_up(embedded(query), gallery, index, config, query_id=query_id)
    return Evidence(result, index, gallery, config)


# A gallery in the plane, worked out by hand ---------------------------------------------------


def direction(degrees):
    return np.array([np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))], dtype=np.float32)


@pytest.fixture
def compass():
    """Ask from 10° among images at 80°, 350°, 100°, 190°; only the axes cut the plane.

    Margins: cos 10° = 0.985 to the right, sin 10° = 0.174 up. The probes: the query's quadrant;
    below it (flip bit 2, the fragile one); left of it (flip bit 1); opposite (both).
    """

    def ask(k=1, n_probes=1, query=10):
        vectors = np.stack([direction(it) for it in (80, 350, 100, 190)])
        index = LSHIndex(LSHConfig(n_bits=2, n_tables=1), 2)
        index.functions = Hyperplanes(AXES)
        index.add(range(4), vectors)
        return evidence_of(vectors, direction(query), index, k=k, n_probes=n_probes)

    return ask


def test_each_image_is_read_by_the_probe_of_its_quadrant(compass):
    evidence = compass()
    assert [evidence.explain(id).least_probes for id in range(4)] == [1, 2, 3, 4]
    assert [evidence.explain(id).tables[0].differing for id in range(4)] == [(), (1,), (0,), (0, 1)]
    assert probe_order(evidence.result.code.margins[0], 0b11, 9) == {
        0b11: 1,
        0b10: 2,
        0b01: 3,
        0: 4,
    }


def test_margins_angles_and_ranks_are_those_of_the_picture(compass):
    below = compass().explain(1)  # at 350°, 20° away: nearest of all
    assert below.angle == pytest.approx(20, abs=1e-3)
    assert below.similarity == pytest.approx(np.cos(np.deg2rad(20)), abs=1e-6)
    assert (below.exact_rank, below.candidate_rank) == (1, None)
    table = below.tables[0]
    assert table.query_margins == pytest.approx([np.sin(np.deg2rad(10))])
    assert table.image_margins == pytest.approx([-np.sin(np.deg2rad(10))])
    assert table.cost == pytest.approx(np.sin(np.deg2rad(10)) ** 2)
    assert (table.probe, table.is_read) == (2, False)


def test_outcomes_and_verdicts_tell_the_four_cases_apart(compass):
    evidence = compass(k=1)  # only 80° shares the quadrant, but 350° is nearer
    assert [evidence.explain(id).outcome for id in range(4)] == ["hit", "missed", "far", "far"]
    assert [image.id for image in evidence.missed] == [1]
    told = [verdict(evidence.explain(id), 1) for id in range(4)]
    assert told[0] == (
        "It is hit 1: table 1 of 1 read its bucket, and no candidates are closer to the query."
    )
    assert "number 1 of the exact scan and was missed" in told[1]
    assert "in table 1, which came closest, bit 2 lies on the other side" in told[1]
    assert "exact rank is 3, beyond the first 1" in told[2]
    with_more = compass(k=1, n_probes=2)  # 350° is a candidate too, and takes the place
    assert [with_more.explain(id).outcome for id in range(4)] == ["outranked", "hit", "far", "far"]
    assert with_more.missed == ()
    assert verdict(with_more.explain(0), 1) == (
        "It is a candidate but no hit: table 1 of 1 read its bucket, but 1 candidate is closer, "
        "and k = 1 ends before it."
    )


def test_the_query_itself_is_left_out_and_the_verdict_says_so():
    vectors = np.stack([direction(it) for it in (10, 80)])
    index = LSHIndex(LSHConfig(n_bits=2, n_tables=1), 2)
    index.add([0, 1], vectors)
    evidence = evidence_of(vectors, vectors[0], index, k=1, n_probes=1, query_id=0)
    itself = evidence.explain(0)
    assert (itself.outcome, itself.exact_rank, itself.candidate_rank) == ("query", None, None)
    assert "left out" in verdict(itself, 1)
    assert evidence.rank(1) == 1
    with pytest.raises(SettingError, match="Id 2 is not"):
        evidence.explain(2)


# Random galleries, judged by searching again --------------------------------------------------

N, D, K, L = 300, 24, 9, 3


@pytest.fixture(scope="module")
def cloud():
    rows = np.random.default_rng(3).standard_normal((N + 1, D)).astype(np.float32)
    rows[:40] += 0.7 * rows[-1]  # some that are near the query
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def built(cloud, family, *, n_tables=L):
    config = LSHConfig(n_bits=K, n_tables=n_tables, seed=5)
    return LSHIndex.build(cloud[:N], config=config, family=family)


@pytest.fixture(scope="module", params=FAMILIES, ids=lambda family: family.manner)
def family(request):
    return request.param


@pytest.fixture(scope="module")
def evidence(cloud, family):
    return evidence_of(cloud[:N], cloud[-1], built(cloud, family), k=12, n_probes=3)


@pytest.mark.parametrize("n_tables", [1, 3, 64])
def test_more_tables_of_a_seed_begin_with_the_same_tables(n_tables):
    """One draw in the order (L, K, D): what is drawn later changes nothing drawn before."""
    few = draw_hyperplanes(n_tables=n_tables, n_bits=7, dim=33, seed=11)
    many = draw_hyperplanes(n_tables=MOST_TABLES, n_bits=7, dim=33, seed=11)
    np.testing.assert_array_equal(many[:n_tables], few)


def test_what_was_missed_is_what_the_exact_scan_has_and_the_hits_have_not(evidence):
    truth = {hit.id for hit in evidence.result.exact_hits}
    found = {hit.id for hit in evidence.result.hits}
    missed = evidence.missed
    assert 3 <= len(missed) <= 11  # else the tests below say little
    assert {image.id for image in missed} == truth - found
    assert [image.exact_rank for image in missed] == sorted(image.exact_rank for image in missed)


def test_flipping_the_bits_that_lost_it_leads_to_its_bucket(evidence):
    for image in evidence.missed:
        for it in image.tables:
            bits = evidence.result.code.bits[it.table].copy()
            assert it.differing  # else its bucket would have been the query's
            bits[list(it.differing)] ^= True
            key = binary(bits)
            assert image.id in evidence.index.bucket(it.table, key)


def test_the_least_number_of_probes_finds_it_and_one_fewer_does_not(evidence):
    for image in evidence.missed:
        code = evidence.result.code
        enough = evidence.index.candidates(code, n_probes=image.least_probes)
        too_few = evidence.index.candidates(code, n_probes=image.least_probes - 1)
        assert image.id in enough.ids
        assert image.id not in too_few.ids
        assert enough.found_by[enough.ids == image.id][0, image.nearest.table]


def test_the_least_number_of_tables_finds_it_and_one_fewer_does_not(evidence, cloud, family):
    told = [image.least_tables for image in evidence.missed]
    assert any(told)
    for image in evidence.missed:
        n = image.least_tables or MOST_TABLES + 1
        assert n > L
        for n_tables, is_found in ((n, True), (n - 1, False)):
            if n_tables <= MOST_TABLES:
                index = built(cloud, family, n_tables=n_tables)
                found = index.candidates(index.hash(cloud[-1]), n_probes=3)
                assert (image.id in found.ids) == is_found


def test_every_image_is_told_by_which_tables_the_search_found_it(evidence):
    candidates = evidence.result.candidates
    found_by = dict(zip(candidates.ids.tolist(), candidates.found_by, strict=True))
    for id in range(N):
        expected = np.flatnonzero(found_by.get(id, np.zeros(L))).tolist()
        assert list(evidence.explain(id).found_by) == expected


def test_probes_end_at_the_limit_and_so_does_the_search_for_them(cloud):
    index = LSHIndex(LSHConfig(n_bits=20, n_tables=1, seed=5), D)
    index.add(range(N), cloud[:N])
    evidence = evidence_of(cloud[:N], cloud[-1], index, k=3, n_probes=1)
    margins, key = evidence.result.code.margins[0], int(evidence.result.code.keys[0])
    assert len(probe_order(margins, key, MOST_PROBES)) == MOST_PROBES
    opposite = max(range(N), key=lambda id: len(evidence.explain(id).tables[0].differing))
    assert evidence.explain(opposite).least_probes is None


# The built-in gallery, as the app shows it --------------------------------------------------------


@pytest.fixture(scope="module")
def scenes():
    """The built-in gallery and its embeddings, which ship."""
    gallery = open_known("scenes")
    return gallery, store.load(gallery, Embedder().digest)


@pytest.mark.model
@pytest.mark.parametrize("name", ["owl/03.jpg", "train/05.jpg", "teapot/20.jpg"])
def test_what_would_bring_a_real_image_back_does_so_and_nothing_less(scenes, name):
    gallery, stored = scenes
    id = find_by_name(gallery, name)
    vectors = stored.of("both")
    query = vectors[stored.ids.tolist().index(id)]
    config = SearchConfig()

    def asked(n_tables, n_probes):
        index = build_index(stored, "both", LSHConfig(n_tables=n_tables))
        return index, index.candidates(index.hash(query), n_probes=n_probes).ids

    n_tables = LSHConfig().n_tables
    index, found = asked(n_tables, config.n_probes)
    result = look_up(embedded(query), gallery, index, config, query_id=id)
    missed = Evidence(result, index, gallery, config).missed
    assert missed
    for image in missed:
        assert image.id not in found
        for it in image.tables:  # the bits that lost it, flipped, name its bucket
            bits = result.code.bits[it.table].copy()
            bits[list(it.differing)] ^= True
            assert image.id in index.bucket(it.table, binary(bits))
        if n := image.least_probes:
            assert image.id in asked(n_tables, n)[1]
            assert image.id not in asked(n_tables, n - 1)[1]
        if n := image.least_tables:
            assert image.id in asked(n, config.n_probes)[1]
            assert image.id not in asked(n - 1, config.n_probes)[1]


# The files ------------------------------------------------------------------------------------


def test_the_json_is_enough_to_redo_the_query_by_hand(evidence):
    told = json.loads(json.dumps(as_json(evidence, **ABOUT), allow_nan=False))
    planes, query = np.array(told["hyperplanes"]), np.array(told["query"]["embedding"])
    margins = planes @ (query - np.array(told["centre"]))  # (L, K)
    np.testing.assert_allclose(margins, told["query"]["margins"], atol=1e-6)
    keys = [binary(row) for row in margins >= 0]
    assert keys == told["query"]["keys"]
    # Probes: of all 2^K sets of bits, those of the least sum of squared margins.
    read = set()
    for table in range(L):
        costs = {}
        for flips in range(2**K):
            chosen = [bool(flips >> (K - 1 - bit) & 1) for bit in range(K)]
            costs[keys[table] ^ flips] = float(np.square(margins[table])[chosen].sum())
        read |= {(table, key) for key in sorted(costs, key=costs.get)[:3]}
    assert read == {(probe["table"] - 1, probe["key"]) for probe in told["probes"]}
    # Candidates, hits and exact hits, from each image's keys and cosine.
    images = told["images"]
    found = [it["id"] for it in images if any(it["keys"][t] == key for t, key in read)]
    assert sorted(found) == sorted(told["candidates"])
    cosines = {it["id"]: it["cosine"] for it in images}
    for name, ids in (("hits", found), ("exact_hits", list(cosines))):
        best = sorted(ids, key=lambda id: (-cosines[id], id))[:12]
        assert [hit["id"] for hit in told[name]] == best
    # And the cosine itself, for whatever is explained.
    for image in told["explained"]:
        assert query @ np.array(image["embedding"]) == pytest.approx(image["similarity"], abs=1e-6)
    assert {it["id"] for it in told["explained"]} >= {*told["missed"]}
    settings = {"n_bits": K, "n_tables": L, "seed": 5, "k": 12, "n_probes": 3}
    assert told["settings"] == {"hyperplanes": evidence.index.hyperplanes.manner, **settings}
    assert (told["gallery"]["digest"], told["model"]["digest"]) == ("gallery", "model")
    assert told["versions"].keys() == {"hashlight", "python", "numpy", "torch"}


def test_numbers_in_the_json_are_read_back_as_they_were(evidence):
    told = json.loads(json.dumps(as_json(evidence, **ABOUT)))
    planes = np.array(told["hyperplanes"], dtype=np.float32)
    np.testing.assert_array_equal(planes, evidence.index.hyperplanes.normals)


def test_the_csv_has_one_row_per_candidate_and_neighbour(evidence):
    rows = list(csv.DictReader(io.StringIO(as_csv(evidence, **ABOUT, others=[7]))))
    ids = [int(row["id"]) for row in rows]
    truth = {hit.id for hit in evidence.result.exact_hits}
    assert len(ids) == len(set(ids))
    assert set(ids) == {*evidence.reranked.ids.tolist(), *truth, 7}
    ranks = [int(row["exact_rank"]) for row in rows]
    assert ranks == sorted(ranks)
    outcomes = {int(row["id"]): row["outcome"] for row in rows}
    assert {id for id, it in outcomes.items() if it == "missed"} == {
        it.id for it in evidence.missed
    }
    assert {(row["address"], row["seed"], row["model_digest"]) for row in rows} == {
        ("http://here/inspect?K=2", "5", "model")
    }
    assert {name: rows[0][name] for name in versions()} == versions()


def test_keys_read_off_the_buckets_are_the_keys_of_the_embeddings(evidence, cloud):
    keys = gallery_keys(evidence.index)
    for id in (0, 17, N - 1):
        assert keys[id] == evidence.index.hash(cloud[id]).keys.tolist()


def test_a_gallery_of_only_the_query_has_evidence_without_any_image(cloud):
    index = LSHIndex(LSHConfig(n_bits=2, n_tables=1), D)
    index.add([0], cloud[:1])
    evidence = evidence_of(cloud[:1], cloud[0], index, k=5, n_probes=1, query_id=0)
    assert evidence.missed == ()
    told = as_json(evidence, **ABOUT)
    assert [(it["id"], it["cosine"]) for it in told["images"]] == [(0, None)]
    assert list(csv.DictReader(io.StringIO(as_csv(evidence, **ABOUT)))) == []
