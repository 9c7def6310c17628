"""What each gate of attention is worth as more stands around the picture."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from ..language import later, tr
from .lines import bars, plain
from .style import AMBER, GREY, TEAL, hline, scatter

_LOOKS = {  # not by colour alone
    "channel": {"color": AMBER, "dash": "dash"},
    "spatial": {"color": TEAL, "dash": "dot"},
    "both": {"color": TEAL, "dash": "solid"},
}
_NAMES = {
    "channel": later("channel gate"),
    "spatial": later("spatial gate"),
    "both": later("both gates"),
}


def gain_over_clutter(steps: Sequence[Mapping[str, Any]]) -> go.Figure:
    """Show the gain in mAP of each attention mode over none, with its 95 % interval.

    Clutter grows to the right. Above the line at 0 attention helps, below it hurts.

    Args:
        steps: each with ``side`` and, by mode, ``gain`` with mean, low and high.
    """
    shares = [step["side"] ** 2 for step in steps]
    traces = []
    for mode, line in _LOOKS.items():
        gains = [step["gain"][mode] for step in steps]
        traces.append(
            scatter(
                name=tr(_NAMES[mode]),
                x=shares,
                y=[it["mean"] for it in gains],
                error_y=bars(gains),
                mode="lines+markers",
                line=line,
                hovertemplate=tr("%{x:.0%} of the area: %{y:+.3f} mAP"),
            )
        )
    return plain(
        traces,
        what=tr("mAP with attention less mAP without"),
        height=340,
        xaxis={
            "title": tr("share of the area that the picture takes; clutter grows to the right"),
            "tickformat": ".0%",
            "tickvals": shares,
            "autorange": "reversed",
        },
        yaxis={"tickformat": "+.2f"},
        margin={"l": 52},
        shapes=[hline(0, {"width": 1.5, "color": GREY}, layer="below")],
    )
