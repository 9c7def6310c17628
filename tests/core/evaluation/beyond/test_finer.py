import numpy as np
import pytest

from core.evaluation.attention_focus import cell_shares
from core.evaluation.beyond.finer import measure_sizes
from core.model.preprocess import PreprocessConfig

GRID = 32  # px of the input for one place


class Masked:
    """Three pictures: an object at the left, one at the top, and none."""

    title = "Masked"

    def __init__(self, gallery):
        self.items = gallery.items[:3]

    def read(self, id):
        return bytes([id])

    def mask(self, id):
        mask = np.zeros((60, 60), bool)
        if id == 0:
            mask[:, :25] = True
        if id == 1:
            mask[:10] = True
        return mask


class Looking:
    """Has M_s = the share of a cell that is object on large inputs, and a flat one on its own."""

    preprocess = PreprocessConfig(input_size=64)

    def __init__(self, gallery):
        self.gallery = gallery

    def look(self, files, *, input_size):
        side = input_size // GRID
        mask = self.gallery.mask(files[0][0])
        true = cell_shares(mask, side, side)
        flat = np.ones((side, side))
        return np.stack([flat, flat if side == 2 else true])[None]


def test_a_map_of_more_places_is_judged_on_its_own_cells_beside_the_checkpoints_size(gallery):
    masked = Masked(gallery)
    own, larger = measure_sizes(masked, Looking(masked), larger=(64, 128))
    assert (own["input_size"], own["grid"]) == (64, [2, 2])
    assert (larger["input_size"], larger["grid"]) == (128, [4, 4])
    assert own["ratio"]["mean"] == pytest.approx(1)
    assert own["from_flat"]["mean"] == pytest.approx(0, abs=1e-12)
    assert own["above_own"]["mean"] == 0
    # At the left: columns of 15 px, 1 and 2/3 object. At the top: rows of 15 px, 2/3 object.
    first, second = (1 + 4 / 9) / (1 + 2 / 3), 2 / 3
    area = (25 / 60 + 10 / 60) / 2
    assert larger["ratio"]["mean"] == pytest.approx((first + second) / 2 / area)
    assert larger["above_own"]["mean"] == pytest.approx((first + second) / 2 - area)
    assert larger["peak"]["mean"] == 1
    assert larger["peak"]["n"] == 2  # a picture without an object can't be judged
