import numpy as np

from pages.parts.augmentation import draws
from pages.parts.augmentation.transformations import TRANSFORMATIONS

RED = {"gallery": "scenes", "image": "red/1.jpg"}


def drawn(shown_pictures):
    return [pixels for name, pixels in shown_pictures.items() if name.startswith("Random")]


def test_without_a_choice_the_page_shows_a_sample(augmentation_page, shown_pictures):
    page = augmentation_page()
    assert not page.exception
    assert "Before: A Chinese palace, a photograph that comes with scikit-learn" in shown_pictures
    assert len(drawn(shown_pictures)) == draws.N_DRAWS


def test_a_sample_needs_no_gallery(augmentation_page, shown_pictures, monkeypatch):
    monkeypatch.delenv("HASHLIGHT_DATA", raising=False)  # so Corel-1k is not here
    page = augmentation_page(gallery="corel1k", sample="flower")
    assert not page.exception
    assert any("dahlia" in alt for alt in shown_pictures)


def test_strengths_go_to_the_address_a_link_brings_them_back_and_nonsense_is_ignored(
    augmentation_page, shown_pictures
):
    page = augmentation_page(**RED)
    page.slider(key="strength-Scaling-Factor").set_value(0.55).run()
    page.slider(key="strength-Colour contrast-Blue").set_value(2.0).run()
    values = {name: page.query_params[name] for name in ("scale", "blue")}  # a list where written
    kept = {name: it if isinstance(it, str) else it[-1] for name, it in values.items()}
    assert kept == {"scale": "0.55", "blue": "2"}
    before = dict(shown_pictures)
    again = augmentation_page(**RED, **kept)
    assert again.slider(key="strength-Scaling-Factor").value == 0.55
    assert all(np.array_equal(shown_pictures[alt], before[alt]) for alt in shown_pictures)
    odd = augmentation_page(**RED, scale="nan", turn="900", crop="", noise="x", blue="-1")
    assert not odd.exception
    assert [it.value for it in odd.slider if it.key.startswith("strength")] == [
        slider.start for transformation in TRANSFORMATIONS for slider in transformation.sliders
    ]


def test_what_a_link_names_but_is_not_here_gets_one_sentence(augmentation_page):
    page = augmentation_page(gallery="scenes", image="green/1.jpg")
    assert not page.exception
    assert ["no image named" in error.value for error in page.error] == [True]
    page = augmentation_page(upload="me.jpg")
    assert ["not here any more" in error.value for error in page.error] == [True]
