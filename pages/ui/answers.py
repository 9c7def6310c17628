"""From a query and a view to the answer that a page shows."""

from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.search import SearchResult, look_up
from pages.ui import resources
from pages.ui.inputs import Query
from pages.ui.view import View

_REPEATS = 3


def answer(query: Query, gallery: Gallery, stored: StoredGallery, shown: View) -> SearchResult:
    """Embed the query if it is new, and look it up.

    The look-up takes about a millisecond, while handing the processor to another thread of the
    server can take five; so it is done three times, and the fastest is what is told.

    Raises:
        ImageError: the query is not an image that can be searched with.
    """
    embedded = resources.embedded_query(query.data, shown.attention)
    index = resources.index(stored, shown.attention, shown.lsh)
    results = [
        look_up(embedded, gallery, index, shown.search, query_id=query.id) for _ in range(_REPEATS)
    ]
    return min(results, key=look_up_seconds)


def look_up_seconds(result: SearchResult) -> float:
    """Return what LSH took for its hits: hash, probe and rerank."""
    return sum(result.seconds[stage] for stage in ("hash", "probe", "rerank"))
