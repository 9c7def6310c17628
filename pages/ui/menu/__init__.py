"""The menu: every page in its group, with the view that goes along, and the way back to nothing.

One component draws it: as links of Streamlit's, it would be a fifth of the messages of every
run. Its links have real addresses; ``menu.js`` takes the view along as the browser's address has it
at the moment of a click, and follows them without loading the app anew.
"""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

import streamlit as st

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
"""What a page is called in an address, its title and its icon of Material Symbols."""

_FOLDER = Path(__file__).parent

_menu = st.components.v2.component(
    "menu",
    html="<nav></nav>\n",
    css=(_FOLDER / "menu.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "menu.js").read_text(encoding="utf-8"),
    isolate_styles=False,  # the presenter mode looks for its links on the page
)


def along() -> dict[str, str]:
    """Return what the address has of the view, gallery, query and settings, and the language."""
    here = st.query_params
    return {name: here[name] for name in GOES_ALONG if name in here} | languages.named()


def draw(groups: Mapping[str, Sequence[Entry]], *, here: str) -> None:
    """Draw the menu.

    Args:
        groups: heading -> its entries.
        here: what the page that is open is called in an address.
    """
    parts = [
        f"<h2>{escape(tr(heading))}</h2><ul role=list>{_items(entries, here)}</ul>"
        for heading, entries in groups.items()
    ]
    over = f"<a class=over href='./'>{_label(tr('Start over'), 'restart_alt')}</a>"
    html = "".join([*parts, over])
    _menu(key="menu", data={"html": html, "along": (*GOES_ALONG, languages.PARAM)})


def _items(entries: Sequence[Entry], here: str) -> str:
    return "".join(
        f"<li><a href='./{name}'{' aria-current=page' if name == here else ''}>"
        f"{_label(tr(title), icon)}</a></li>"
        for name, title, icon in entries
    )


def _label(title: str, icon: str) -> str:
    return f"<span class=icon translate=no aria-hidden=true>{icon}</span>{escape(title)}"
