import numpy as np

from core.galleries.duplicates import nearly_same
from core.galleries.store import StoredGallery


def stored(angles, ids=None):
    """Embeddings in the plane, at these angles in degrees."""
    angles = np.radians(angles)
    rows = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    ids = np.arange(len(rows)) if ids is None else np.array(ids)
    return StoredGallery("g", "e", ("both",), ids, rows[np.newaxis], {})


def test_pictures_as_close_as_the_cosine_are_grouped_and_others_are_not():
    # cos 10° = 0.985, cos 20° = 0.940
    assert nearly_same(stored([0, 90, 10, 180, 100]), cosine=0.95) == ((0, 2), (1, 4))
    assert nearly_same(stored([0, 20, 90]), cosine=0.95) == ()


def test_a_chain_of_close_pairs_is_one_group_in_any_order():
    assert nearly_same(stored([0, 20, 10, 90]), cosine=0.95) == ((0, 1, 2),)
    assert nearly_same(stored([30, 0, 20, 10, 90]), cosine=0.95) == ((0, 1, 2, 3),)


def test_ids_are_those_of_the_gallery():
    assert nearly_same(stored([0, 90, 1], ids=[3, 5, 8])) == ((3, 8),)


def test_more_rows_than_are_compared_at_a_time():
    angles = np.linspace(0, 360, 1200, endpoint=False)
    assert nearly_same(stored(angles), cosine=0.99) == (tuple(range(1200)),)
    assert nearly_same(stored(angles), cosine=1.1) == ()
