"""The query and its images on the map of the gallery."""

import streamlit as st

from core.language import tr
from pages.parts.inspect.inspection import Inspection
from pages.ui.gallery_map import show_map


def show_gallery_map(inspection: Inspection) -> None:
    """Show where the query, its candidates and its missed neighbours lie."""
    st.markdown(
        tr(
            "Where the candidates lie, and which of the nearest images were missed. Press ▶ to "
            "light the buckets probe by probe; draw a lasso around images to see which bits they "
            "share."
        )
    )
    show_map(inspection.evidence.result, inspection.gallery, inspection.stored, inspection.shown)
