"""One query with the evidence of what became of it, and how its images are shown.

The address names the part that is open (``part``), the table whose buckets are shown (``table``),
the image that is explained (``other``) and the guess; what makes no sense there is ignored.
"""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

import streamlit as st

from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.lessons.evidence import Evidence
from pages.ui import cards, navigation, resources
from pages.ui.answers import answer
from pages.ui.errors import plain
from pages.ui.inputs import Query
from pages.ui.view import View

OWN = ("part", "table", "other", "guess")  # this page's names in an address


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Inspection:
    """A query, the view that the address says, and the evidence."""

    query: Query
    gallery: Gallery
    shown: View
    model_digest: str
    evidence: Evidence

    @property
    def address(self) -> str:
        """The address of what is seen now, written out where an example is shown."""
        own = {name: it for name, it in st.query_params.items() if name in OWN}
        return f"{st.context.url or ''}?{urlencode(self.shown.params() | own)}"

    def card(self, key: str, id: int, facts: str = "") -> None:
        """Show a gallery image whose link explains it."""
        item = self.gallery.items[id]
        with st.container(key=f"card-{key}", gap=None):
            cards.thumbnail(self.gallery, id, alt=item.label or item.name)
            if facts:
                st.markdown(facts)
            st.page_link(
                navigation.INSPECT,
                label="Why?",
                help=plain(item.name),
                query_params=part_params(self.shown, "Why?", other=item.name),
            )


def inspect_query(query: Query, gallery: Gallery, stored: StoredGallery, shown: View) -> Inspection:
    """Search, and gather the evidence.

    Raises:
        ImageError: the query is not an image that can be searched with.
    """
    result = answer(query, gallery, stored, shown)
    shown = replace(shown, probes=result.n_probes)
    index = resources.index(stored, shown.attention, shown.lsh)
    return Inspection(
        query=query,
        gallery=gallery,
        shown=shown,
        model_digest=stored.embedder_digest,
        evidence=Evidence(result, index, gallery, shown.search),
    )


def part_params(shown: View, part: str, **own: str) -> dict[str, str]:
    """Return the parameters of a part of this page; what was guessed of this query stays."""
    guess = {name: it for name, it in st.query_params.items() if name == "guess"}
    return shown.params() | guess | {"part": part} | own
