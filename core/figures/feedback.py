"""How a ranking gets better from round to round of relevance feedback."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from ..language import tr
from .lines import plain
from .style import AMBER, TEAL, scatter

_COLOURS = (TEAL, AMBER)
_DASHES = ("solid", "dash")
SHORTEST = 5  # rounds that the axis shows at least, so that the first steps don't look long


def precision_by_round(precision: Mapping[int, Sequence[float]]) -> go.Figure:
    """Draw one line of precision@n for each of at most two n, on the fixed scale 0..1.

    Args:
        precision: n -> its values after 0, 1, 2 ... rounds.
    """
    last = max(SHORTEST, *(len(values) - 1 for values in precision.values()))
    return plain(
        [
            scatter(
                x=list(range(len(values))),
                y=list(values),
                name=tr("precision@{n}", n=n),
                mode="lines+markers",
                line={"color": colour, "dash": dash, "width": 2},
                marker={"size": 8},
                cliponaxis=False,
                hovertemplate=tr(
                    "precision@{n} after %{{x}} rounds: %{{y:.0%}}<extra></extra>", n=n
                ),
            )
            for (n, values), colour, dash in zip(precision.items(), _COLOURS, _DASHES, strict=False)
        ],
        what=tr("precision"),
        height=220,
        xaxis={"title": tr("rounds answered"), "range": [-0.15, last + 0.15], "dtick": 1},
        yaxis={"range": [0, 1.02], "tickformat": ".0%", "dtick": 0.25},
    )
