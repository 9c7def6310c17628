"""Widgets whose value stands in the address under a name of its own.

Streamlit's ``bind="query-params"`` writes what a choice is called on the page; here the address
has the choice itself, such as 1000 where the page says 1,000.
"""

from collections.abc import Hashable, Iterable
from typing import Any

import streamlit as st


def tied(name: str, choices: Iterable[Hashable], default: Hashable) -> dict[str, Any]:
    """Give a widget the value that the address has under its name, and let it write there.

    Args:
        name: in the address, and the widget's key.
        choices: what the widget offers; anything else in the address is ignored.
        default: goes without saying.

    Returns:
        keyword arguments for the widget.
    """
    named = {str(choice): choice for choice in choices}
    st.session_state[name] = named.get(st.query_params.get(name, ""), default)
    return {"key": name, "on_change": _write, "args": (name, default)}


def _write(name: str, default: Hashable) -> None:
    if (value := st.session_state[name]) == default:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = str(value)
