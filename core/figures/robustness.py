"""Figure 10 as numbers: how hits change when the query is turned, cut or disturbed."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from .lines import LOOKS, plain
from .style import hline, scatter


def robustness_lines(
    variants: Mapping[str, Sequence[tuple[float, float]]],
    unchanged: Mapping[str, float],
    *,
    change: str,
    unit: str,
    what: str,
) -> go.Figure:
    """Show one measure over the strength of one change, on the fixed scale 0..1.

    Args:
        variants: (strength, share) of each trained network, by its title.
        unchanged: the share for the query as it is, by title: the thin line.
        change: what is done to the query, such as "rotation".
        unit: of the strength; may be empty.
        what: is measured.
    """
    traces, across = [], []
    for n, (title, points) in enumerate(variants.items()):
        colour, dash, symbol = LOOKS[n % len(LOOKS)]
        ordered = sorted(points)
        traces.append(
            scatter(
                x=[strength for strength, _ in ordered],
                y=[share for _, share in ordered],
                name=title,
                mode="lines+markers",
                line={"color": colour, "dash": dash, "width": 2.5},
                marker={"symbol": symbol, "size": 8},
                hovertemplate=f"{change} %{{x}} {unit}<br>{what}: %{{y:.3f}}"
                "<extra>%{fullData.name}</extra>",
            )
        )
        if title in unchanged:
            line = {"color": colour, "dash": dash, "width": 1}
            across.append(hline(unchanged[title], line, opacity=0.6))
    strengths = sorted({strength for points in variants.values() for strength, _ in points})
    return plain(
        traces,
        what=what,
        height=280,
        xaxis={"title": f"{change} ({unit})" if unit else change, "tickvals": strengths},
        yaxis={"range": [0, 1.03]},
        shapes=across,
    )
