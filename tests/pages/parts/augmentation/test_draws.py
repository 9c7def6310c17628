import numpy as np

from core.images import decode
from core.model import augment
from core.model.preprocess import squash
from pages.parts.augmentation import draws

RED = {"gallery": "scenes", "image": "red/1.jpg"}


def draw_again(page):
    return next(button for button in page.button if button.label == "Draw again").click().run()


def drawn(shown_pictures):
    return [pixels for name, pixels in shown_pictures.items() if name.startswith("Random")]


def test_drawing_again_changes_the_draws_and_the_address_and_a_link_brings_them_back(
    augmentation_page, shown_pictures
):
    page = augmentation_page(**RED)
    first = drawn(shown_pictures)
    draw_again(page)
    second = drawn(shown_pictures)
    assert page.query_params["seed"] == "1"
    assert not any(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    augmentation_page(**RED, seed="1")
    assert np.array_equal(drawn(shown_pictures), second)


def test_after_the_last_seed_comes_the_first(augmentation_page):
    page = draw_again(augmentation_page(**RED, seed="9999"))
    assert "seed" not in page.query_params  # 0 goes without saying


def test_the_pictures_are_what_the_core_makes_of_the_file(
    augmentation_page, shown_pictures, small_gallery
):
    page = augmentation_page(**RED)
    page.slider(key="strength-Rotation-Angle").set_value(-20.0).run()
    red = next(item.id for item in small_gallery.items if item.name == "red/1.jpg")
    pixels = decode(small_gallery.read(red)).pixels
    assert np.array_equal(shown_pictures["Before: red/1.jpg"], pixels)
    assert np.array_equal(shown_pictures["After rotation"], augment.rotate(pixels, -20))
    assert np.array_equal(shown_pictures["After scaling"], augment.scale(pixels, 1.25))
    expected = [
        squash(augment.augment(pixels, np.random.default_rng([0, number])), 192)
        for number in range(draws.N_DRAWS)
    ]
    assert np.array_equal(drawn(shown_pictures), expected)
