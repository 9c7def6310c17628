"""What the power of the spatial gate is worth, gallery by gallery."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from ..language import tr
from .lines import LOOKS, bars, plain
from .style import GREY, as_text, hline, note, scatter, vline


def change_over_exponent(
    curves: Mapping[str, Sequence[Mapping[str, Any]]], *, own: float
) -> go.Figure:
    """Show how mAP changes with the power p by which the spatial gate acts, one line a gallery.

    Left is a gate that does nothing. Every line meets 0 at the checkpoint's own p.

    Args:
        curves: by the gallery's title, its steps, each with ``exponent`` and ``difference``: mean,
            low and high.
        own: the checkpoint's p, at the upright line.
    """
    traces = []
    for n, (title, steps) in enumerate(curves.items()):
        colour, dash, symbol = LOOKS[n % len(LOOKS)]
        differences = [step["difference"] for step in steps]
        traces.append(
            scatter(
                name=as_text(title),
                x=[step["exponent"] for step in steps],
                y=[it["mean"] for it in differences],
                error_y=bars(differences),
                mode="lines+markers",
                line={"color": colour, "dash": dash},
                marker={"symbol": symbol, "size": 7},
                hovertemplate="p = %{x}: %{y:+.3f} mAP",
            )
        )
    line = {"width": 1.5, "color": GREY}
    mark = tr("the model's p = {own:g}", own=own)
    return plain(
        traces,
        what=tr("mAP less that with the model's own p"),
        height=320,
        xaxis={"title": tr("p, the power of the spatial gate; sharper to the right")},
        yaxis={"tickformat": "+.2f"},
        margin={"l": 52},
        annotations=[
            note(mark, x=own, xanchor="left", xshift=4, y=0, yref="y domain", yanchor="bottom")
        ],
        shapes=[hline(0, line, layer="below"), vline(own, line | {"dash": "dot"}, layer="below")],
    )
