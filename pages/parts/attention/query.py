"""The query whose attention is shown, and its searches."""

from dataclasses import dataclass, replace

from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.model.attention import AttentionMode
from core.model.network import ForwardPass
from core.search import EmbeddedQuery, SearchResult
from pages.ui import answers, resources
from pages.ui.inputs import Query
from pages.ui.pictures import data_url, image_file
from pages.ui.view import View

SIDE = 384  # pixels of the pictures under the maps


@dataclass(frozen=True, slots=True, eq=False)
class AttentionQuery:
    """A query in a gallery, and the settings."""

    query: Query
    gallery: Gallery
    stored: StoredGallery
    shown: View

    def embedded(self, attention: AttentionMode | None = None) -> EmbeddedQuery:
        """Return the query after the network, by default with the attention of the settings."""
        return resources.embedded_query(self.query.data, attention or self.shown.attention)

    def forward_pass(self) -> ForwardPass:
        """Return every value on the query's way through the network."""
        return resources.forward_pass(self.query.data, self.shown.attention)

    def result(self, attention: AttentionMode | None = None) -> SearchResult:
        """Search with the query, in a gallery of the same attention mode."""
        mode = attention or self.shown.attention
        return answers.answer(
            self.query, self.gallery, self.stored, replace(self.shown, attention=mode)
        )

    @property
    def picture(self) -> str:
        """The query as a ``data:`` address."""
        return data_url(image_file(resources.small_picture(self.query.data, max_side=SIDE)))
