"""What tables and probes do to a whole gallery, on its map."""

import streamlit as st

from core.galleries.maps.layout import rough, settle
from core.language import tr
from pages.parts.hashing.gallery import IndexedGallery
from pages.parts.hashing.query import choose_query
from pages.ui import answers
from pages.ui.code import show_code
from pages.ui.gallery_map import show_map


def show_gallery_map(indexed: IndexedGallery) -> None:
    """Show the map of the gallery with the query, its buckets and its nearest images."""
    query = choose_query(indexed, "Map")
    st.markdown(
        tr(
            "Images that are near lie near each other here. Colour them by **side of a "
            "hyperplane**: one bit. By **bucket of a table**: K bits cut the gallery into "
            "buckets. Then press ▶ and see which buckets the query reads, probe by probe."
        )
    )
    result = answers.answer(query, indexed.gallery, indexed.stored, indexed.shown)
    show_map(result, indexed.gallery, indexed.stored, indexed.shown)
    st.caption(
        tr(
            "A plane can't hold all distances of many dimensions: the map keeps neighbours "
            "together (t-SNE), and says little of how far groups lie apart."
        )
    )
    show_code(rough, settle)
