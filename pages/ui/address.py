"""What a page has in the address beside the view: widgets whose value stands there by name.

Streamlit's ``bind="query-params"`` writes what a choice is called on the page; here the address
has the choice itself, such as 1000 where the page says 1,000.
"""

from collections.abc import Hashable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from pages.ui.view import View


@dataclass(frozen=True, kw_only=True, slots=True)
class PartView(View):
    """A view whose links lead back to one part of a page."""

    part: str

    @classmethod
    def of(cls, shown: View, part: str) -> "PartView":
        """Return the same view, of this part."""
        return cls(**asdict(shown), part=part)

    def params(self) -> dict[str, str]:
        """Return the address's parameters."""
        return View.params(self) | {"part": self.part}


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
    return {"key": name, "on_change": write, "args": (name, default)}


def write(name: str, default: Hashable) -> None:
    """Write a widget's value to the address."""
    if (value := st.session_state[name]) == default:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = str(value)
