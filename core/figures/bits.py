"""A hash code as a picture: which side of each hyperplane, and by how much."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.figures.style import GREY, bare

# Not quite opaque, so that the page's own text colour stays readable on them, light or dark.
_ZERO, _CLOSE, _ONE = (
    "rgba(217, 131, 36, 0.75)",
    "rgba(138, 146, 156, 0.1)",
    "rgba(42, 157, 146, 0.75)",
)
FAR = 0.15  # a margin beyond this is drawn as far away; in 256 dimensions few are
_READABLE = 200  # digits: more would be too small
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
        numbered: whether tables and bits have their numbers beside them.
    """
    n_tables, n_bits = margins.shape
    bits = (margins >= 0).astype(int)  # (L, K)
    told = np.full(margins.shape, "") if notes is None else notes
    bit, table = np.arange(1, n_bits + 1), np.arange(1, n_tables + 1)
    figure = go.Figure(
        go.Heatmap(
            z=margins,
            zmin=-FAR,
            zmax=FAR,
            colorscale=[[0.0, _ZERO], [0.5, _CLOSE], [1.0, _ONE]],
            showscale=False,
            xgap=2,
            ygap=2,
            customdata=np.stack([bits.astype(str), told], axis=-1),
            x=bit,
            y=table,
            hovertemplate="table %{y}, bit %{x} = %{customdata[0]}<br>margin %{z:+.3f}"
            "%{customdata[1]}<extra></extra>",
        )
    )
    if marked is not None:
        rows, columns = np.nonzero(marked)
        figure.add_scatter(
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
    if bits.size <= _READABLE:
        # A trace of its own: the heatmap's text takes its colour from the opaque cell.
        figure.add_scatter(
            x=np.tile(bit, n_tables),
            y=np.repeat(table, n_bits),
            text=bits.ravel(),
            mode="text",
            textfont={"size": 11},
            hoverinfo="skip",
        )
    figure.update_xaxes(visible=numbered, fixedrange=True)
    figure.update_yaxes(visible=numbered, fixedrange=True, autorange="reversed")
    bare(figure).update_layout(showlegend=False, height=max(120, min(24 * n_tables, 400)))
    if numbered:
        for name, last, span in (("x", n_bits, "bit"), ("y", n_tables, "table")):
            axis = {"title": span, "dtick": 1 if last <= 12 else 4, "tick0": 0}
            axis |= {"showgrid": False, "zeroline": False, "title_standoff": 6}
            figure.update_layout({f"{name}axis": axis})
        figure.update_xaxes(range=[0.5, n_bits + 0.5])
        figure.update_yaxes(range=[n_tables + 0.5, 0.5], autorange=False)
        figure.update_layout(height=figure.layout.height + 50, margin={"l": 44, "b": 44})
    return figure
