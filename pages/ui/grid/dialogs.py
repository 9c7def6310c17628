"""What a picture's menu shows in place: the picture beside the query, and why it is where it is."""

import numpy as np
import streamlit as st

from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.language import later, tr
from core.lessons import looking
from core.lessons.evidence import Evidence, InTable, joined, verdict
from core.search import EmbeddedQuery, SearchResult
from core.wording import count
from pages.ui import errors, navigation, resources
from pages.ui.errors import plain
from pages.ui.heatmap import Panel, gate_panel, show_maps
from pages.ui.pictures import TALLEST, data_url, embedded_jpeg
from pages.ui.tables import show_table
from pages.ui.view import View


@st.dialog(later("Compared with the query"), width="large")
def compare(result: SearchResult, gallery: Gallery, id: int) -> None:
    """Show query and image side by side, both with their maps.

    Args:
        result: of the search with the query.
        gallery: that was searched.
        id: of the image.
    """
    item, query = gallery.items[id], result.query
    with errors.reported():
        other = resources.embedded_query(gallery.read(id), query.attention)
        cosine = float(np.clip(query.embedding @ other.embedding, -1, 1))
        st.markdown(
            tr(
                "The query and **{name}**: cosine **{cosine:.3f}**, {cosine_2:.0f}° apart.",
                name=plain(item.name),
                cosine=cosine,
                cosine_2=np.degrees(np.arccos(cosine)),
            )
        )
        both = {"The query": query, item.label or item.name: other}
        if query.spatial_gate is None:
            _pictures(both)
            st.caption(tr("Spatial attention is off, so there are no maps to show."))
            return
        show_maps(
            "compared",
            [_panel(name, it) for name, it in both.items()],
            {name: data_url(embedded_jpeg(it)) for name, it in both.items()},
            least=240,
            tallest=TALLEST,
        )
        st.caption(looking.MEASURE)


def _panel(name: str, embedded: EmbeddedQuery) -> Panel:
    gate = embedded.spatial_gate
    assert gate is not None  # both are embedded with the same attention
    return gate_panel(gate, title=name, picture=name, note=looking.told(looking.look(gate)))


def _pictures(both: dict[str, EmbeddedQuery]) -> None:
    for column, (name, it) in zip(st.columns(2), both.items(), strict=True):
        column.image(embedded_jpeg(it), width="stretch", alt=name)
        column.caption(plain(name))


@st.dialog(later("Why here?"), width="large")
def explain(
    result: SearchResult, gallery: Gallery, stored: StoredGallery, shown: View, id: int
) -> None:
    """Show the tables, buckets and bits that brought an image or lost it.

    Args:
        result: of the search.
        gallery: that was searched.
        stored: its embeddings.
        shown: the view of the search.
        id: of the image.
    """
    index = resources.index(stored, shown.attention, *shown.built)
    image = Evidence(result, index, gallery, shown.search).explain(id)
    st.markdown(
        f"**{plain(image.name)}** · cosine {image.similarity:.3f}, {image.angle:.0f}° apart"
    )
    st.markdown(f"**{verdict(image, shown.k)}**")
    show_table(
        [
            {
                "Table": it.table + 1,
                "Its bucket": f"{it.key:0{shown.K}b}",
                "Bits that differ": _bits(it),
                "Read": _read(it, result.n_probes),
            }
            for it in image.tables
        ],
        alt=tr("What each table sees of this image."),
    )
    st.caption(
        tr(
            "Closest is the table whose probes come to the image first: number "
            "{table_and_one}. In brackets: how far the query is from that hyperplane.",
            table_and_one=image.nearest.table + 1,
        )
    )
    st.page_link(
        navigation.INSPECT,
        label=tr("All of it, bit by bit"),
        icon=":material/troubleshoot:",
        query_params=View.params(shown) | {"part": "Why?", "other": image.name},
    )


def _bits(table: InTable) -> str:
    """Name the bits that differ from the query's, with its margins."""
    margins = zip(table.differing, table.query_margins, strict=True)
    return joined([f"{bit + 1} ({margin:+.3f})" for bit, margin in margins], "bit")


def _read(table: InTable, n_probes: int) -> str:
    if table.is_read:
        return tr("yes, by probe {probe}", probe=table.probe)
    if table.probe is None:
        return "no"
    return tr(
        "no: probe {probe} would, after {n_probes}",
        probe=table.probe,
        n_probes=count(n_probes, "probe"),
    )
