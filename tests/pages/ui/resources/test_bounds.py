"""The bounds of all caches, by real entries: the largest that a visitor can ask for fits."""

import gc
import sys
from itertools import count

import numpy as np
import pytest

from core.engine.kernels import readable
from core.galleries.uploads import MAX_TOTAL_BYTES
from core.index.lsh import LSHConfig, LSHIndex
from core.regions.place_index import PlaceIndex
from core.regions.places import MOST_PLACES, Places, in_bytes
from pages.ui import resources, samples, view
from pages.ui.resources import embeddings, galleries, regions, uploads
from pages.ui.resources.cache import Cache, size_of
from pages.ui.resources.held import MODULES
from pages.ui.resources.work import WorkCache

LARGEST = 50_000  # images of a gallery
CACHES = {
    f"{module.__name__}.{name}": it
    for module in MODULES
    for name, it in vars(module).items()
    if isinstance(it, Cache | WorkCache)
}


def unit_rows(n: int, dim: int) -> np.ndarray:
    rows = np.random.default_rng(0).standard_normal((n, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def built(n: int, dim: int, config: LSHConfig) -> LSHIndex:
    index = LSHIndex(config, dim)
    index.add(np.arange(n), unit_rows(n, dim))
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
    assert len(CACHES) == 32
    assert sum(cache.max_bytes for cache in (*CACHES.values(), galleries._uploads)) < 2.75e9


@pytest.mark.parametrize("n", [1_366, 3_000])  # just after a dictionary has grown, and before
@pytest.mark.parametrize(("K", "L"), [(view.RANGES["K"][1], view.RANGES["L"][1]), (12, 8), (1, 1)])
def test_an_index_takes_no_more_than_is_counted_for_it(n, K, L):
    index = built(n, 32, LSHConfig(n_bits=K, n_tables=L))
    assert counted(index) <= embeddings.index_size(index)


def test_the_largest_index_that_a_visitor_can_ask_for_fits():
    largest = LSHConfig(n_bits=view.RANGES["K"][1], n_tables=view.RANGES["L"][1])
    few, more = (embeddings.index_size(built(n, 256, largest)) for n in (500, 1_000))
    assert few + (more - few) / 500 * LARGEST < embeddings._indexes.max_bytes


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
    assert 100_000 < size_of(query) < 1_000_000


def test_a_query_from_a_gallerys_store_keeps_nothing_of_its_other_images():
    gallery = resources.opened("scenes").result()
    stored = resources.embed(gallery).result()
    assert stored.embeddings.nbytes > 2_000_000
    assert size_of(resources.stored_query(gallery, stored, 0, "both")) < 100_000


def test_the_largest_upload_fits_and_what_is_computed_of_it_does_too():
    assert MAX_TOTAL_BYTES <= uploads.MAX_BYTES
    rows = np.zeros((4, 256), np.float32)
    n_images = embeddings._uploaded.max_bytes / (size_of(rows) + 300)
    assert n_images > 10_000
    assert embeddings._steps.max_bytes == embeddings._uploaded.max_bytes


def test_thumbnails_stay_within_their_bytes(monkeypatch, small_gallery):
    cache = Cache(20_000)
    monkeypatch.setattr(galleries, "_thumbnails", cache)
    for side in (side for side, _ in zip(count(16, 8), range(20), strict=False)):
        resources.gallery_thumbnail(small_gallery, 0, max_side=side)
        assert cache.n_bytes <= 20_000
    assert 1 < len(cache) < 20


def test_the_places_of_the_largest_gallery_fit():
    n, dim = MOST_PLACES, 256
    assert n * (dim + 8) < regions._places.max_bytes  # a byte for each number, and the id
    few = Places((8, 8), 64, np.arange(4_096), in_bytes(unit_rows(4_096, dim)))
    index = PlaceIndex.build(few, kernels=readable)
    assert n / 4_096 * index.nbytes < regions._indexes.max_bytes
