"""A hash code as a picture: which side of each hyperplane, and by how much."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.figures.style import bare

# Not quite opaque, so that the page's own text colour stays readable on them, light or dark.
_ZERO, _CLOSE, _ONE = (
    "rgba(217, 131, 36, 0.75)",
    "rgba(138, 146, 156, 0.1)",
    "rgba(42, 157, 146, 0.75)",
)
FAR = 0.15  # a margin beyond this is drawn as far away; in 256 dimensions few are


def code_grid(margins: NDArray[np.floating]) -> go.Figure:
    """Show the bits of every table; the paler a bit, the closer to its hyperplane.

    A pale bit is fragile: a slightly different image may have it the other way round. The
    scale is fixed: ±0.15.

    Args:
        margins: (L, K) signed distances to the hyperplanes.
    """
    n_tables, n_bits = margins.shape
    bits = (margins >= 0).astype(int)  # (L, K)
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
            customdata=bits,
            x=bit,
            y=table,
            hovertemplate="table %{y}, bit %{x} = %{customdata}<br>margin %{z:+.3f}<extra></extra>",
        )
    )
    if bits.size <= 200:  # more would be too small to read
        # A trace of its own: the heatmap's text takes its colour from the opaque cell.
        figure.add_scatter(
            x=np.tile(bit, n_tables),
            y=np.repeat(table, n_bits),
            text=bits.ravel(),
            mode="text",
            textfont={"size": 11},
            hoverinfo="skip",
        )
    figure.update_xaxes(visible=False, fixedrange=True)
    figure.update_yaxes(visible=False, autorange="reversed", fixedrange=True)
    return bare(figure).update_layout(showlegend=False, height=max(120, min(24 * n_tables, 400)))
