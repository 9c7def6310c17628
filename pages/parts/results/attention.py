"""Whether attention finds the object, and how softly its spatial gate should act."""

import streamlit as st

from core.language import tr
from pages.parts.results.focus import show_focus, show_focus_code
from pages.parts.results.softness import show_softness
from pages.ui.result_files import read_under


def show_attention() -> None:
    """Whether attention finds the object, and how softly its spatial gate should act."""
    _show_masks_of_scenes()
    show_softness()


def _show_masks_of_scenes() -> None:
    title = tr("Does attention look at the object? · Scenes")
    result = read_under(title, "attention-scenes", tr("Attention against masks"))
    if not result:
        return
    st.markdown(
        tr(
            "Each of the {n_images:,} pictures of *Scenes* comes with the exact mask of "
            "its object, which covers **{area:.0%}** of the picture on "
            "average. A map that knew nothing of objects would put as much of itself inside: the "
            "dotted line. Above it a map finds objects, below it the background.",
            n_images=result["n_images"],
            area=result["object_area_share"],
        )
    )
    show_focus("attention-scenes", result)
    show_focus_code()
