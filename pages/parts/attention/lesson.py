"""How attention works: what the three parts share."""

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.model.attention import AttentionMode
from core.search import EmbeddedQuery, SearchResult
from pages.ui import answers, resources
from pages.ui.inputs import Query
from pages.ui.view import View

SIDE = 384  # pixels of the pictures under the maps


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """What all parts are about: a query in a gallery, and the settings."""

    query: Query
    gallery: Gallery
    stored: StoredGallery
    shown: View

    def embedded(self, attention: AttentionMode | None = None) -> EmbeddedQuery:
        """Return the query after the network, by default with the attention of the settings."""
        return resources.embedded_query(self.query.data, attention or self.shown.attention)

    def result(self, attention: AttentionMode | None = None) -> SearchResult:
        """Search with the query, in a gallery of the same attention mode."""
        mode = attention or self.shown.attention
        return answers.answer(
            self.query, self.gallery, self.stored, replace(self.shown, attention=mode)
        )

    @property
    def picture(self) -> str:
        """The query as a ``data:`` address."""
        return address(resources.small_picture(self.query.data, max_side=SIDE), "JPEG")


def address(pixels: NDArray[np.uint8], kind: str) -> str:
    """Write pixels, (H, W, 3) or (H, W, 4), as a ``data:`` address.

    Args:
        pixels: of the picture.
        kind: ``JPEG`` or ``PNG``.
    """
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind)
    return of_file(file.getvalue(), kind)


def of_file(data: bytes, kind: str = "JPEG") -> str:
    """Write a picture's file as a ``data:`` address."""
    return f"data:image/{kind.lower()};base64,{base64.b64encode(data).decode()}"


def named(things: Mapping[str, str]) -> str:
    """Write a list of short facts for those who can't see a chart."""
    return "; ".join(f"{name} {what}" for name, what in things.items())
