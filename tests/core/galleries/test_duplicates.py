import io

import numpy as np
import pytest
from PIL import Image, ImageEnhance
from sklearn.datasets import load_sample_images

from core.galleries.duplicates import NEARLY, nearly_same
from core.galleries.scenes import ScenesGallery
from core.galleries.store import StoredGallery, load_or_build
from core.model.embedder import Embedder


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


@pytest.mark.model
def test_copies_of_photographs_are_nearly_the_same_and_other_pictures_are_not():
    model = Embedder()
    files = [it for pixels in load_sample_images().images for it in copies(pixels)]
    rows = model.embed([model.prepare(it) for it in files])[:, model.modes.index("both")]
    cosines = rows @ rows.T
    n = len(rows) // 2  # the first are of one photograph, the rest of another
    assert min(cosines[0, :n].min(), cosines[n, n:].min()) >= NEARLY
    assert cosines[:n, n:].max() < NEARLY
    stored = load_or_build(ScenesGallery(), model)
    assert sum(map(len, nearly_same(stored))) <= 0.02 * len(stored.ids)


def copies(pixels):
    """A photograph; then compressed twice, brighter, cropped to nine tenths, at half the size."""
    image = Image.fromarray(pixels)
    width, height = image.size
    yield saved(image, "PNG")
    yield saved(image, "WEBP", quality=60)
    yield saved(image, "JPEG", quality=40)
    yield saved(ImageEnhance.Brightness(image).enhance(1.2), "JPEG")
    yield saved(
        image.crop((width // 20, height // 20, width * 19 // 20, height * 19 // 20)), "JPEG"
    )
    yield saved(image.resize((width // 2, height // 2)), "JPEG", quality=90)


def saved(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()
