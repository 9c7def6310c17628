import numpy as np
import pytest

from core.errors import GalleryError
from core.methods.base import Pictures


class Counting:
    """A gallery that notes which files were read."""

    def __init__(self, gallery):
        self.gallery = gallery
        self.title = gallery.title
        self.was_read = []

    def read(self, id):
        self.was_read.append(id)
        return self.gallery.read(id)


@pytest.fixture
def counting(gallery):
    return Counting(gallery)


def mean_colour(pixels):
    return pixels.mean(axis=(0, 1)).tolist()


def test_a_row_counts_within_the_pictures_and_an_id_within_the_gallery(gallery, picture):
    some = Pictures(gallery, np.array([7, 2]))
    assert len(some) == 2
    assert some.read(0) == gallery.read(7)
    assert some.read(1) == gallery.read(2)
    np.testing.assert_array_equal(some.pixels(1), picture(2, (40, 60, 200)))  # a blue one


def test_what_is_computed_comes_in_the_order_of_the_rows(gallery):
    expected = {id: mean_colour(Pictures(gallery, np.array([id])).pixels(0)) for id in (3, 11, 5)}
    values = Pictures(gallery, np.array([11, 3, 5])).compute("colour", mean_colour)
    assert values == [expected[11], expected[3], expected[5]]


def test_an_image_is_computed_once_however_many_subsets_hold_it(counting):
    everything = Pictures(counting, np.arange(20))
    everything.subset(np.array([4, 5])).compute("colour", mean_colour)
    everything.subset(np.array([6, 5])).compute("colour", mean_colour)
    everything.subset(np.array([5])).subset(np.array([6])).compute("colour", mean_colour)
    assert counting.was_read == [4, 5, 6]


def test_two_things_computed_are_kept_apart(counting):
    pictures = Pictures(counting, np.array([4]))
    (colour,) = pictures.compute("colour", mean_colour)
    assert pictures.compute("shape", np.shape) == [(48, 72, 3)]
    assert pictures.compute("colour", mean_colour) == [colour]
    assert counting.was_read == [4, 4]


def test_pictures_that_are_no_subset_share_nothing(counting):
    for _ in range(2):
        Pictures(counting, np.array([4])).compute("colour", mean_colour)
    assert counting.was_read == [4, 4]


def test_progress_tells_what_is_new_and_nothing_else(gallery):
    pictures, told = Pictures(gallery, np.array([4, 5, 6])), []
    pictures.subset(np.array([5])).compute("Colours", mean_colour)
    pictures.compute("Colours", mean_colour, progress=lambda *it: told.append(it))
    assert told == [(1, 3, "Colours of photos"), (3, 3, "Colours of photos")]


def test_an_image_that_fails_is_not_remembered(counting):
    def fail(pixels):
        raise GalleryError("It can't be used.")

    pictures = Pictures(counting, np.array([4]))
    with pytest.raises(GalleryError):
        pictures.compute("colour", fail)
    assert pictures.compute("colour", mean_colour) != []
    assert counting.was_read == [4, 4]
