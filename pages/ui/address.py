"""What a page has in the address beside the view: widgets whose value stands there by name.

Streamlit's ``bind="query-params"`` writes what a choice is called on the page; here the address
has the choice itself, such as 1000 where the page says 1,000.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

import streamlit as st

from core.language import tr
from pages.ui.languages.tabs import draw_tabs
from pages.ui.view import View

T = TypeVar("T")


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


def follow(key: str, value: Hashable) -> None:
    """Let a widget follow the address, *back* included.

    A value that is set goes to the browser, where it takes the place of a choice that is still on
    its way here. So it is set only where the widget says something else.

    Args:
        key: of the widget, which is drawn after this.
        value: that it shows.
    """
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


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
    follow(name, named.get(st.query_params.get(name, ""), default))
    return {"key": name, "on_change": write, "args": (name, default)}


def write(name: str, default: Hashable) -> None:
    """Write a widget's value to the address."""
    if (value := st.session_state[name]) == default:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = str(value)


def show_open_tab(parts: Mapping[str, Callable[[T], None]], about: T) -> None:
    """Draw a tab for each part of a page, and show the open one, which the address names.

    Another tab runs the page again, as the map of a gallery needs it (``show_map``);
    ``show_open_tab_apart`` runs the tabs alone.

    Args:
        parts: title in English -> what shows the part.
        about: what it is given.
    """
    tabs = draw_tabs(parts)
    for tab, show in zip(tabs, parts.values(), strict=True):
        if tab.open:
            with tab:
                show(about)


show_open_tab_apart = st.fragment(show_open_tab)


def number(name: str, limits: tuple[float, float]) -> float | None:
    """Read a number within limits from the address; None where there is none."""
    try:
        value = float(st.query_params.get(name, ""))
    except ValueError:
        return None
    low, high = limits
    return round(value, 2) if low <= value <= high else None  # NaN lies nowhere


def put(name: str, value: str | float | None, default: str | float | None) -> None:
    """Say a value in the address; the default goes without saying."""
    if value is None or value == default:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = f"{value:g}" if isinstance(value, float | int) else value


@dataclass(frozen=True, kw_only=True, slots=True)
class NumberSlider:
    """A slider over a number that stands in the address by name."""

    name: str  # in the address
    label: str
    limits: tuple[float, float]
    start: float  # goes without saying
    step: float
    format: str

    @property
    def value(self) -> float:
        """What the address says; what the slider doesn't offer is ignored."""
        value = number(self.name, self.limits)
        return self.start if value is None else value

    def draw(self, key: str) -> float:
        """Draw the slider, and return its value; a change goes to the address.

        Args:
            key: of the widget, unique on the page.
        """
        follow(key, self.value)
        value: float = st.slider(
            tr(self.label),
            *self.limits,
            step=self.step,
            format=tr(self.format),
            key=key,
            on_change=lambda: put(self.name, st.session_state[key], self.start),
        )
        return value
