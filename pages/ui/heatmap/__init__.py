"""Maps over pictures: smooth or as cells, in the same colours on every page.

Drawn in the browser (``maps.js`` and what it is put in front of). The picture stays in its own
colours under the map; the map is interpolated between the middles of its cells (bicubic), since
the places of a feature map overlap and have no borders. All maps on a page fade, and mark a place
in each other, while the hand still moves. Once it lets go, opacity and cells go to the address, so
that a link opens the same picture.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.figures.style import VIRIDIS
from core.language import later, tr
from pages.ui.address import put
from pages.ui.languages import scripts

OPACITY = 60  # percent

_FOLDER = Path(__file__).parent
HANDED_JS = _FOLDER / "handed.js"


def component(name: str, js: Path, *css: Path) -> Callable[..., Any]:
    """Make a component that draws maps.

    Args:
        name: of the component.
        js: its code, which ``handed.js`` and ``maps.js`` are put in front of.
        css: its looks, beside those of the maps.
    """
    return scripts.component(
        name,
        html='<div class="walk"></div>\n',
        css="".join(it.read_text(encoding="utf-8") for it in (_FOLDER / "maps.css", *css)),
        js="".join(it.read_text(encoding="utf-8") for it in (HANDED_JS, _FOLDER / "maps.js", js)),
    )


_board = component("heatmap", _FOLDER / "board.js")


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale, from the darkest colour to the brightest."""

    low: float
    high: float
    ticks: tuple[str, ...]  # what both ends, or ends and middle, are called
    hover: str  # what a value is called where one points at it


# M_s over its mean: the same scale for every picture.
RELATIVE_SCALE = Scale(
    0.0, 2.0, ("×0", "×1", later("×2 and more")), hover=later("gate over its mean")
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """One map over its picture."""

    values: NDArray[np.floating]  # (H, W)
    scale: Scale
    unit: str  # what the scale measures
    title: str = ""
    note: str = ""
    framed: int | None = None  # a place, row by row, that has a frame
    picture: str = "query"  # its name among the pictures
    outline: str | None = None  # a picture of an outline, as an address
    alt: str = ""


def gate_panel(gate: NDArray[np.floating], **looks: Any) -> Panel:
    """Build the panel of a gate M_s, (H, W), relative to its mean.

    The embedding has unit length, so a gate that is twice as high everywhere changes nothing:
    what counts is how much more a place weighs than the average one.

    Args:
        gate: M_s.
        looks: further fields of the panel.
    """
    return Panel(
        **{"unit": tr("gate over its mean: the same scale for every picture"), **looks},
        values=gate / gate.mean(),
        scale=RELATIVE_SCALE,
    )


def show_maps(
    name: str,
    panels: Sequence[Panel],
    pictures: Mapping[str, str],
    *,
    least: int = 150,
    tallest: int | None = None,
) -> None:
    """Show maps side by side.

    Args:
        name: unique on the page.
        panels: all of them with as many rows and columns.
        pictures: name -> ``data:`` address.
        least: pixels that each must have in width.
        tallest: pixels that a picture may have in height.
    """
    rows, columns = panels[0].values.shape
    _board(
        key=name,
        data={
            "pictures": tuple(pictures.items()),
            "rows": rows,
            "columns": columns,
            "least": least,
            "tallest": tallest,
            "panels": tuple(
                map(_plain, panels)
            ),  # in a list Streamlit looks for tables, with pandas
        }
        | looks(),
        **callbacks(name),
    )


def looks() -> dict[str, Any]:
    """Return how every map on a page is drawn: its colours, and what the address says."""
    return {
        "colours": VIRIDIS,
        "opacity": whole("opacity", OPACITY, most=100),
        "cells": bool(whole("cells", 0, most=1)),
    }


def callbacks(name: str) -> dict[str, Callable[[], None]]:
    """Return what a component needs to put its looks into the address.

    Args:
        name: its key.
    """

    def to_address(what: str, default: int) -> None:
        put(what, int(st.session_state[name][what]), default)

    return {
        "on_opacity_change": lambda: to_address("opacity", OPACITY),
        "on_cells_change": lambda: to_address("cells", 0),
    }


def whole(name: str, default: int, *, most: int) -> int:
    """Read a whole number up to ``most`` from the address; nonsense is ignored."""
    text = st.query_params.get(name, "")
    sensible = text.isascii() and text.isdecimal() and len(text) <= 9 and int(text) <= most
    return int(text) if sensible else default


def _plain(panel: Panel) -> dict[str, object]:
    ticks = tuple(tr(tick) for tick in panel.scale.ticks)
    scale = replace(panel.scale, ticks=ticks, hover=tr(panel.scale.hover))
    return (
        asdict(replace(panel, scale=scale))
        | asdict(scale)
        | {
            "values": panel.values.ravel().astype(float).round(4).tolist(),
            "alt": panel.alt or tr("{title}, drawn over the picture.", title=panel.title),
        }
    )
