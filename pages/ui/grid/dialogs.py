"""What a picture's menu shows in place: the picture beside the query, and why it is where it is."""

import numpy as np
import streamlit as st

from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.language import tr, written
from core.lessons import looking
from core.lessons.evidence import Evidence, Explained, InTable, joined, verdict
from core.search import EmbeddedQuery, SearchResult
from core.wording import count
from pages.ui import errors, navigation, resources
from pages.ui.errors import plain
from pages.ui.heatmap import Panel, gate_panel, show_maps
from pages.ui.pictures import TALLEST, data_url, embedded_jpeg
from pages.ui.tables import show_table
from pages.ui.view import View


def compare(result: SearchResult, gallery: Gallery, id: int) -> None:
    """Show query and image side by side in a dialog, both with their maps.

    Args:
        result: of the search with the query.
        gallery: that was searched.
        id: of the image.
    """
    dialog = st.dialog(tr("Compared with the query"), width="large")
    dialog(_compared)(result, gallery, id)


def _compared(result: SearchResult, gallery: Gallery, id: int) -> None:
    item, query = gallery.items[id], result.query
    with errors.reported():
        other = resources.embedded_query(gallery.read(id), query.attention)
        cosine = float(np.clip(query.embedding @ other.embedding, -1, 1))
        st.markdown(
            tr(
                "The query and **{name}**: cosine **{cosine:.3f}**, {degrees:.0f}° apart.",
                name=plain(item.name),
                cosine=cosine,
                degrees=np.degrees(np.arccos(cosine)),
            )
        )
        both = {tr("The query"): query, item.label or item.name: other}
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
        st.caption(tr(looking.MEASURE))


def _panel(name: str, embedded: EmbeddedQuery) -> Panel:
    gate = embedded.spatial_gate
    assert gate is not None  # both are embedded with the same attention
    return gate_panel(gate, title=name, picture=name, note=looking.told(looking.look(gate)))


def _pictures(both: dict[str, EmbeddedQuery]) -> None:
    for column, (name, it) in zip(st.columns(2), both.items(), strict=True):
        column.image(embedded_jpeg(it), width="stretch", alt=name)
        column.caption(plain(name))


def explain(
    result: SearchResult, gallery: Gallery, stored: StoredGallery, shown: View, id: int
) -> None:
    """Show the tables, buckets and bits that brought an image or lost it, in a dialog.

    Args:
        result: of the search.
        gallery: that was searched.
        stored: its embeddings.
        shown: the view of the search.
        id: of the image.
    """
    index = resources.index(stored, shown.attention, *shown.built)
    image = Evidence(result, index, gallery, shown.search).explain(id)
    dialog = st.dialog(tr("Why here?"), width="large")
    dialog(_explained)(image, shown, result.n_probes)


def _explained(image: Explained, shown: View, n_probes: int) -> None:
    st.markdown(
        tr(
            "**{name}** · cosine {cosine:.3f}, {degrees:.0f}° apart",
            name=plain(image.name),
            cosine=image.similarity,
            degrees=image.angle,
        )
    )
    st.markdown(f"**{verdict(image, shown.k)}**")
    show_table(
        [
            {
                tr("Table"): it.table + 1,
                tr("Its bucket"): f"{it.key:0{shown.K}b}",
                tr("Bits that differ"): _bits(it),
                tr("Read"): _read(it, n_probes),
            }
            for it in image.tables
        ],
        alt=tr("What each table sees of this image."),
    )
    st.caption(
        tr(
            "Closest is the table whose probes come to the image first: number "
            "{number}. In brackets: how far the query is from that hyperplane.",
            number=image.nearest.table + 1,
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
    return joined([f"{bit + 1} ({written(margin, '+.3f')})" for bit, margin in margins], "bit")


def _read(table: InTable, n_probes: int) -> str:
    if table.is_read:
        return tr("yes, by probe {probe}", probe=table.probe)
    if table.probe is None:
        return tr("no")
    return tr(
        "no: probe {probe} would, after {probes}",
        probe=table.probe,
        probes=count(n_probes, "probe"),
    )
