"""The code behind a figure, to be read beside it."""

import inspect
import textwrap
from collections.abc import Callable
from typing import Any

import streamlit as st

from core.language import tr
from core.paper.implementations import resolve
from pages.ui import tour

Code = Callable[..., object] | str
"""A function, or what it is called where importing it takes long: ``module:name``."""


@st.fragment
def show_code(*functions: Code) -> None:
    """Offer the functions of core that did the work; they are sent to who opens the box."""
    if not tour.shows("code"):
        return
    box = st.expander(
        tr("Show the code"),
        key=f"code-{'-'.join(map(_name, functions))}",
        icon=":material/code:",
        type="compact",
        on_change="rerun",
    )
    if box.open:
        with box, st.spinner(tr("Reading …")):
            for function in functions:
                found: Any = resolve(function) if isinstance(function, str) else function
                st.code(textwrap.dedent(inspect.getsource(found)), language="python")


def _name(function: Code) -> str:
    return function.partition(":")[2] if isinstance(function, str) else function.__qualname__
