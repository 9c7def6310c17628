"""What helps in front of a class: presenting, one link for all, and paper."""

import streamlit as st

from core.language import tr
from pages.ui import navigation

_WORKSHEET = {"test": "1", "form": "Worksheet"}
_KEY = {"test": "1", "form": "Key"}


def show_ways() -> None:
    """Name them, each with what to press."""
    left, middle, right = st.columns(3, gap="medium")
    with left:
        st.markdown(
            tr(
                "**On the wall.** *Present*, in the sidebar of every page, hides the menu and "
                "makes all text larger. Page Down and Page Up, the keys of a clicker, turn the "
                "pages; Esc ends it."
            )
        )
    with middle:
        st.markdown(
            tr(
                "**On every phone.** *Link to exactly this view*, in the sidebar, copies an "
                "address. Whoever opens it sees the same picture with the same settings, without "
                "your guesses. In a room, students guess on their phones, and all see what was "
                "guessed."
            )
        )
        st.page_link(navigation.CLASSROOM, label=tr("Classroom"), icon=":material/groups:")
    with right:
        st.markdown(
            tr(
                "**On paper.** The worksheet has ten questions, the key their answers. Both have a "
                "number: another one draws other questions."
            )
        )
        for label, params in (
            (tr("Worksheet {number}", number=1), _WORKSHEET),
            (tr("Key to it"), _KEY),
        ):
            st.page_link(
                navigation.SELF_TEST,
                label=label,
                query_params=params,
                icon=":material/print:",
            )
