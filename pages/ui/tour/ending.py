"""The end of the tour: how it went, and what one can do now."""

import streamlit as st

from core.language import later, tr
from pages.ui.tour import progress
from pages.ui.tour.steps import OWL, STEPS

KEY = "tour-end"  # of its container
_WAYS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("streamlit_app.py", later("Search with a picture of your own"), "add_photo_alternate", {}),
    ("pages/teaching.py", later("Teach with this"), "school", {}),
    ("pages/1_inspect.py", later("Inspect one query, bit by bit"), "troubleshoot", OWL),
)


def show() -> None:
    """Show how many guesses were right, and three ways on."""
    with st.container(border=True, key=KEY, gap="xsmall"):
        st.subheader(tr("That was the tour"), anchor=False)
        st.markdown(
            tr(
                "**{n_right} of {n} guesses** were right at once. What you can do next:",
                n_right=progress.n_right(),
                n=len(STEPS) - 1,
            )
        )
        for page, label, icon, params in _WAYS:
            st.page_link(page, label=tr(label), icon=f":material/{icon}:", query_params=params)
