"""Places of galleries' images, and the indexes that find a part in them."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from core.engine.kernels import readable
from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.galleries.uploads import UploadedGallery
from core.model.network import ForwardPass
from core.progress import Progress
from core.regions import store
from core.regions.place_index import PlaceIndex
from core.regions.places import Places, embed_in_steps
from core.regions.region import Region
from pages.ui.resources.benchmark import compiled_kernels
from pages.ui.resources.cache import MB, Cache
from pages.ui.resources.model import embedder
from pages.ui.resources.work import Work, WorkCache

AUTOMATIC = 1_000  # images whose places are embedded without asking: about a minute


_places: WorkCache[Places] = WorkCache(56 * MB)  # 264 bytes a place
_so_far: Cache[Places] = Cache(30 * MB)  # of galleries that are being embedded
_indexes: Cache[PlaceIndex] = Cache(135 * MB, lambda index: index.nbytes)  # 630 bytes a place


def gallery_places(gallery: Gallery, stored: StoredGallery) -> Work[Places] | None:
    """Return the embedding of a gallery's places; started where no one need be asked."""
    is_small = len(stored.ids) <= AUTOMATIC or isinstance(gallery, UploadedGallery)
    if is_small or store.is_stored(stored):
        return embed_places(gallery, stored)
    return _places.find(_key(stored))


def embed_places(gallery: Gallery, stored: StoredGallery) -> Work[Places]:
    """Start to embed a gallery's places, once for all who ask; of uploads nothing is written."""
    model, key = embedder(), _key(stored)

    def step(places: Places) -> None:
        _so_far.put(key, places)

    def task(progress: Progress) -> Places:
        if not isinstance(gallery, UploadedGallery):
            places = store.load_or_embed(gallery, stored, model, step=step, progress=progress)
        else:
            for places in embed_in_steps(gallery, stored.ids.tolist(), model, progress=progress):
                step(places)
        _so_far.drop([stored.gallery_digest])
        return places

    return _places.start(key, task)


def places_so_far(stored: StoredGallery) -> Places | None:
    """Return the places that are embedded so far, as soon as there are any."""
    return _so_far.find(_key(stored))


def place_index(stored: StoredGallery, places: Places) -> PlaceIndex:
    """Return the index of all or some of a gallery's places.

    Until the engine has compiled, NumPy answers in its place.
    """
    kernels = compiled_kernels() or readable
    return _indexes.get(
        (*_key(stored), len(places.ids), kernels is readable),
        lambda: PlaceIndex.build(places, kernels=kernels),
    )


def embedded_region(forward: ForwardPass, region: Region) -> NDArray[np.float32]:
    """Embed a part of a picture that has gone through the network: (D,)."""
    return embedder().embed_region(forward, region.rows, region.columns)


def forget_places(digests: Collection[str]) -> None:
    """Let go of the places of these galleries."""
    for made in (_places, _so_far, _indexes):
        made.drop(digests)


def _key(stored: StoredGallery) -> tuple[str, str, int]:
    return stored.gallery_digest, stored.embedder_digest, len(stored.ids)
