"""What all parts but the lab are about: a gallery, its index, and the settings."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.galleries.base import Gallery, GalleryItem
from core.galleries.store import StoredGallery
from core.index.lsh import LSHIndex
from core.language import tr
from core.wording import count
from pages.ui import resources
from pages.ui.errors import plain
from pages.ui.grid import Fact, Tile
from pages.ui.grid.gallery import relevance, tile
from pages.ui.view import View

FEWEST = 3  # images of a gallery that theory and index can be compared in


@dataclass(frozen=True, slots=True, eq=False)
class IndexedGallery:
    """A gallery with its index, and the settings."""

    shown: View
    gallery: Gallery
    stored: StoredGallery

    @property
    def index(self) -> LSHIndex:
        """The index that Search would use."""
        return resources.index(self.stored, self.shown.attention, *self.shown.built)

    @property
    def embeddings(self) -> NDArray[np.float32]:
        """(n, D)."""
        return self.stored.of(self.shown.attention)

    @property
    def n(self) -> int:
        """N."""
        return len(self.stored.ids)

    def item(self, row: int) -> GalleryItem:
        """The gallery's item in this row of the embeddings."""
        return self.gallery.items[int(self.stored.ids[row])]

    def tile(self, id: int, *facts: Fact) -> Tile:
        """Make a tile of an image: its label, and further facts."""
        item = self.gallery.items[id]
        facts = (*facts, relevance(item.label or item.name, None))
        return tile(self.gallery, id, self.shown, alt=item.name, facts=facts)


def is_large_enough(indexed: IndexedGallery) -> bool:
    """Tell whether the gallery is large enough to learn from, and say so where it isn't."""
    if indexed.n >= FEWEST:
        return True
    st.info(
        tr(
            "{title} has {images} that "
            "can be searched, too few for a lesson; choose a gallery of {fewest} or more.",
            title=plain(indexed.gallery.title),
            images=count(indexed.n, "image"),
            fewest=FEWEST,
        )
    )
    return False
