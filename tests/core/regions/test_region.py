import numpy as np
import pytest

from core.regions.region import Region

GRID = 4, 6


def test_what_is_written_is_read_again_and_places_are_counted_row_by_row():
    assert str(Region.of_place(9, GRID)) == "2-4-2-4"  # 9 = 1 · 6 + 3, said from 1 on
    box = Region(0, 2, 3, 5)
    assert Region.read(str(box), GRID) == box
    assert box.n_places == 16 == np.ones(GRID)[box.rows, box.columns].size


@pytest.mark.parametrize(
    "text",
    ["", "1-1-1", "0-1-1-1", "2-1-1-1", "1-3-1-2", "1-1-5-1", "1-1-1-7", "1-1-1-²", "a-b-c-d"],
)
def test_what_is_no_box_of_the_grid_is_none(text):
    assert Region.read(text, GRID) is None


def test_an_outline_is_in_shares_of_the_pictures_sides():
    assert Region(1, 3, 2, 5).outline(GRID) == (3 / 6, 1 / 4, 3 / 6, 2 / 4)
    assert Region(0, 0, 3, 5).outline(GRID) == (0, 0, 1, 1)
