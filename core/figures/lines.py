"""What charts of lines share: how lines differ, a faint grid, and the legend below."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from .style import AMBER, GREY, TEAL, WITH_GRID, Part, figure, note

LOOKS = ((TEAL, "solid", "circle"), (AMBER, "dash", "square"), (GREY, "dot", "diamond"))
"""Colour, dash and mark of the first, second and third line: not by colour alone."""

BELOW: Part = {"orientation": "h", "yref": "container", "yanchor": "bottom", "y": 0, "x": 0}
"""A legend under the chart, at any width of the page."""


def bars(intervals: Sequence[Mapping[str, float]]) -> Part:
    """Return the bars of points that lie at ``mean``, each from ``low`` to ``high``."""
    return {
        "array": [it["high"] - it["mean"] for it in intervals],
        "arrayminus": [it["mean"] - it["low"] for it in intervals],
        "width": 4,
        "thickness": 1.2,
    }


def plain(
    traces: Sequence[Part],
    *,
    what: str,
    height: int,
    xaxis: Part,
    yaxis: Part,
    margin: Part | None = None,
    annotations: Sequence[Part] = (),
    **layout: Any,
) -> go.Figure:
    """Make a chart of lines.

    Args:
        traces: each with its type.
        what: is drawn; it stands above the y axis, where it can be read without turning.
        height: in pixels, with the legend.
        xaxis: its title and scale.
        yaxis: its scale.
        margin: in pixels, where it differs.
        annotations: besides ``what``.
        layout: everything else.
    """
    above = {"x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom", "yshift": 4}
    return figure(
        traces,
        height=height,
        xaxis=WITH_GRID | {"title_standoff": 10} | xaxis,
        yaxis=WITH_GRID | yaxis,
        annotations=[*annotations, note(what, xref="paper", yref="paper", **above)],
        legend=BELOW,
        margin={"l": 44, "r": 14, "t": 26} | (margin or {}),
        **layout,
    )
