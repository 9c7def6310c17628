import io
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from core.errors import GalleryError
from core.galleries.maps.sprites import LARGEST, SHEET, SMALLEST, draw_sprites


class Painted:
    """A gallery of one colour an image; some can't be read."""

    def __init__(self, colours, broken=()):
        self.colours, self.broken = colours, broken

    def read(self, id):
        if id in self.broken:
            raise GalleryError("It is gone.")
        file = io.BytesIO()
        Image.new("RGB", (90, 60), tuple(self.colours[id])).save(file, "PNG")
        return file.getvalue()


def with_ids(ids):
    return SimpleNamespace(ids=np.array(ids))


def test_each_picture_lies_at_its_place_and_what_cannot_be_read_leaves_it_empty():
    colours = np.random.default_rng(0).integers(0, 256, (9, 3)).tolist()
    sheet = draw_sprites(Painted(colours, broken=[4]), with_ids([0, 2, 3, 4, 8]))
    assert (sheet.n, sheet.columns, sheet.side) == (5, 3, LARGEST)
    image = Image.open(io.BytesIO(sheet.file))
    assert image.size == (3 * LARGEST, 2 * LARGEST)
    for place, id in enumerate([0, 2, 3, 4, 8]):
        row, column = divmod(place, sheet.columns)
        middle = ((column + 0.5) * LARGEST, (row + 0.5) * LARGEST)
        wanted = [128] * 3 if id == 4 else colours[id]
        assert image.getpixel(tuple(map(int, middle))) == pytest.approx(wanted, abs=6)


@pytest.mark.parametrize("n", [1, 2, 1_023, 1_025, (SHEET // SMALLEST) ** 2 + 1])
def test_no_sheet_is_larger_than_graphics_take(n, monkeypatch):
    monkeypatch.setattr("core.galleries.maps.sprites.thumbnail", lambda data, max_side: data)
    small = Painted([(1, 2, 3)]).read(0)
    sheet = draw_sprites(SimpleNamespace(read=lambda id: small), with_ids(range(n)))
    width, height = Image.open(io.BytesIO(sheet.file)).size
    assert max(width, height) <= SHEET
    assert SMALLEST <= sheet.side <= LARGEST
    assert sheet.n == min(n, (SHEET // SMALLEST) ** 2) <= sheet.columns * (height // sheet.side)
