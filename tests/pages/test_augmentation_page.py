from functools import partial

import numpy as np
import pytest

from core.images import decode
from core.model import augment
from core.model.preprocess import squash
from pages.parts.augmentation import playground
from pages.ui import resources, samples
from pages.ui.resources import model
from pages.ui.view import View

RED = {"gallery": "scenes", "image": "red/1.jpg"}
STRENGTHS = {
    "strength-Scaling-Factor": 0.5,
    "strength-Rotation-Angle": -20.0,
    "strength-Cropping-Share of each side that is kept": 0.5,
    "strength-Noise-Standard deviation": 30.0,
    "strength-Colour contrast-Blue": 2.0,
}


@pytest.fixture
def pictures(monkeypatch):
    """The pixels that the page shows, by what it calls them."""
    seen = {}
    monkeypatch.setattr(playground, "_picture", lambda pixels, alt: seen.update({alt: pixels}))
    return seen


@pytest.fixture
def open_page(open_app):
    """Open the page with these parameters in its address."""
    return partial(open_app, "pages/augmentation.py")


def draws(pictures):
    return [pixels for name, pixels in pictures.items() if name.startswith("Random")]


def test_without_a_choice_the_page_shows_a_sample(open_page, pictures):
    page = open_page()
    assert not page.exception
    assert "Before: A Chinese palace, a photograph that comes with scikit-learn" in pictures
    assert len(draws(pictures)) == playground.N_DRAWS


def test_a_sample_needs_no_gallery(open_page, pictures, monkeypatch):
    monkeypatch.delenv("HASHLIGHT_DATA", raising=False)  # so Corel-1k is not here
    page = open_page(gallery="corel1k", sample="flower")
    assert not page.exception
    assert any("dahlia" in alt for alt in pictures)


def test_each_slider_changes_its_own_picture_and_no_other(open_page, pictures):
    page = open_page(**RED)
    for key, value in STRENGTHS.items():
        before = dict(pictures)
        page.slider(key=key).set_value(value).run()
        name = f"After {key.split('-')[1].lower()}"
        changed = {alt for alt in pictures if not np.array_equal(pictures[alt], before[alt])}
        assert changed == {name}
    assert not page.exception


def test_the_pictures_are_what_the_core_makes_of_the_file(open_page, pictures, small_gallery):
    page = open_page(**RED)
    page.slider(key="strength-Rotation-Angle").set_value(-20.0).run()
    red = next(item.id for item in small_gallery.items if item.name == "red/1.jpg")
    pixels = decode(small_gallery.read(red)).pixels
    assert np.array_equal(pictures["Before: red/1.jpg"], pixels)
    assert np.array_equal(pictures["After rotation"], augment.rotate(pixels, -20))
    assert np.array_equal(pictures["After scaling"], augment.scale(pixels, 1.25))
    expected = [
        squash(augment.augment(pixels, np.random.default_rng([0, number])), 192)
        for number in range(playground.N_DRAWS)
    ]
    assert np.array_equal(draws(pictures), expected)


def test_only_a_strength_beyond_the_training_range_is_marked_as_such(open_page):
    page = open_page(**RED)

    def marked():
        return [it.value for it in page.caption if "further than it goes" in it.value]

    assert marked() == []
    page.slider(key="strength-Scaling-Factor").set_value(1.3).run()
    assert ["×0.80 to ×1.25" in line for line in marked()] == [True]


def test_strengths_go_to_the_address_a_link_brings_them_back_and_nonsense_is_ignored(
    open_page, pictures
):
    page = open_page(**RED)
    page.slider(key="strength-Scaling-Factor").set_value(0.55).run()
    page.slider(key="strength-Colour contrast-Blue").set_value(2.0).run()
    values = {name: page.query_params[name] for name in ("scale", "blue")}  # a list where written
    kept = {name: it if isinstance(it, str) else it[-1] for name, it in values.items()}
    assert kept == {"scale": "0.55", "blue": "2"}
    before = dict(pictures)
    again = open_page(**RED, **kept)
    assert again.slider(key="strength-Scaling-Factor").value == 0.55
    assert all(np.array_equal(pictures[alt], before[alt]) for alt in pictures)
    odd = open_page(**RED, scale="nan", turn="900", crop="", noise="x", blue="-1")
    assert not odd.exception
    assert [it.value for it in odd.slider if it.key.startswith("strength")] == [
        knob.start for change in playground.CHANGES for knob in change.knobs
    ]


def test_a_guess_is_answered_by_the_network(open_page):
    page = open_page(sample="china")
    assert not page.success
    assert not page.info
    names = [change.name for change in playground.CHANGES]
    right = []
    for name in names:
        page.radio(key="guess-change").set_value(name).run()
        right += [name] if page.success else []
        told = (*page.success, *page.info)
        assert [all(f"{it} " in line.value for it in names) for line in told] == [True]
    assert len(right) == 1


def test_drawing_again_changes_the_draws_and_the_address_and_a_link_brings_them_back(
    open_page, pictures
):
    page = open_page(**RED)
    first = draws(pictures)
    next(button for button in page.button if button.label == "Draw again").click().run()
    second = draws(pictures)
    assert page.query_params["seed"] == "1"
    assert not any(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    open_page(**RED, seed="1")
    assert np.array_equal(draws(pictures), second)


def test_after_the_last_seed_comes_the_first():
    assert playground._next_seed(View(seed=9_999)).seed == 0


def test_every_slider_reaches_beyond_the_training_range_and_starts_within_it():
    for change in playground.CHANGES:
        low, high = change.training
        for knob in change.knobs:
            assert low <= knob.start <= high
            assert (knob.limits[0] < low) or (knob.limits[1] > high)


def test_a_large_photograph_is_scaled_down_once(monkeypatch):
    decoded = []
    plain_decode = model.decode
    monkeypatch.setattr(model, "decode", lambda data: decoded.append(1) or plain_decode(data))
    data = samples.read("flower")  # 640 × 427
    for _ in range(2):
        pixels = resources.small_picture(data, max_side=100)
    assert pixels.shape == (67, 100, 3)
    assert len(decoded) == 1


def test_what_a_link_names_but_is_not_here_gets_one_sentence(open_page):
    page = open_page(gallery="scenes", image="green/1.jpg")
    assert not page.exception
    assert ["no image named" in error.value for error in page.error] == [True]
    page = open_page(upload="me.jpg")
    assert ["uploaded in another session" in error.value for error in page.error] == [True]
