import numpy as np
import pytest

from core.lessons.landing import land

PLACES = np.array([[0, 0], [0.2, 0], [0.1, 0.3], [-1, -1], [1, 1]], np.float32)


def test_an_image_lands_in_the_middle_of_its_nearest():
    assert land(PLACES, np.array([0.9, 0.8, 0.7, 0.1, 0.0]), k=3) == pytest.approx([0.1, 0.0])


def test_one_neighbour_far_away_does_not_pull_it_into_the_void():
    there = land(PLACES, np.array([0.9, 0.8, 0.7, 0.95, 0.0]), k=4)
    assert np.linalg.norm(there - PLACES[:3], axis=1).min() < 0.12


def test_in_a_gallery_of_fewer_images_all_count():
    assert land(PLACES[:1], np.array([0.5])) == pytest.approx([0, 0])
