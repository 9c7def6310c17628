"""The picture that a part is marked on, and the part: by the address, or by a rule that is said."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.model.network import ForwardPass
from core.regions.region import Grid, Region
from pages.ui import resources
from pages.ui.inputs import Query
from pages.ui.pictures import data_url, image_file
from pages.ui.region import in_address
from pages.ui.view import View

_SIDE = 640  # pixels of the picture


@dataclass(frozen=True, slots=True, eq=False)
class PartQuery:
    """A picture in a gallery, and the view."""

    query: Query
    gallery: Gallery
    stored: StoredGallery
    shown: View

    @property
    def forward(self) -> ForwardPass:
        """Every value on the picture's way through the network, with both gates."""
        return resources.forward_pass(self.query.data, "both")

    @property
    def grid(self) -> Grid:
        """Rows and columns of its places."""
        n_rows, n_columns = self.forward.feature_map.shape[2:]
        return n_rows, n_columns

    @property
    def picture(self) -> str:
        """The picture as a ``data:`` address."""
        return data_url(image_file(resources.small_picture(self.query.data, max_side=_SIDE)))

    @property
    def own_ids(self) -> list[int]:
        """Ids of the gallery's images with the very same file: none of them is a hit."""
        digest = self.query.digest
        return [item.id for item in self.gallery.items if item.digest == digest]

    @property
    def label(self) -> str | None:
        """Its label, where it is from the gallery."""
        return None if self.query.id is None else self.gallery.items[self.query.id].label

    def region(self) -> tuple[Region, bool]:
        """Return the part, and whether the address names it.

        Else it is the place that spatial attention weighs most; without that gate, the middle one.
        """
        if chosen := in_address(self.grid):
            return chosen, True
        n_rows, n_columns = self.grid
        spatial = self.forward.maps.spatial
        middle = n_rows // 2 * n_columns + n_columns // 2
        place = middle if spatial is None else int(spatial.gate.argmax())
        return Region.of_place(place, self.grid), False

    def embedding(self, region: Region) -> NDArray[np.float32]:
        """Return the embedding of a part, (D,)."""
        return resources.embedded_region(self.forward, region)
