"""Where the time of one query went."""

from collections.abc import Mapping

from ..language import later, tr
from ..wording import duration
from .style import AMBER, DURATIONS, GREY, TEAL, WITH_GRID, Part, parts, scatter

FASTEST, SLOWEST = 1e-6, 10.0  # seconds: the fixed scale

_TICKS = {1e-6: later("0.001 ms"), 1e-5: later("0.01 ms")} | DURATIONS
_COLOURS = {"exact scan": AMBER} | dict.fromkeys(
    ("hash", "probe", "rerank", "probe and rerank"), TEAL
)


def stage_times(seconds: Mapping[str, float]) -> Part:
    """Show one dot per stage on a fixed logarithmic scale, 1 µs … 10 s.

    Dots and not bars: a bar's length would need a zero, and a logarithm has none. What only
    LSH does is teal, the exact scan that judges it amber, and the network grey.

    Args:
        seconds: by stage, in the order in which they happen.
    """
    stages = [tr(stage) for stage in seconds]
    shown = [min(max(value, FASTEST), SLOWEST) for value in seconds.values()]
    dots = scatter(
        x=shown,
        y=stages,
        mode="markers+text",
        marker={"size": 11, "color": [_COLOURS.get(stage, GREY) for stage in seconds]},
        text=[duration(value) for value in seconds.values()],
        textposition=["middle left" if value > 0.5 else "middle right" for value in shown],
        cliponaxis=False,
        hovertemplate="%{y}: %{text}<extra></extra>",
    )
    return parts(
        [dots],
        xaxis={
            **WITH_GRID,
            "type": "log",
            "range": [-6.2, 1.2],
            "tickvals": list(_TICKS),
            "ticktext": list(map(tr, _TICKS.values())),
        },
        yaxis={"categoryorder": "array", "categoryarray": stages[::-1], "showgrid": False},
        showlegend=False,
        height=34 * len(stages) + 40,
    )
