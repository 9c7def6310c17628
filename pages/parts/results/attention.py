"""Whether attention finds the object, by the masks of the built-in gallery."""

import streamlit as st

from pages.parts.results.focus import show_focus, show_focus_code
from pages.ui.result_files import read_under


def show_attention() -> None:
    """Whether attention finds the object, by the masks of the built-in gallery."""
    title = "Does attention look at the object? · Scenes"
    result = read_under(title, "attention-scenes", "Attention against masks")
    if not result:
        return
    st.markdown(
        f"Each of the {result['n_images']:,} pictures of *Scenes* comes with the exact mask of "
        f"its object, which covers **{result['object_area_share']:.0%}** of the picture on "
        "average. A map that knew nothing of objects would put as much of itself inside: the "
        "dotted line. Above it a map finds objects, below it the background."
    )
    show_focus("attention-scenes", result)
    show_focus_code()
