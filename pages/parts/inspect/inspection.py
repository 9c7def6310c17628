"""One query with the evidence of what became of it, and how its images are shown.

The address names the part that is open (``part``), the table whose buckets are shown (``table``),
the image that is explained (``other``) and the guess; what makes no sense there is ignored.
"""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

import streamlit as st

from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.language import tr
from core.lessons.evidence import Evidence
from pages.ui import navigation, resources
from pages.ui.answers import answer
from pages.ui.grid import Action, Fact, Tile
from pages.ui.grid.gallery import FoundBy, tile
from pages.ui.inputs import Query
from pages.ui.view import View

OWN = ("part", "table", "other", "guess")  # this page's names in an address


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Inspection:
    """A query, the view that the address says, and the evidence."""

    query: Query
    gallery: Gallery
    stored: StoredGallery
    shown: View
    model_digest: str
    evidence: Evidence

    @property
    def address(self) -> str:
        """The address of what is seen now, written out where an example is shown."""
        own = {name: it for name, it in st.query_params.items() if name in OWN}
        return f"{st.context.url or ''}?{urlencode(self.shown.params() | own)}"

    def tile(self, id: int, *facts: Fact) -> Tile:
        """Make a tile of a gallery image; a click explains it."""
        params = part_params(self.shown, "Why?", other=self.gallery.items[id].name)
        return tile(
            self.gallery,
            id,
            self.shown,
            facts=facts,
            first=Action(label=tr("Why here?"), page=navigation.INSPECT, params=params),
            searched=FoundBy(result=self.evidence.result, stored=self.stored),
        )


def inspect_query(query: Query, gallery: Gallery, stored: StoredGallery, shown: View) -> Inspection:
    """Search, and gather the evidence.

    Raises:
        ImageError: the query is not an image that can be searched with.
    """
    result = answer(query, gallery, stored, shown)
    shown = replace(shown, probes=result.n_probes)
    index = resources.index(stored, shown.attention, *shown.built)
    return Inspection(
        query=query,
        gallery=gallery,
        stored=stored,
        shown=shown,
        model_digest=stored.embedder_digest,
        evidence=Evidence(result, index, gallery, shown.search),
    )


def part_params(shown: View, part: str, **own: str) -> dict[str, str]:
    """Return the parameters of a part of this page; what was guessed of this query stays."""
    guess = {name: it for name, it in st.query_params.items() if name == "guess"}
    return shown.params() | guess | {"part": part} | own
