import numpy as np

from pages.parts.home.small_pictures import lit


def test_a_picture_stays_bright_where_the_map_is_high_and_darkens_where_it_is_low():
    pixels = np.full((40, 60, 3), 200, np.uint8)
    gate = np.zeros((2, 3), np.float32)
    gate[0, 2] = 0.7  # upper right
    shown = lit(pixels, gate)
    assert shown.shape == pixels.shape
    assert shown[2, 57].tolist() == [200] * 3
    assert shown[37, 2].tolist() == [40] * 3  # a fifth
    assert (shown[::-1] <= 200).all()


def test_a_flat_map_darkens_every_place_alike():
    shown = lit(np.full((16, 16, 3), 100, np.uint8), np.ones((6, 6), np.float32))
    assert len(np.unique(shown)) == 1


def test_a_large_picture_is_shown_small():
    assert max(lit(np.zeros((2000, 1000, 3), np.uint8), np.eye(6)).shape) == 480
