"""The chain from a switch of CBAM to the hits, on a small network and twenty pictures."""

import math

import numpy as np
import pytest

from core.errors import SettingError
from core.galleries.store import load_or_build
from core.index.lsh import LSHConfig
from core.lessons.ablation_path import PATH, ablation_path, ranks_by_id
from core.model.attention import ATTENTION_MODES
from core.search import SearchConfig, build_index, embed_query, look_up, search

QUERY = 7
CONFIG = SearchConfig(k=5, n_probes=3)


@pytest.fixture(scope="module")
def stored(gallery, embedder, tmp_path_factory):
    return load_or_build(gallery, embedder, home=tmp_path_factory.mktemp("stored"), shipped=())


@pytest.fixture(scope="module")
def results(gallery, embedder, stored):
    """One index and one embedding per mode, as the page has them."""
    data, lsh = gallery.read(QUERY), LSHConfig(n_bits=6, n_tables=4, seed=3)
    return {
        mode: look_up(
            embed_query(data, embedder, attention=mode),
            gallery,
            build_index(stored, mode, lsh),
            CONFIG,
            query_id=QUERY,
        )
        for mode in ATTENTION_MODES
    }


@pytest.fixture(scope="module")
def steps(results):
    return ablation_path(results)


def test_each_step_is_the_search_with_that_switch(steps, gallery, embedder, stored):
    for step in steps:
        alone = search(
            gallery.read(QUERY),
            embedder=embedder,
            gallery=gallery,
            stored=stored,
            attention=step.attention,
            lsh=LSHConfig(n_bits=6, n_tables=4, seed=3),
            config=CONFIG,
        )
        assert alone.hits == step.result.hits
        assert np.array_equal(alone.code.bits, step.result.code.bits)


def test_the_first_step_is_the_reference_and_changes_nothing(steps):
    assert tuple(step.attention for step in steps) == PATH
    first = steps[0]
    assert first.degrees == pytest.approx(0, abs=0.1)
    assert (first.n_flipped, first.key_kept.all(), first.hits_kept) == (0, True, 1.0)


def test_angles_and_expected_flips_are_those_of_the_embeddings(steps):
    for step in steps:
        e, f = step.reference.query.embedding, step.result.query.embedding
        degrees = math.degrees(2 * math.asin(np.linalg.norm(e - f) / 2))  # of a chord
        assert step.degrees == pytest.approx(degrees, abs=0.1)
        assert step.expected_flips == pytest.approx(24 * degrees / 180, abs=0.05)


def test_a_bit_flips_exactly_where_its_margin_changes_sign_and_then_the_bucket_is_left(steps):
    for step in steps:
        signs = step.reference.code.margins * step.result.code.margins < 0
        assert np.array_equal(step.flipped, signs)
        assert step.n_flipped == signs.sum()
        assert np.array_equal(step.key_kept, ~signs.any(axis=1))


def test_every_hit_of_every_step_is_followed_by_its_rank(steps):
    ranks = ranks_by_id(steps)
    for column, step in enumerate(steps):
        found = {id: places[column] for id, places in ranks.items() if places[column]}
        assert found == {hit.id: hit.rank for hit in step.result.hits}
    first = [hit.id for hit in steps[0].result.hits]
    assert list(ranks)[: len(first)] == first


def test_hits_kept_is_the_share_of_the_references_hits(steps):
    for step in steps:
        before, after = ({hit.id for hit in it.hits} for it in (step.reference, step.result))
        assert step.hits_kept == pytest.approx(len(before & after) / len(before))


def test_without_a_reference_or_with_another_index_there_is_nothing_to_compare(
    results, gallery, stored
):
    with pytest.raises(SettingError, match="'both'"):
        ablation_path({"off": results["off"]})
    other = build_index(stored, "off", LSHConfig(n_bits=5, n_tables=4))
    with pytest.raises(SettingError, match="one index setting"):
        ablation_path(results | {"off": look_up(results["off"].query, gallery, other, CONFIG)})
