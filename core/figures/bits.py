"""A hash code as a picture: which side of each hyperplane, and by how much."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from .style import GREY, WITHOUT_GRID, Part, figure, heatmap, scatter

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


def code_grid(
    margins: NDArray[np.floating],
    *,
    marked: NDArray[np.bool_] | None = None,
    notes: NDArray[np.str_] | None = None,
    numbered: bool = False,
) -> go.Figure:
    """Show the bits of every table; the paler a bit, the closer to its hyperplane.

    A pale bit is fragile: a slightly different image may have it the other way round. The
    scale is fixed: ±0.15.

    Args:
        margins: (L, K) signed distances to the hyperplanes.
        marked: (L, K) the bits that get a frame.
        notes: (L, K) what the hover says of each bit beside its margin.
        numbered: whether tables and bits have their numbers beside them, and cells their digits.
    """
    n_tables, n_bits = margins.shape
    bits = (margins >= 0).astype(int)  # (L, K)
    texts = np.full(margins.shape, "") if notes is None else notes
    bit, table = np.arange(1, n_bits + 1), np.arange(1, n_tables + 1)
    traces = [
        heatmap(
            z=margins,
            zmin=-FAR,
            zmax=FAR,
            colorscale=[[0.0, _ZERO], [0.5, _CLOSE], [1.0, _ONE]],
            showscale=False,
            xgap=2,
            ygap=2,
            customdata=texts,
            x=bit,
            y=table,
            text=bits,
            **(CELL_TEXTS if numbered and bits.size <= _READABLE else {}),
            hovertemplate="table %{y}, bit %{x} = %{text}<br>margin %{z:+.3f}"
            "%{customdata}<extra></extra>",
        )
    ]
    if marked is not None:
        rows, columns = np.nonzero(marked)
        traces.append(
            scatter(
                x=bit[columns],
                y=table[rows],
                mode="markers",
                marker={
                    "symbol": "circle-open",
                    "size": 18 if bits.size <= _READABLE else 9,
                    "line": {"width": 2},
                    "color": GREY,
                },
                hoverinfo="skip",
            )
        )
    height = max(120, min(24 * n_tables, 400))
    if not numbered:
        hidden = {"visible": False}
        return figure(
            traces,
            xaxis=hidden,
            yaxis=hidden | {"autorange": "reversed"},
            showlegend=False,
            checked=False,
            height=height,
        )
    return figure(
        traces,
        xaxis=_numbers("bit", n_bits) | {"range": [0.5, n_bits + 0.5]},
        yaxis=_numbers("table", n_tables) | {"range": [n_tables + 0.5, 0.5]},
        showlegend=False,
        height=height + 50,
        margin={"l": 44, "b": 44},
    )


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
