"""The parts of a page as tabs: said in the visitor's language, and in English in the address."""

from collections.abc import Iterable, Sequence
from typing import Any

import streamlit as st

from core.language import tr

PART = "part"  # in the address, and the widget's key


def draw_tabs(parts: Iterable[str]) -> Sequence[Any]:
    """Draw a tab for each part of a page; the address names the open one, by default the first.

    Args:
        parts: what they are called in English.
    """
    called = {tr(part): part for part in parts}
    first, *_ = called
    named = st.query_params.get(PART)
    is_open = next((title for title, part in called.items() if part == named), first)
    if st.session_state.get(PART) != is_open:  # as pages.ui.address lets a widget follow
        st.session_state[PART] = is_open

    def write() -> None:
        if (title := st.session_state[PART]) == first:
            st.query_params.pop(PART, None)
        else:
            st.query_params[PART] = called[title]

    tabs: Sequence[Any] = st.tabs(list(called), key=PART, on_change=write)
    return tabs
