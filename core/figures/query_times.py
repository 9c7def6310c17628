"""The times of a race, query by query: the median says who is faster, the spread how surely."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from ..language import tr
from ..wording import duration
from .rows import label_rows
from .style import CLEAR, DURATIONS, GREY, TEAL, box

FASTEST, SLOWEST = 5e-6, 0.5  # seconds: the fixed scale
_TICKS = {1e-5: "10 µs"} | DURATIONS


@dataclass(frozen=True, kw_only=True, slots=True)
class QueryTimes:
    """One way to search."""

    label: str
    median: float  # seconds
    seconds: Sequence[float]  # of each query
    is_ours: bool  # teal; what is compared with is grey


def query_times(rows: Sequence[QueryTimes]) -> go.Figure:
    """Show a dot for each query and a box around the middle half, on a fixed logarithmic scale.

    What is beyond the scale is drawn at its end.

    Args:
        rows: from top to bottom.
    """
    boxes = []
    for y, row in enumerate(rows):
        colour = TEAL if row.is_ours else GREY
        boxes.append(
            box(
                x=[min(max(it, FASTEST), SLOWEST) for it in row.seconds],
                y0=y + 0.14,  # below its label
                orientation="h",
                name=row.label,
                boxpoints="all",
                pointpos=0,
                jitter=0.9,
                width=0.34,
                marker={"size": 3, "color": colour, "opacity": 0.45},
                line={"width": 1.5, "color": colour},
                fillcolor=CLEAR,
                text=[
                    tr("query {number}: {time}", number=i, time=duration(it))
                    for i, it in enumerate(row.seconds, 1)
                ],
                hovertemplate="%{text}<extra></extra>",
                hoveron="points",
            )
        )
    return label_rows(
        boxes,
        [f"{row.label} · <b>{duration(row.median)}</b>" for row in rows],
        xaxis={
            "title": tr("time of one query, one thread"),
            "type": "log",
            "range": [-5.2, -0.3],
            "tickvals": list(_TICKS),
            "ticktext": list(map(tr, _TICKS.values())),
        },
        height=66 * len(rows) + 60,
    )
