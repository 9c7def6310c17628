"""What charts of lines share: a faint grid, the legend below, and nothing that zooms."""

import plotly.graph_objects as go

from core.figures.rows import GRID
from core.figures.style import bare

BELOW = {"orientation": "h", "yref": "container", "yanchor": "bottom", "y": 0, "x": 0}
"""A legend under the chart, at any width of the page."""


def plain(figure: go.Figure, *, what: str, height: int) -> go.Figure:
    """Dress a chart of lines.

    Args:
        figure: with its traces and the title of its x axis.
        what: is drawn; it stands above the y axis, where it can be read without turning.
        height: in pixels, with the legend.
    """
    axes = {"showgrid": True, "gridcolor": GRID, "zeroline": False, "fixedrange": True}
    figure.update_xaxes(**axes, title_standoff=10)
    figure.update_yaxes(**axes)
    figure.add_annotation(
        text=what,
        x=0,
        xref="paper",
        xanchor="left",
        y=1,
        yref="paper",
        yanchor="bottom",
        yshift=4,
        showarrow=False,
    )
    return bare(figure).update_layout(
        height=height, legend=BELOW, margin={"l": 44, "r": 14, "t": 26}
    )
