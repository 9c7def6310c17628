"""What charts of lines share: a faint grid, and the legend below."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from .style import WITH_GRID, Part, figure, note

BELOW: Part = {"orientation": "h", "yref": "container", "yanchor": "bottom", "y": 0, "x": 0}
"""A legend under the chart, at any width of the page."""


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
