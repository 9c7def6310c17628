"""Embeddings of a gallery in memory that can be searched before all of them are there.

Nothing is written to disk: what is known of an image is asked for, and remembered, by its digest.
So a gallery to which images were added pays for those only.
"""

from collections.abc import Hashable, Iterator
from contextlib import closing
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..language import later, tr
from ..progress import Progress, silent
from .base import Gallery
from .embedding import BatchEmbedder, EmbeddedBatch, embed_in_batches
from .store import StoredGallery, nothing_to_search

Known = NDArray[np.float32] | str
"""What is known of an image: its embedding in every mode, (M, D), or why it has none."""


class Remembered(Protocol):
    """What is known of images, by the digests of image and embedder."""

    def find(self, key: Hashable) -> Known | None:
        """Return what is known; None: nothing."""

    def put(self, key: Hashable, value: Known) -> None:
        """Remember it, as long as there is room."""


def embed_in_steps(
    gallery: Gallery,
    embedder: BatchEmbedder,
    remembered: Remembered,
    *,
    batch_size: int = 8,
    progress: Progress = silent,
) -> Iterator[StoredGallery]:
    """Yield the embeddings of what is embedded so far: after every batch, the last one whole.

    Close the generator (``contextlib.closing``) when stopping early.

    Args:
        gallery: what to embed, in its order.
        embedder: what to embed it with.
        remembered: what is known beforehand; what is found out is put there.
        batch_size: images in one forward pass.
        progress: told how many images are done.

    Raises:
        GalleryError: not a single image has an embedding.
        CheckpointError: the embedder returns numbers that are no embeddings.
    """
    found = {it.id: remembered.find((it.digest, embedder.digest)) for it in gallery.items}
    known = {id: value for id, value in found.items() if value is not None}
    todo = [item for item in gallery.items if item.id not in known]
    progress(len(known), len(gallery.items), tr(_WHAT))
    with closing(embed_in_batches(gallery, embedder, todo, batch_size)) as batches:
        for batch in batches:
            for id, value in _each(batch):
                known[id] = value
                remembered.put((gallery.items[id].digest, embedder.digest), value)
            progress(len(known), len(gallery.items), tr(_WHAT))
            if len(known) < len(gallery.items) and not _all_failed(known):
                yield _stored(gallery, embedder, known)
    if _all_failed(known):
        failures = (value for value in known.values() if isinstance(value, str))
        raise nothing_to_search(gallery.title, failures)
    yield _stored(gallery, embedder, known)


_WHAT = later("Looking at the photographs")


def _each(batch: EmbeddedBatch) -> Iterator[tuple[int, Known]]:
    for place, id in enumerate(batch.ids.tolist()):
        yield id, batch.embeddings[:, place].copy()
    yield from batch.failures.items()


def _all_failed(known: dict[int, Known]) -> bool:
    return all(isinstance(value, str) for value in known.values())


def _stored(gallery: Gallery, embedder: BatchEmbedder, known: dict[int, Known]) -> StoredGallery:
    rows = {id: it for id, it in sorted(known.items()) if not isinstance(it, str)}
    return StoredGallery(
        gallery_digest=gallery.digest,
        embedder_digest=embedder.digest,
        modes=embedder.modes,
        ids=np.array(list(rows), np.int64),
        embeddings=np.stack(list(rows.values()), axis=1),  # (M, n, D)
        failures={id: it for id, it in sorted(known.items()) if isinstance(it, str)},
    )
