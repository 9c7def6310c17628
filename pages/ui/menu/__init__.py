"""The menu: every page in its group, with the view that goes along, and the way back to nothing."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import streamlit as st
from streamlit.errors import StreamlitAPIException

from core.language import tr
from pages.ui import languages

# What a view has in an address, and so what goes along. ``pages.ui.view`` reads it; it stands here
# because that brings PyTorch along, and the menu keeps nobody waiting.
GOES_ALONG = (
    "gallery",
    *("image", "sample", "upload"),
    *("hyperplanes", "K", "L", "probes", "k", "seed"),
    *("attention", "features"),
)

Entry = tuple[str, str, str]
"""A page, its title and its icon."""

_close_on_phones = st.components.v2.component(
    "close_menu", js=Path(__file__).with_name("close.js").read_text(encoding="utf-8")
)


def along() -> dict[str, str]:
    """Return what the address has of the view, gallery, query and settings, and the language."""
    here = st.query_params
    return {name: here[name] for name in GOES_ALONG if name in here} | languages.named()


def draw(groups: Mapping[str, Sequence[Entry]], *, home: str) -> None:
    """Draw the menu.

    Args:
        groups: heading -> its entries.
        home: the page where one starts over.
    """
    view = along()
    with st.container(key="menu", gap=None):
        for heading, entries in groups.items():
            st.header(tr(heading), anchor=False)
            for page, label, icon in entries:
                st.page_link(page, label=tr(label), icon=icon, query_params=view)
        if st.button(tr("Start over"), icon=":material/restart_alt:", type="tertiary", key="over"):
            _start_over(home)
    _close_on_phones(key="close-menu")


def _start_over(home: str) -> None:
    """Go home with an address that says nothing; uploaded photographs stay until they go."""
    with suppress(StreamlitAPIException):  # where a widget owns one, which goes with its page
        st.query_params.clear()
    st.switch_page(home)
