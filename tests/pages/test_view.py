from dataclasses import replace

import pytest

from core.index.families.hyperplanes import Hyperplanes
from core.index.lsh import LSHConfig
from core.search import SearchConfig
from pages.ui.view import RANGES, View, parse


def test_an_empty_address_is_the_default_view_and_the_other_way_round():
    assert parse({}) == View()
    assert View().params() == {}


def test_k_and_the_seed_start_with_the_defaults_of_the_core():
    assert View().seed == LSHConfig().seed
    assert View().k == SearchConfig().k


def test_what_was_chosen_for_the_gallery_is_not_in_the_address_until_a_hand_takes_over():
    settled = View(K=9, L=16, probes=3, fitted=frozenset({"K", "L", "probes"}))
    assert settled.params() == {}
    by_hand = parse({"L": "5"}).chosen({"K": 9, "probes": 3})
    assert by_hand.params() == {"L": "5"}
    assert by_hand.with_query("sample", "china").params()["L"] == "5"


def test_reading_back_an_address_gives_the_view_that_wrote_it():
    view = View(
        gallery="corel1k",
        source="image",
        name="buses/ünïcode & more.jpg",
        hyperplanes="leaning",
        K=3,
        L=5,
        seed=7,
        probes=4,
        k=20,
        attention="spatial",
        features="colour",
    )
    assert parse(view.params()) == view


def test_an_address_names_the_gallery_of_its_query_and_only_what_is_not_default():
    view = View(source="image", name="owl/03.jpg", K=9)
    assert view.params() == {"gallery": "scenes", "image": "owl/03.jpg", "K": "9"}


@pytest.mark.parametrize("name", RANGES)
@pytest.mark.parametrize("value", ["", "abc", "-1", "1e3", "2.5", "9" * 5_000, "٣", "²", "None"])
def test_a_number_that_makes_no_sense_is_ignored(name, value):
    assert parse({name: value}) == View()


@pytest.mark.parametrize("name", RANGES)
def test_a_number_counts_to_the_ends_of_its_range_and_no_further(name):
    low, high = RANGES[name]
    assert getattr(parse({name: str(low)}), name) == low
    assert getattr(parse({name: str(high)}), name) == high
    assert parse({name: str(high + 1)}) == View()


def test_every_value_in_range_is_one_that_the_core_accepts():
    ends = zip(*RANGES.values(), strict=True)
    for values in ends:
        view = View(**dict(zip(RANGES, values, strict=True)))
        assert (view.lsh.n_bits, view.search.k) == (view.K, view.k)  # no SettingError


def test_what_teaches_the_papers_theory_has_its_hyperplanes_and_forgets_no_others():
    for manner in ("", "leaning", "uniform"):
        view = replace(View(K=9, L=16, hyperplanes=manner), teaches=True)
        assert view.built[1] is Hyperplanes
        assert view.params().get("hyperplanes", "") == manner


def test_unknown_parameters_and_attention_modes_are_ignored():
    nonsense = {
        "hyperplanes": "curved",
        "attention": "sideways",
        "features": "smell",
        "utm_source": "x",
        "K[]": "3",
    }
    assert parse(nonsense) == View()


def test_a_new_gallery_keeps_a_sample_but_not_an_image_of_the_old_one():
    image = View(source="image", name="1.jpg", K=5).with_gallery("corel1k")
    assert image == View(gallery="corel1k", K=5)
    sample = View(source="sample", name="china").with_gallery("corel1k")
    assert sample == View(gallery="corel1k", source="sample", name="china")
