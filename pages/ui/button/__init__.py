"""Buttons of components of our own, which look alike beside Streamlit's."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

_FOLDER = Path(__file__).parent
_STYLE = _FOLDER / "button.css"


def component(name: str, folder: Path, html: str) -> Callable[..., Any]:
    """Make a component of buttons.

    Args:
        name: of the component, and of its ``.css`` and ``.js``.
        folder: where those lie.
        html: the buttons and what stands beside them.
    """
    looks = (_STYLE, folder / f"{name}.css")
    made: Callable[..., Any] = st.components.v2.component(
        name,
        html=html,
        css="".join(it.read_text(encoding="utf-8") for it in looks),
        js=(folder / f"{name}.js").read_text(encoding="utf-8"),
    )
    return made


_print = component("print", _FOLDER, '<button type="button"></button>\n')


def print_page(key: str, label: str) -> None:
    """Draw a button that prints the page.

    Args:
        key: unique on the page.
        label: what the button says.
    """
    _print(key=key, data={"label": label})
