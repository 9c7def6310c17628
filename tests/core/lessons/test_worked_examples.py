from types import SimpleNamespace

import numpy as np
import pytest

from core.galleries.base import GalleryItem
from core.index.lsh import LSHConfig, LSHIndex
from core.lessons.worked_examples import peak_is_object, worked_examples
from core.search import SearchConfig

CONFIG = SearchConfig(k=2, n_probes=1)
MIDDLE = np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]], np.float32)


def row(angle: float) -> list[float]:
    return [np.cos(np.radians(angle)), np.sin(np.radians(angle))]


@pytest.fixture
def gallery():
    """Three red pictures close together, three blue ones too, and one blue among the red."""
    angles = {"red": (0, 2, 4), "blue": (90, 92, 94, 1)}
    pairs = [(label, angle) for label, them in angles.items() for angle in them]
    items = tuple(
        GalleryItem(id, f"{id}.jpg", label, str(id)) for id, (label, _) in enumerate(pairs)
    )
    rows = np.array([row(angle) for _, angle in pairs], np.float32)
    return SimpleNamespace(items=items, read=lambda id: b"%d" % id, rows=rows)


def index(gallery, n_bits=1):
    made = LSHIndex(LSHConfig(n_bits=n_bits, n_tables=8), 2)
    made.add(np.arange(len(gallery.rows)), gallery.rows)
    return made


def chosen(gallery, *, look=lambda data: MIDDLE, mask=None, k=2, **settings):
    config = SearchConfig(k=k, n_probes=1)
    return list(worked_examples(gallery, index(gallery, **settings), config, look=look, mask=mask))


def test_the_first_of_each_label_whose_hits_have_its_label(gallery):
    # Of the red, 4° has 2° and 1°, which is blue; 0° has 1° too; none has red ones only.
    assert chosen(gallery) == [3]
    gallery.items = tuple(
        GalleryItem(it.id, it.name, "red" if it.id == 6 else it.label, it.digest)
        for it in gallery.items
    )
    assert chosen(gallery) == [0, 3]


def test_without_a_place_on_the_object_there_is_none(gallery):
    everywhere, nowhere = np.ones((6, 6), bool), np.zeros((6, 6), bool)
    assert chosen(gallery, mask=lambda id: everywhere) == [3]
    assert chosen(gallery, mask=lambda id: nowhere) == []
    assert chosen(gallery, mask=lambda id: everywhere if id == 4 else nowhere) == [4]
    assert chosen(gallery, mask=lambda id: everywhere, look=lambda data: None) == []


def test_what_lsh_misses_is_no_example(gallery, monkeypatch):
    assert chosen(gallery, k=6) == []  # no table of one bit holds both ends
    seen = []
    chosen(gallery, k=6, mask=lambda id: np.ones((6, 6), bool), look=seen.append)
    assert seen == []  # and the network isn't asked


def test_the_peaks_cell_is_mostly_object():
    mask = np.zeros((9, 6), bool)
    mask[3:6, 2:4] = True
    assert peak_is_object(MIDDLE, mask)
    assert not peak_is_object(np.roll(MIDDLE, 1, axis=0), mask)
    mask[3:6, 2] = False  # half of the cell: not mostly
    assert not peak_is_object(MIDDLE, mask)
