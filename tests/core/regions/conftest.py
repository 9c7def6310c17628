"""An embedder of places that can be computed by hand: the mean colour of each cell."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from core.galleries.store import StoredGallery
from core.images import decode


class Colours:
    """A place is the mean red, green and blue of its cell; the brighter, the heavier."""

    digest, place_dim, grid = "c" * 64, 3, (2, 3)

    def __init__(self) -> None:
        self.n_embedded = 0

    def prepare(self, data: bytes) -> NDArray[np.float32]:
        pixels = decode(data).pixels.astype(np.float32)  # (48, 72, 3)
        return pixels.reshape(2, 24, 3, 24, 3).mean(axis=(1, 3)).reshape(6, 3)

    def embed_places(self, batch: Sequence[NDArray[np.float32]]):
        self.n_embedded += len(batch)
        colours = np.stack(batch)  # (B, 6, 3)
        return colours / np.linalg.norm(colours, axis=2, keepdims=True), colours.sum(axis=2)


@pytest.fixture
def colours():
    return Colours()


@pytest.fixture
def stored(gallery):
    """The embeddings of the gallery, of which only the ids matter."""
    ids = np.arange(len(gallery.items))
    rows = np.ones((1, len(ids), 1), np.float32)
    return StoredGallery(gallery.digest, Colours.digest, ("both",), ids, rows, {})
