"""The bounds of all caches, by real entries: the largest that a visitor can ask for fits."""

import gc
import io
import sys
import zipfile
from itertools import count

import numpy as np
import pytest

from core.errors import GalleryError
from core.index.lsh import LSHConfig, LSHIndex
from pages.ui import resources, samples, view
from pages.ui.galleries import ZIP_MEGABYTES
from pages.ui.resources import benchmark, embeddings, galleries, model
from pages.ui.resources.cache import Cache, size_of
from pages.ui.resources.work import WorkCache

LARGEST_ZIP = 50_000  # images: the most that a zip may hold
CACHES = {
    f"{module.__name__}.{name}": it
    for module in (benchmark, embeddings, galleries, model)
    for name, it in vars(module).items()
    if isinstance(it, Cache | WorkCache)
}


def built(n: int, dim: int, config: LSHConfig) -> LSHIndex:
    rows = np.random.default_rng(0).standard_normal((n, dim)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    index = LSHIndex(config, dim)
    index.add(np.arange(n), rows)
    return index


def counted(value: object) -> int:
    """Count the bytes of all objects that one refers to, as the interpreter sees them."""
    seen, todo, total = set(), [value], 0
    while todo:
        it = todo.pop()
        if id(it) not in seen and not isinstance(it, type):
            seen.add(id(it))
            total += sys.getsizeof(it)
            todo += gc.get_referents(it)
    return total


def test_all_caches_together_leave_room_on_a_machine_of_four_gigabytes():
    assert len(CACHES) == 15
    assert sum(cache.max_bytes for cache in CACHES.values()) < 2.5e9


@pytest.mark.parametrize("n", [1_366, 3_000])  # just after a dictionary has grown, and before
@pytest.mark.parametrize(("K", "L"), [(view.RANGES["K"][1], view.RANGES["L"][1]), (12, 8), (1, 1)])
def test_an_index_takes_no_more_than_is_counted_for_it(n, K, L):
    index = built(n, 32, LSHConfig(n_bits=K, n_tables=L))
    assert counted(index) <= embeddings.index_size(index)


def test_the_largest_index_that_a_visitor_can_ask_for_fits():
    largest = LSHConfig(n_bits=view.RANGES["K"][1], n_tables=view.RANGES["L"][1])
    few, more = (embeddings.index_size(built(n, 256, largest)) for n in (500, 1_000))
    assert few + (more - few) / 500 * LARGEST_ZIP < embeddings._indexes.max_bytes


def test_filling_the_indexes_keeps_them_within_their_bytes(monkeypatch):
    cache = Cache(3_000_000, embeddings.index_size)
    monkeypatch.setattr(embeddings, "_indexes", cache)
    for seed in range(8):
        cache.get(seed, lambda: built(500, 32, LSHConfig(n_bits=16, n_tables=8)))
        held = sum(counted(value) for value, _ in cache._entries.values())
        assert held <= cache.n_bytes <= cache.max_bytes
    assert 1 <= len(cache) < 8


def test_an_embedded_query_takes_what_is_said_of_it():
    query = resources.embedded_query(samples.read("china"), "both")
    assert 300_000 < size_of(query) < 5_000_000


def test_the_largest_upload_fits_and_is_counted_with_its_bytes(png, picture):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("red/1.png", png(picture(1)))
        archive.writestr("padding.bin", bytes(1_000_000))
    before = galleries._zips.n_bytes
    resources.finished(resources.opened_zip("1" * 64, "mine.zip", file.getvalue()))
    while galleries._zips._running:
        pass
    counted_now = galleries._zips.n_bytes - before
    assert 1_000_000 < counted_now < 1_200_000
    names = 2_000 * LARGEST_ZIP
    assert ZIP_MEGABYTES * 2**20 + names < galleries._zips.max_bytes


def test_a_zip_that_made_room_for_others_is_asked_for_again_and_then_is_there(png, picture):
    with pytest.raises(GalleryError, match="upload it again"):
        resources.finished(resources.opened_zip("2" * 64, "mine.zip"))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("red/1.png", png(picture(1)))
    work = resources.opened_zip("2" * 64, "mine.zip", file.getvalue())
    assert len(resources.finished(work).items) == 1


def test_thumbnails_stay_within_their_bytes(monkeypatch, small_gallery):
    cache = Cache(20_000)
    monkeypatch.setattr(galleries, "_thumbnails", cache)
    for side in (side for side, _ in zip(count(16, 8), range(20), strict=False)):
        resources.gallery_thumbnail(small_gallery, 0, max_side=side)
        assert cache.n_bytes <= 20_000
    assert 1 < len(cache) < 20
