"""The code behind a figure, to be read beside it."""

import inspect
import textwrap
from collections.abc import Callable

import streamlit as st


def show_code(*functions: Callable[..., object]) -> None:
    """Offer the functions of core that did the work."""
    with st.expander("Show the code", icon=":material/code:", type="compact"):
        for function in functions:
            st.code(textwrap.dedent(inspect.getsource(function)), language="python")
