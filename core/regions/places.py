"""The places of a gallery's images, each embedded as if the network saw nothing else.

A place's id is ``image id × H · W + place``, with places counted row by row: it says where the
place lies. Its embedding is kept as D bytes: divided by its greatest number, in steps of 1/127. The
cosine with the exact one stays above 0.9999, and its length, which is 1, needs no keeping.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import GalleryError, ImageError, enough_memory
from ..galleries.base import Gallery
from ..galleries.embedding import Preparer, prepare_in_batches
from ..language import tr
from ..progress import Progress, silent
from .region import Grid

MOST_PLACES = 200_000  # in one gallery: 50 MB at D = 256, and more than twice that in an index
BATCH = 16
FIRST_STEP = 64  # images, after which there is something to search in
_BLOCK = 8_192


class PlaceEmbedder(Preparer, Protocol):
    """What embeds places; nothing here knows more about the model."""

    @property
    def digest(self) -> str:
        """Of checkpoint and preprocessing: equal digests mean equal embeddings."""

    @property
    def place_dim(self) -> int:
        """Length D of a place's embedding."""

    @property
    def grid(self) -> Grid:
        """H rows and W columns of places in an image."""

    def embed_places(self, batch: Sequence[Any]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Embed every place of B prepared images: (B, H · W, D), and its weight: (B, H · W)."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Places of some images of a gallery: those of one image lie together, by their weights."""

    grid: Grid
    per_image: int  # P places of each image that are kept: those with the greatest weights
    ids: NDArray[np.int64]  # (n,)
    rows: NDArray[np.int8]  # (n, D)

    def heaviest(self, per_image: int) -> "Places":
        """Return so many places of each image, at most P: those with the greatest weights."""
        kept = np.arange(len(self.ids)) % self.per_image < per_image
        return Places(self.grid, per_image, self.ids[kept], self.rows[kept])

    def embeddings(self) -> NDArray[np.float16]:
        """Return the embeddings, (n, D), of unit length."""
        embeddings = np.empty(self.rows.shape, np.float16)
        for first in range(0, len(embeddings), _BLOCK):
            block = self.rows[first : first + _BLOCK].astype(np.float32)
            block /= np.linalg.norm(block, axis=1, keepdims=True)
            embeddings[first : first + _BLOCK] = block
        return embeddings


def in_bytes(embeddings: NDArray[np.float32]) -> NDArray[np.int8]:
    """Write embeddings, (n, D), with a byte for each number; no row is all 0."""
    greatest = np.abs(embeddings).max(axis=1, keepdims=True)
    rows: NDArray[np.int8] = np.rint(127 * embeddings / greatest).astype(np.int8)
    return rows


def kept_per_image(grid: Grid, n_images: int, most: int = MOST_PLACES) -> int:
    """Return how many places of each image are kept: all, or in a large gallery as many as fit."""
    return max(1, min(grid[0] * grid[1], most // max(n_images, 1)))


def embed_in_steps(
    gallery: Gallery,
    images: Sequence[int],
    embedder: PlaceEmbedder,
    *,
    most: int = MOST_PLACES,
    progress: Progress = silent,
) -> Iterator[Places]:
    """Yield the places of what is embedded so far, the last time of all images.

    There is something after 64 images, then each time that there are twice as many. They come in a
    random order, always the same, so that the first ones are like the whole gallery.

    Args:
        gallery: whose images are read.
        images: their ids; one that can't be decoded is left out.
        embedder: embeds their places.
        most: places that are kept in all. Where there are more, each image keeps those with the
            greatest weights.
        progress: told how many images are done.

    Raises:
        GalleryError: a file is gone or has changed since the gallery was opened, none can be
            decoded, or there is not enough memory.
    """
    grid, dim = embedder.grid, embedder.place_dim
    per_image = kept_per_image(grid, len(images), most)
    shuffled = np.random.default_rng(0).permutation(np.asarray(images, np.int64)).tolist()
    items = [gallery.items[id] for id in shuffled]
    with enough_memory(tr("the places of {title}", title=gallery.title)):
        rows = np.empty((len(items) * per_image, dim), np.int8)
        ids = np.empty(len(rows), np.int64)
    n_rows, next_step = 0, FIRST_STEP
    what = tr("Places of {title}", title=gallery.title)
    progress(0, len(items), what)
    with closing(prepare_in_batches(gallery, embedder, items, BATCH)) as batches:
        for done, prepared in enumerate(batches, start=1):
            readable = {id: it for id, it in prepared.items() if not isinstance(it, ImageError)}
            if readable:
                new_ids, new_rows = _embedded(embedder, readable, per_image)
                ids[n_rows : n_rows + len(new_ids)] = new_ids
                rows[n_rows : n_rows + len(new_ids)] = in_bytes(new_rows)
                n_rows += len(new_ids)
            n_images = min(done * BATCH, len(items))
            progress(n_images, len(items), what)
            if next_step <= n_images < len(items) and n_rows:
                next_step = 2 * n_images
                yield Places(grid, per_image, ids[:n_rows], rows[:n_rows])
    if not n_rows:
        raise GalleryError(
            tr("{title} has no image that can be read; open it again.", title=gallery.title)
        )
    yield Places(grid, per_image, ids[:n_rows], rows[:n_rows])


def _embedded(
    embedder: PlaceEmbedder, prepared: dict[int, Any], per_image: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Ids (n,) and embeddings (n, D) of the places that B images keep."""
    embeddings, weights = embedder.embed_places(list(prepared.values()))
    n_places = weights.shape[1]
    kept = np.argsort(-weights, axis=1, kind="stable")[:, :per_image]  # (B, P)
    ids = np.fromiter(prepared, np.int64)[:, np.newaxis] * n_places + kept
    rows = np.take_along_axis(embeddings, kept[:, :, np.newaxis], axis=1)  # (B, P, D)
    return ids.ravel(), rows.reshape(-1, rows.shape[-1])
