import json
from dataclasses import asdict, replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from core import search as search_module
from core.engine.buckets import BucketIndex
from core.engine.kernels import readable
from core.errors import GalleryError, ImageError, SettingError
from core.galleries.folder import open_folder
from core.galleries.store import StoredGallery, load_or_build
from core.images import decode
from core.index.families.hyperplanes import Hyperplanes
from core.index.fitting import Fitting, fit
from core.index.lsh import LSHConfig
from core.index.reading import N_STEPS, ReadingRule
from core.model.attention import ATTENTION_MODES
from core.model.preprocess import preprocess
from core.search import (
    STAGES,
    EmbeddedQuery,
    SearchConfig,
    build_index,
    embed_query,
    find_by_digest,
    find_by_name,
    look_up,
    relevance,
    search,
)


@pytest.fixture(scope="module")
def stored(gallery, embedder, tmp_path_factory):
    return load_or_build(gallery, embedder, home=tmp_path_factory.mktemp("stored"))


@pytest.fixture(scope="module")
def stranger(picture, png):
    """The file of an image that is not in the gallery."""
    return png(picture(99))


FEW_BITS = LSHConfig(n_bits=2, n_tables=3, seed=1)


# The whole way ----------------------------------------------------------------------------


@pytest.mark.parametrize("attention", ATTENTION_MODES)
def test_a_search_is_its_steps_one_after_another(gallery, embedder, stored, stranger, attention):
    result = search(
        stranger,
        embedder=embedder,
        gallery=gallery,
        stored=stored,
        attention=attention,
        lsh=FEW_BITS,
        config=SearchConfig(k=5, n_probes=2),
    )
    image = preprocess(decode(stranger).pixels, embedder.preprocess)
    mode = ATTENTION_MODES.index(attention)
    query = embedder.embed([image])[0, mode]
    np.testing.assert_allclose(result.query.embedding, query, atol=1e-5)
    # The exact scan, by hand: the cosines of this mode, best first.
    cosines = stored.embeddings[mode] @ result.query.embedding
    best = np.argsort(-cosines)[:5]
    assert [hit.id for hit in result.exact_hits] == best.tolist()
    np.testing.assert_allclose([h.similarity for h in result.exact_hits], cosines[best], rtol=1e-5)
    # The hits: the same ranking among the candidates only.
    candidates = result.candidates.ids
    expected = sorted(candidates, key=lambda id: -cosines[id])[:5]
    assert [hit.id for hit in result.hits] == expected
    assert [hit.rank for hit in result.hits] == list(range(1, len(expected) + 1))
    # The candidates: whoever shares one of the two probed keys in one of the three tables.
    family = fit(stored.of(attention), **asdict(FEW_BITS)).family
    planes = build_index(stored, attention, FEW_BITS, family).hyperplanes
    ours = planes.normals @ (result.query.embedding - planes.centre)
    theirs = planes.normals @ (stored.embeddings[mode] - planes.centre).T
    differing = ((ours >= 0)[..., None] != (theirs >= 0)).sum(axis=1)  # (L, N)
    fragile = np.abs(ours).argmin(axis=1)  # the second probe flips this bit
    tables = zip(theirs, ours, fragile, strict=True)
    flipped = np.array([(t[f] >= 0) != (o[f] >= 0) for t, o, f in tables])
    found = (differing == 0) | ((differing == 1) & flipped)
    assert candidates.tolist() == np.flatnonzero(found.any(axis=0)).tolist()


def test_a_hit_carries_what_the_gallery_says_of_it(gallery, embedder, stored, stranger):
    result = search(stranger, embedder=embedder, gallery=gallery, stored=stored)
    for hit in (*result.hits, *result.exact_hits):
        assert hit.name == gallery.items[hit.id].name
        assert hit.label == gallery.items[hit.id].label
        assert hit.relevant is None
    assert result.query_id is result.query_label is None
    assert result.n_gallery == 20


def test_all_stages_are_timed(gallery, embedder, stored, stranger):
    result = search(stranger, embedder=embedder, gallery=gallery, stored=stored)
    assert tuple(result.seconds) == STAGES
    assert all(seconds > 0 for seconds in result.seconds.values())


def test_a_query_keeps_its_gates(embedder, stranger):
    both = embed_query(stranger, embedder)
    assert both.attention == "both"
    assert both.forward.maps.channel.gate.shape == (1, 2048, 1, 1)
    assert both.spatial_gate.shape == (2, 2)
    assert np.linalg.norm(both.embedding) == pytest.approx(1)
    channel = embed_query(stranger, embedder, attention="channel")
    assert torch.equal(channel.forward.maps.channel.gate, both.forward.maps.channel.gate)
    assert channel.spatial_gate is None
    spatial = embed_query(stranger, embedder, attention="spatial")
    assert spatial.forward.maps.channel is None


def test_the_index_holds_the_embeddings_of_its_attention_mode(stored):
    for i, mode in enumerate(ATTENTION_MODES):
        index = build_index(stored, mode, FEW_BITS)
        assert np.array_equal(index.vectors.matrix, stored.embeddings[i])
        assert index.config == FEW_BITS
    assert not np.allclose(stored.of("off"), stored.of("both"), atol=1e-3)


def test_what_nobody_has_set_fits_the_gallery(gallery, embedder, stored, stranger):
    fitting = fit(stored.of("both"))
    index = build_index(stored)
    assert index.config == fitting.lsh
    assert type(index.hyperplanes) is fitting.family
    query = embed_query(stranger, embedder)
    steps = look_up(query, gallery, index, fitting=fitting)
    at_once = search(stranger, embedder=embedder, gallery=gallery, stored=stored)
    assert steps.hits == at_once.hits
    assert steps.n_probes == at_once.n_probes
    assert len(steps.hits) == SearchConfig().k


def test_bytes_that_are_no_image_are_one_sentence(gallery, embedder, stored):
    with pytest.raises(ImageError, match=r"^The image .*\.$"):
        search(b"text", embedder=embedder, gallery=gallery, stored=stored)


# A gallery of five embeddings, so that all is known by hand ---------------------------------

ANGLES = {"north": 90, "north-east": 50, "east": 0, "east again": 3, "south": 270}
LABELS = ("up", "up", "side", "side", None)


class Compass:
    """Five images whose embeddings are directions in the plane."""

    key, title = "compass", "Compass"

    def __init__(self):
        self.items = [
            SimpleNamespace(id=id, name=name, label=label, digest=f"digest of {name}")
            for id, (name, label) in enumerate(zip(ANGLES, LABELS, strict=True))
        ]


def direction(degrees):
    return np.array([np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))], np.float32)


def towards(degrees, digest="of nobody"):
    """A query that was embedded as this direction."""
    image = SimpleNamespace(digest=digest)
    return EmbeddedQuery(image, "both", direction(degrees), None, {"embed": 0.1})


@pytest.fixture
def compass():
    return Compass()


@pytest.fixture
def index():
    """One table whose two hyperplanes are the axes: four buckets, one for each quadrant."""
    embeddings = np.stack([direction(degrees) for degrees in ANGLES.values()])
    one = StoredGallery("g", "e", ("both",), np.arange(5), embeddings[None], {})
    index = build_index(one, "both", LSHConfig(n_bits=2, n_tables=1))
    index.remove(one.ids)
    index.functions = Hyperplanes(np.eye(2, dtype=np.float32)[None])  # (1, 2, 2)
    index.add(one.ids, embeddings)
    return index


def ids(hits):
    return [hit.id for hit in hits]


def test_recall_and_ratio_of_a_query_that_was_worked_out_by_hand(compass, index):
    index.remove([0])  # at 90°, on the border of the first quadrant, which holds 1, 2 and 3
    result = look_up(towards(20), compass, index, SearchConfig(k=4, n_probes=1))
    assert ids(result.hits) == [3, 2, 1]
    assert ids(result.exact_hits) == [3, 2, 1, 4]
    assert [hit.rank for hit in result.hits] == [1, 2, 3]
    assert result.hits[0].similarity == pytest.approx(np.cos(np.deg2rad(17)))
    assert result.neighbour_recall == 3 / 4
    assert result.n_candidates == 3
    assert result.n_gallery == 4
    assert result.candidate_ratio == 3 / 4


def test_a_second_probe_reads_the_quadrant_beyond_the_nearer_axis(compass, index):
    index.remove([0, 2, 4])  # those on the borders
    index.add([0, 4], [direction(160), direction(350)])
    # 100° is in the second quadrant with 160°; 10° away begins the first one, 80° the third.
    found = [
        look_up(towards(100), compass, index, SearchConfig(k=1, n_probes=n)).candidates.ids.tolist()
        for n in (1, 2, 3, 4)
    ]
    assert found == [[0], [0, 1, 3], [0, 1, 3], [0, 1, 3, 4]]


def test_no_candidates_mean_no_hits_and_no_recall(compass, index):
    index.remove([4])  # on the border of the third quadrant, where 200° is
    result = look_up(towards(200), compass, index, SearchConfig(k=3, n_probes=1))
    assert result.hits == ()
    assert len(result.exact_hits) == 3
    assert result.n_candidates == 0
    assert result.candidate_ratio == 0
    assert result.neighbour_recall == 0


def test_a_gallery_image_is_no_hit_of_its_own(compass, index):
    for result in (
        look_up(towards(0), compass, index, SearchConfig(k=5), query_id=2),
        look_up(towards(0, digest="digest of east"), compass, index, SearchConfig(k=5)),
    ):
        assert result.query_id == 2
        assert result.query_label == "side"
        assert 2 not in ids(result.hits) + ids(result.exact_hits)
        assert len(result.exact_hits) == 4
        assert result.n_gallery == 4
        assert 2 in result.candidates.ids
        assert result.n_candidates == len(result.candidates.ids) - 1


def test_relevant_is_who_has_the_querys_label(compass, index):
    result = look_up(towards(0), compass, index, SearchConfig(k=5, n_probes=1), query_id=2)
    relevant = {hit.id: hit.relevant for hit in result.exact_hits}
    assert relevant == {0: False, 1: False, 3: True, 4: None}
    unlabelled = look_up(towards(270), compass, index, SearchConfig(k=5, n_probes=1), query_id=4)
    assert {hit.relevant for hit in unlabelled.exact_hits} == {None}


def test_however_often_it_is_timed_the_embedding_is_checked_once(compass, index, monkeypatch):
    calls = []

    def counted(name):
        function = getattr(search_module, name)

        def count(*args, **settings):
            calls.append(name)
            return function(*args, **settings)

        monkeypatch.setattr(search_module, name, count)

    for name in ("unit_vector", "rerank", "exact_scan"):
        counted(name)
    refused = []
    monkeypatch.setattr("core.index.vectors.checked_embeddings", refused.append)
    once = look_up(towards(20), compass, index, SearchConfig())
    thrice = look_up(towards(20), compass, index, SearchConfig(), repeats=3)
    assert calls == [
        "unit_vector",
        "rerank",
        "exact_scan",
        "unit_vector",
        *3 * ["rerank"],
        *3 * ["exact_scan"],
    ]
    assert (once.hits, once.exact_hits) == (thrice.hits, thrice.exact_hits)
    assert not refused


def test_every_run_of_a_stage_is_kept(monkeypatch):
    clock = iter([0, 5, 10, 12, 20, 29])
    monkeypatch.setattr(search_module, "perf_counter", lambda: next(clock))
    watch = search_module.Stopwatch()
    for _ in range(3):
        with watch.time("hash"):
            pass
    assert watch.runs == {"hash": (5, 2, 9)}


def test_the_time_of_a_stage_is_the_median_of_its_runs(compass, index):
    result = look_up(towards(20), compass, index)
    runs = {"hash": (1, 2, 9), "probe": (1, 1, 1), "rerank": (5, 0, 0), "exact scan": (4, 6, 5)}
    result = replace(result, runs=runs)
    assert result.seconds == {"hash": 2, "probe": 1, "rerank": 0, "exact scan": 5}
    assert result.look_up_runs == (7, 3, 10)
    assert result.look_up_seconds == 7


# What the answer says of itself -------------------------------------------------------------


def fitting_of(needed, familiar_from=-1.0):
    rule = ReadingRule(np.full(N_STEPS, needed, np.int32))
    lsh = LSHConfig(n_bits=2, n_tables=1)
    judged = {"typical_probes": 1, "recall": 1.0, "ratio": 0.5, "familiar_from": familiar_from}
    return Fitting(Hyperplanes, lsh, rule, **judged)


def test_fewer_hits_than_the_gallery_could_give_are_explained(compass, index):
    index.remove([0])
    short = look_up(towards(20), compass, index, SearchConfig(k=9, n_probes=1))
    assert short.shortfall == (
        "LSH found only 3 hits of 4: the buckets that it read, 1 in each table, hold no more "
        "images. Take fewer bits, more tables or more probes."
    )
    assert look_up(towards(20), compass, index, SearchConfig(k=3, n_probes=1)).shortfall is None
    assert look_up(towards(20), compass, index, SearchConfig(k=9, n_probes=4)).shortfall is None


def test_by_a_rule_a_query_reads_until_the_gallery_can_give_no_more(compass, index):
    index.remove([0])  # three are left in the quadrant of 20°, and one in that across
    for k, n_probes in ((1, 1), (3, 1), (4, 4), (9, 4)):
        config = SearchConfig(k=k, n_probes=fitting_of(1).rule)
        result = look_up(towards(20), compass, index, config)
        assert len(result.hits) == min(k, 4)
        assert result.n_probes == n_probes
        assert result.shortfall is None


def test_a_query_that_nothing_resembles_is_said_to_be_strange(compass, index):
    index.remove([1, 4])  # north, and east with east again 3° beside it

    def asked(degrees, **settings):
        return look_up(towards(degrees), compass, index, **settings)

    fitting = fitting_of(1, familiar_from=0.9)
    assert asked(340, fitting=fitting).strangeness is None  # cos 20° is 0.94
    assert asked(330, fitting=fitting).strangeness == (
        "Nothing in this gallery is much like this image: its nearest has a similarity of 0.87, "
        "while 99 in 100 images of the gallery have a neighbour of 0.90 or more."
    )
    assert asked(330).strangeness is None  # nobody knows


def test_the_engine_is_timed_and_the_hits_are_those_of_the_index(compass, index):
    engine = BucketIndex.build(
        index.vectors.matrix,
        index.vectors.ids,
        config=index.config,
        family=Hyperplanes,
        kernels=readable,
    )
    plain = look_up(towards(20), compass, index, repeats=3)
    timed = look_up(towards(20), compass, index, repeats=3, engine=engine)
    assert (timed.by_engine, plain.by_engine) == (True, False)
    assert (timed.hits, timed.exact_hits) == (plain.hits, plain.exact_hits)
    assert {stage: len(runs) for stage, runs in timed.runs.items()} == {
        "embed": 1,
        "hash": 3,
        "probe and rerank": 3,
        "exact scan": 3,
    }
    assert len(timed.look_up_runs) == 3


def test_labels_agree_or_not_or_nobody_knows():
    assert relevance("cat", "cat") is True
    assert relevance("cat", "dog") is False
    assert relevance("cat", None) is relevance(None, "cat") is relevance(None, None) is None


def test_a_query_that_could_not_be_embedded_for_the_gallery_can_still_be_asked(compass, index):
    index.remove([2])  # as an image that the store left out
    result = look_up(towards(0, digest="digest of east"), compass, index, SearchConfig())
    assert result.query_id == 2
    assert result.n_gallery == 4
    assert result.n_candidates == len(result.candidates.ids)


def test_a_gallery_of_only_the_query_has_no_hits(compass, index):
    index.remove([0, 1, 3, 4])
    result = look_up(towards(0), compass, index, SearchConfig(), query_id=2)
    assert result.hits == result.exact_hits == ()
    assert (result.n_gallery, result.candidate_ratio, result.neighbour_recall) == (0, 0.0, 1.0)


@pytest.mark.parametrize("name", ["k", "n_probes"])
def test_numbers_out_of_range_are_one_sentence(name):
    with pytest.raises(SettingError, match=rf"^{name} is 0; .*\.$"):
        SearchConfig(**{name: 0})


# Finding images ---------------------------------------------------------------------------


def test_an_uploaded_gallery_image_is_known_by_its_bytes(gallery, embedder, stored):
    result = search(gallery.read(7), embedder=embedder, gallery=gallery, stored=stored)
    assert result.query_id == 7
    assert 7 not in ids(result.hits) + ids(result.exact_hits)
    assert result.query_label == gallery.items[7].label
    assert result.candidates.found_by[result.candidates.ids == 7].all()  # in its own buckets


def test_of_equal_files_the_first_is_the_query(tmp_path, gallery):
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(gallery.read(0))
    twins = open_folder(tmp_path)
    assert find_by_digest(twins, twins.items[1].digest) == 0
    assert find_by_digest(twins, "0" * 64) is None


def test_an_image_is_found_by_its_name(gallery):
    assert find_by_name(gallery, gallery.items[3].name) == 3
    with pytest.raises(GalleryError, match=r"no image named 'x'; its first is 'blue/0\.png'\.$"):
        find_by_name(gallery, "x")


def test_hits_are_plain_numbers_that_json_takes(gallery, embedder, stored, stranger):
    result = search(stranger, embedder=embedder, gallery=gallery, stored=stored)
    hit = result.exact_hits[0]
    json.dumps([hit.id, hit.rank, hit.similarity, result.candidate_ratio, result.neighbour_recall])
    assert replace(hit, rank=2).rank == 2


def test_copies_of_the_query_are_no_hits_and_lend_it_no_label(tmp_path, gallery, embedder):
    for name, id in (("buses/a.png", 0), ("flowers/b.png", 0), ("buses/c.png", 1)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(gallery.read(id))
    own = open_folder(tmp_path)
    stored = load_or_build(own, embedder, home=tmp_path / "home")
    names = {item.name: item.id for item in own.items}
    upload = search(gallery.read(0), embedder=embedder, gallery=own, stored=stored)
    assert [hit.name for hit in upload.exact_hits] == ["buses/c.png"]
    assert upload.query_label is None  # the file lies in two classes
    assert (upload.n_gallery, upload.own_ids) == (1, (names["buses/a.png"], names["flowers/b.png"]))
    chosen = search(
        gallery.read(0),
        embedder=embedder,
        gallery=own,
        stored=stored,
        query_id=names["flowers/b.png"],
    )
    assert [hit.name for hit in chosen.exact_hits] == ["buses/c.png"]
    assert chosen.query_label == "flowers"
    assert chosen.copies == (names["buses/a.png"],)
