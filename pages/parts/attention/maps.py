"""Maps over pictures: they fade, and mark a place in each other, while the hand still moves.

Drawn in the browser (``maps.js`` and what it is put in front of). Once the hand lets
go, opacity and channel go to the address, so that a link opens the same picture.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.figures.attention import RELATIVE
from core.figures.cbam import VIRIDIS
from core.lessons.walkthrough import ChannelSteps, Walkthrough
from pages.ui.address import put

OPACITY = 60  # percent

_FOLDER = Path(__file__).parent
_STEPS = np.iinfo(np.uint16).max


def _component(name: str) -> Callable[..., object]:
    def text(file: str) -> str:
        return (_FOLDER / file).read_text(encoding="utf-8")

    component: Callable[..., object] = st.components.v2.component(
        name,
        html='<div class="walk"></div>\n',
        css=text("maps.css"),
        js=text("maps.js") + text(f"{name.removeprefix('attention_')}.js"),
    )
    return component


_board = _component("attention_board")
_channels = _component("attention_channels")


@dataclass(frozen=True, slots=True)
class Scale:
    """A fixed scale, from the darkest colour to the brightest."""

    low: float
    high: float
    ticks: tuple[str, ...]  # what both ends, or ends and middle, are called
    hover: str  # what a value is called where one points at it


# Of F; one channel in thirty goes beyond it somewhere.
FEATURE_SCALE = Scale(0.0, 15.0, ("0", "7.5", "15 and more"), hover="value")
# M_s over its mean: the same scale for every picture.
RELATIVE_SCALE = Scale(
    RELATIVE[0], RELATIVE[-1], tuple(f"×{it}" for it in RELATIVE), hover="M_s over its mean"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """One map over its picture, on a fixed scale."""

    title: str
    values: NDArray[np.floating]  # (H, W)
    scale: Scale
    unit: str  # what the scale measures
    note: str = ""
    picture: str = "query"  # its name among the pictures
    outline: str | None = None  # a picture of an outline, as an address
    alt: str = ""


def show_maps(
    name: str, panels: Sequence[Panel], pictures: Mapping[str, str], *, least: int = 150
) -> None:
    """Show maps side by side.

    Args:
        name: unique on the page.
        panels: all of them with as many rows and columns.
        pictures: name -> ``data:`` address.
        least: pixels that each must have in width.
    """
    rows, columns = panels[0].values.shape
    _board(
        key=name,
        data={
            "pictures": dict(pictures),
            "rows": rows,
            "columns": columns,
            "colours": VIRIDIS,
            "opacity": opacity(),
            "least": least,
            "panels": [_plain(panel) for panel in panels],
        },
        on_opacity_change=lambda: _to_address(name, "opacity", OPACITY),
    )


def show_channels(
    name: str, walked: Walkthrough, steps: ChannelSteps, picture: str, *, chosen: int
) -> None:
    """Show every channel's gate and the channel that one points at.

    Args:
        name: unique on the page.
        walked: the pass whose F is shown.
        steps: its channel attention.
        picture: as a ``data:`` address.
        chosen: the channel that is shown while the hand is elsewhere.
    """
    rows, columns = walked.features.shape[1:]
    step = max(float(walked.features.max()), 1e-6) / _STEPS
    features = np.rint(walked.features / step).astype("<u2")
    _channels(
        key=name,
        data={
            "picture": picture,
            "rows": rows,
            "columns": columns,
            "colours": VIRIDIS,
            "opacity": opacity(),
            **asdict(FEATURE_SCALE),
            "unit": "F, how strongly the channel answers",
            "alt": "The query, and over it the channel of F that is looked at.",
            "features": base64.b64encode(features.tobytes()).decode(),
            "step": step,
            "order": steps.order.tolist(),
            **{field: it.round(4).tolist() for field, it in asdict(steps).items()},
            "chosen": chosen,
            "presets": [
                ["Weighs most in F″", walked.strongest],
                ["Strongest in F", int(steps.average.argmax())],
                ["Most open gate", int(steps.order[0])],
                ["Most closed gate", int(steps.order[-1])],
            ],
        },
        on_channel_change=lambda: _to_address(name, "channel", None),
        on_opacity_change=lambda: _to_address(name, "opacity", OPACITY),
    )


def opacity() -> int:
    """Return the opacity that the address says, in percent."""
    return whole("opacity", OPACITY, most=100)


def whole(name: str, default: int, *, most: int) -> int:
    """Read a whole number up to ``most`` from the address; nonsense is ignored."""
    text = st.query_params.get(name, "")
    sensible = text.isascii() and text.isdecimal() and len(text) <= 9 and int(text) <= most
    return int(text) if sensible else default


def _to_address(component: str, name: str, default: int | None) -> None:
    """Put a value that the browser reports into the address; the default goes without saying."""
    put(name, int(st.session_state[component][name]), default)


def _plain(panel: Panel) -> dict[str, object]:
    return (
        asdict(panel)
        | asdict(panel.scale)
        | {
            "values": panel.values.ravel().astype(float).round(4).tolist(),
            "alt": panel.alt or f"{panel.title}, drawn over the picture.",
        }
    )
