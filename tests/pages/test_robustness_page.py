from functools import partial

import numpy as np
import pytest

from core.evaluation.robustness import Alteration
from core.index.families.hyperplanes import draw_hyperplanes, hash_code
from core.model.embedder import Embedder
from pages.parts.robustness import playground
from pages.ui import resources
from pages.ui.resources import model

RED = {"gallery": "scenes", "image": "red/1.jpg"}


@pytest.fixture
def open_page(open_app):
    """Open the page with these parameters in its address."""
    return partial(open_app, "pages/robustness.py")


@pytest.fixture
def passes(monkeypatch):
    """A list that grows by one with every picture that goes through the network."""
    seen = []
    plain_embed = Embedder.embed

    def embed(self, batch):
        seen.extend(batch)
        return plain_embed(self, batch)

    resources.embedder()
    model._altered.clear()
    monkeypatch.setattr(Embedder, "embed", embed)
    return seen


def metrics(page):
    return {metric.label: metric.value for metric in page.metric}


def test_without_a_choice_the_page_shows_the_first_image_and_says_so(open_page):
    page = open_page()
    assert not page.exception
    assert any("gallery's first: blue/0" in it.value for it in page.caption)
    assert metrics(page)["Bits flipped"] == "0 of 96"
    assert metrics(page)["Top 10 still found"] == "100%"


def test_the_numbers_are_those_of_the_code_of_the_changed_picture(open_page, small_gallery):
    page = open_page(**RED, rotate="30", blur="2", K="8", L="4")
    red = next(item.id for item in small_gallery.items if item.name == "red/1.jpg")
    planes = draw_hyperplanes(n_tables=4, n_bits=8, dim=256, seed=0)
    before, after = (
        hash_code(
            resources.altered_embedding(small_gallery.read(red), by, "both", max_side=384), planes
        )
        for by in (Alteration(), Alteration(rotate=30.0, blur=2.0))
    )
    flips = int((before.bits != after.bits).sum())
    assert flips > 0
    assert metrics(page)["Bits flipped"] == f"{flips} of 32"
    assert metrics(page)["Buckets kept"] == f"{int((before.keys == after.keys).sum())} of 4"


@pytest.mark.parametrize("attention", ["both", "off"])
def test_the_unchanged_picture_is_the_query_of_a_search(small_gallery, attention):
    data = small_gallery.read(3)
    searched = resources.embedded_query(data, attention).embedding
    found = resources.altered_embedding(data, Alteration(), attention, max_side=playground.SIDE)
    np.testing.assert_allclose(found, searched, atol=1e-5)


def test_a_step_of_a_slider_is_one_pass_and_going_back_none(open_page, passes):
    page = open_page(**RED)
    del passes[:]
    page.slider(key="slider-rotate").set_value(45.0).run()
    assert len(passes) == 1
    assert page.query_params["rotate"] == "45"
    page.slider(key="slider-rotate").set_value(0.0).run()
    assert len(passes) == 1
    assert "rotate" not in page.query_params


def test_the_curve_is_measured_only_when_it_is_asked_for(open_page, passes):
    page = open_page(**RED)
    del passes[:]
    page.button_group(key="curve").set_value("blur").run()
    assert not page.exception
    assert page.query_params["curve"] == "blur"
    assert len(passes) == 7
    page.slider(key="K").set_value(6).run()  # another index, the same embeddings
    assert len(passes) == 7


def test_a_guess_gets_its_answer_whatever_the_sliders_say_later(open_page):
    page = open_page(**RED)
    page.slider(key="guess-bits").set_value(40).run()
    next(button for button in page.button if button.label == "Turn it and see").click().run()
    assert (page.query_params["guess"], page.query_params["rotate"]) == ("40", "30")
    answered = metrics(page)
    assert answered["Your guess"] == "40 bits"
    assert answered["Bits flipped"] == f"{answered['Measured'].split()[0]} of 96"
    page.slider(key="slider-noise").set_value(80.0).run()
    assert metrics(page)["Measured"] == answered["Measured"]
    assert metrics(page)["Bits flipped"] != answered["Bits flipped"]


def test_nonsense_in_the_address_changes_nothing(open_page):
    odd = {"rotate": "much", "crop": "nan", "blur": "-1", "noise": "1e9", "scale": "inf"}
    page = open_page(**RED, **odd, ranks="luck", curve="hope", guess="97")
    assert not page.exception
    assert metrics(page)["Bits flipped"] == "0 of 96"
    assert "Your guess" not in metrics(page)


def test_every_change_is_a_slider_whose_curve_stays_within_it():
    assert {knob.name for knob in playground.KNOBS} == set(Alteration.__slots__)
    for knob in playground.KNOBS:
        low, high = knob.limits
        assert low <= knob.start <= high
        assert all(low <= it <= high for it in knob.strengths)
        assert 5 <= len(knob.strengths) <= 7


def test_more_hits_than_candidates_and_no_attention_are_no_error(open_page):
    page = open_page(**RED, K="24", L="1", probes="1", k="50", attention="off", noise="80")
    assert not page.exception
    assert list(page.error) == []
    assert any(it.value.endswith("hits for 50 places.") for it in page.caption)


def test_an_unknown_image_gets_one_sentence(open_page):
    page = open_page(gallery="scenes", image="green/1.jpg")
    assert not page.exception
    assert ["no image named" in error.value for error in page.error] == [True]
