"""Where the time of one query went."""

from collections.abc import Mapping

import plotly.graph_objects as go

from .style import AMBER, GREY, TEAL, WITH_GRID, figure, scatter

FASTEST, SLOWEST = 1e-5, 10.0  # seconds: the fixed scale

_COLOURS = {"exact scan": AMBER, "hash": TEAL, "probe": TEAL, "rerank": TEAL}


def stage_times(seconds: Mapping[str, float]) -> go.Figure:
    """Show one dot per stage on a fixed logarithmic scale, 0.01 ms … 10 s.

    Dots and not bars: a bar's length would need a zero, and a logarithm has none. What only
    LSH does is teal, the exact scan that judges it amber, and the network grey.

    Args:
        seconds: by stage, in the order in which they happen.
    """
    stages = list(seconds)
    shown = [min(max(value, FASTEST), SLOWEST) for value in seconds.values()]
    dots = scatter(
        x=shown,
        y=stages,
        mode="markers+text",
        marker={"size": 11, "color": [_COLOURS.get(stage, GREY) for stage in stages]},
        text=[duration(value) for value in seconds.values()],
        textposition=["middle left" if value > 0.5 else "middle right" for value in shown],
        cliponaxis=False,
        hovertemplate="%{y}: %{text}<extra></extra>",
    )
    return figure(
        [dots],
        xaxis={
            **WITH_GRID,
            "type": "log",
            "range": [-5.2, 1.2],
            "tickvals": [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10],
            "ticktext": ["10 µs", "0.1 ms", "1 ms", "10 ms", "0.1 s", "1 s", "10 s"],
        },
        yaxis={"categoryorder": "array", "categoryarray": stages[::-1], "showgrid": False},
        showlegend=False,
        height=34 * len(stages) + 40,
    )


def duration(seconds: float) -> str:
    """Write a duration with a unit that fits, to about three digits: ``0.083 ms``, ``61 ms``."""
    if seconds >= 1:
        return f"{seconds:.2f} s"
    milliseconds = seconds * 1e3
    digits = 0 if milliseconds >= 10 else 1 if milliseconds >= 1 else 3
    return f"{milliseconds:.{digits}f} ms"


def long_duration(seconds: float) -> str:
    """Write seconds, minutes or hours: ``12 s``, ``3 min``, ``1 h 20 min``."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
