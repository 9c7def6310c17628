"""A hash code as a picture: which side of each hyperplane, and by how much."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ..language import tr
from .style import GREY, WITHOUT_GRID, Part, figure, heatmap, parts, scatter

# Not quite opaque, so that the page's own text colour stays readable on them, light or dark.
_ZERO, _CLOSE, _ONE = (
    "rgba(217, 131, 36, 0.75)",
    "rgba(138, 146, 156, 0.1)",
    "rgba(42, 157, 146, 0.75)",
)
FAR = 0.15  # a margin beyond this is drawn as far away; in 256 dimensions few are
_READABLE = 200  # digits: more would be too small
# The page's template gives the colour: by itself a heatmap takes black or white by the colour of
# the cell, without seeing how much of the page shines through.
CELL_TEXTS: Part = {"texttemplate": "%{text}", "textfont": {"size": 11}}
FRAGILE = 0.02  # a turn of little more than one degree can change such a bit


def code_cells(margins: NDArray[np.floating]) -> Part:
    """Show the bits of every table; the paler a bit, the closer to its hyperplane.

    A pale bit is fragile: a slightly different image may have it the other way round. The
    scale is fixed: ±0.15.

    Args:
        margins: (L, K) signed distances to the hyperplanes.
    """
    hidden = {"visible": False}
    return parts(
        [_cells(margins)],
        xaxis=hidden,
        yaxis=hidden | {"autorange": "reversed"},
        showlegend=False,
        height=_height(margins),
    )


def code_grid(
    margins: NDArray[np.floating],
    *,
    marked: NDArray[np.bool_] | None = None,
    notes: NDArray[np.str_] | None = None,
) -> go.Figure:
    """Show ``code_cells`` with their digits, and the numbers of tables and bits beside them.

    Args:
        margins: (L, K) signed distances to the hyperplanes.
        marked: (L, K) the bits that get a frame.
        notes: (L, K) what the hover says of each bit beside its margin.
    """
    n_tables, n_bits = margins.shape
    looks: Part = {} if notes is None else {"customdata": notes}
    if margins.size <= _READABLE:
        looks |= CELL_TEXTS
    traces = [_cells(margins, "" if notes is None else "%{customdata}") | looks]
    if marked is not None:
        rows, columns = np.nonzero(marked)
        traces.append(
            scatter(
                x=columns + 1,
                y=rows + 1,
                mode="markers",
                marker={
                    "symbol": "circle-open",
                    "size": 18 if margins.size <= _READABLE else 9,
                    "line": {"width": 2},
                    "color": GREY,
                },
                hoverinfo="skip",
            )
        )
    return figure(
        traces,
        xaxis=_numbers(tr("bit"), n_bits) | {"range": [0.5, n_bits + 0.5]},
        yaxis=_numbers(tr("table"), n_tables) | {"range": [n_tables + 0.5, 0.5]},
        showlegend=False,
        height=_height(margins) + 50,
        margin={"l": 44, "b": 44},
    )


def _cells(margins: NDArray[np.floating], note: str = "") -> Part:
    """Return the trace; its hover ends with a note."""
    n_tables, n_bits = margins.shape
    return heatmap(
        z=margins,
        zmin=-FAR,
        zmax=FAR,
        colorscale=[[0.0, _ZERO], [0.5, _CLOSE], [1.0, _ONE]],
        showscale=False,
        xgap=2,
        ygap=2,
        x=np.arange(1, n_bits + 1),
        y=np.arange(1, n_tables + 1),
        text=(margins >= 0).astype(int),
        hovertemplate=tr("table %{y}, bit %{x} = %{text}<br>margin %{z:+.3f}")
        + f"{note}<extra></extra>",
    )


def _height(margins: NDArray[np.floating]) -> int:
    return max(120, min(24 * len(margins), 400))


def _numbers(title: str, last: int) -> Part:
    """Return an axis that counts to ``last``."""
    return {
        **WITHOUT_GRID,
        "title": title,
        "title_standoff": 6,
        "dtick": 1 if last <= 12 else 4,
        "tick0": 0,
        "visible": True,
    }
