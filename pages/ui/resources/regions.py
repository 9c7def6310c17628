"""Places of galleries' images, and the indexes that find a part in them."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.galleries.uploads import UploadedGallery
from core.model.network import ForwardPass
from core.progress import Progress
from core.regions import store
from core.regions.place_index import PlaceIndex
from core.regions.places import Places, embed_in_steps
from core.regions.region import Grid, Region
from pages.ui.resources.benchmark import kernels_at_last
from pages.ui.resources.cache import MB, Cache
from pages.ui.resources.model import embedder
from pages.ui.resources.work import Work, WorkCache

AUTOMATIC = 1_000  # images whose places are embedded without asking: about a minute


def _size(index: PlaceIndex) -> int:
    return index.nbytes


_whole: WorkCache[PlaceIndex] = WorkCache(500 * MB, _size)  # 630 bytes a place
_so_far: Cache[PlaceIndex] = Cache(150 * MB, _size)  # of galleries that are being embedded


def place_index(gallery: Gallery, stored: StoredGallery) -> Work[PlaceIndex] | None:
    """Return the index of a gallery's places; started where no one need be asked."""
    is_small = len(stored.ids) <= AUTOMATIC or isinstance(gallery, UploadedGallery)
    if is_small or store.is_stored(stored):
        return embed_places(gallery, stored)
    return _whole.find(_key(stored))


def embed_places(gallery: Gallery, stored: StoredGallery) -> Work[PlaceIndex]:
    """Start to embed a gallery's places, once for all who ask; of uploads nothing is written."""
    model, key = embedder(), _key(stored)

    def build(places: Places) -> PlaceIndex:
        return PlaceIndex.build(places, kernels=kernels_at_last())

    def step(places: Places) -> None:
        _so_far.put(key, build(places))

    def task(progress: Progress) -> PlaceIndex:
        if not isinstance(gallery, UploadedGallery):
            places = store.load_or_embed(gallery, stored, model, step=step, progress=progress)
        else:
            for places in embed_in_steps(gallery, stored.ids.tolist(), model, progress=progress):
                step(places)
        index = build(places)
        _so_far.drop([stored.gallery_digest])
        return index

    return _whole.start(key, task)


def place_index_so_far(stored: StoredGallery) -> PlaceIndex | None:
    """Return the index of the places that are embedded so far, as soon as there is any."""
    return _so_far.find(_key(stored))


def place_grid() -> Grid:
    """Return how many rows and columns of places the network sees in a picture."""
    return embedder().grid


def embedded_region(forward: ForwardPass, region: Region) -> NDArray[np.float32]:
    """Embed a part of a picture that has gone through the network: (D,)."""
    return embedder().embed_region(forward, region.rows, region.columns)


def forget_places(digests: Collection[str]) -> None:
    """Let go of the places of these galleries."""
    _whole.drop(digests)
    _so_far.drop(digests)


def _key(stored: StoredGallery) -> tuple[str, str, int]:
    return stored.gallery_digest, stored.embedder_digest, len(stored.ids)
