"""From a query and a view to the answer that a page shows."""

from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.search import SearchResult, look_up
from pages.ui import resources
from pages.ui.inputs import Query
from pages.ui.view import View

_REPEATS = 3  # of the part that is timed


def answer(query: Query, gallery: Gallery, stored: StoredGallery, shown: View) -> SearchResult:
    """Embed the query if it is new, and look it up.

    Raises:
        ImageError: the query is not an image that can be searched with.
    """
    embedded = resources.embedded_query(query.data, shown.attention)
    index = resources.index(stored, shown.attention, shown.lsh)
    return look_up(embedded, gallery, index, shown.search, query_id=query.id, repeats=_REPEATS)
