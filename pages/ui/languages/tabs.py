"""The parts of a page as tabs: said in the visitor's language, and in English in the address."""

from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any

import streamlit as st

from core.language import tr

PART = "part"  # in the address, and the widget's key


_CLOSED = SimpleNamespace(open=False)  # in the place of a tab that is not drawn


def draw_tabs(parts: Iterable[str], *, with_closed: bool = True) -> Sequence[Any]:
    """Draw a tab for each part of a page; the address names the open one, by default the first.

    Args:
        parts: what they are called in English.
        with_closed: whether the others are drawn, too.

    Returns:
        for each part what ``st.tabs`` returns, or what is only known not to be open.
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

    drawn = [title for title in called if with_closed or title == is_open]
    tabs = dict(zip(drawn, st.tabs(drawn, key=PART, on_change=write), strict=True))
    return [tabs.get(title, _CLOSED) for title in called]
