"""The code behind a figure, to be read beside it."""

import inspect
import textwrap
from collections.abc import Callable

import streamlit as st


@st.fragment
def show_code(*functions: Callable[..., object]) -> None:
    """Offer the functions of core that did the work; they are sent to who opens the box."""
    box = st.expander(
        "Show the code",
        key=f"code-{'-'.join(function.__qualname__ for function in functions)}",
        icon=":material/code:",
        type="compact",
        on_change="rerun",
    )
    if box.open:
        with box:
            for function in functions:
                st.code(textwrap.dedent(inspect.getsource(function)), language="python")
