"""Charts with one row per thing, its label above its row and not beside it.

Labels beside the rows would take half of a phone's screen.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import plotly.graph_objects as go

from .. import wording
from ..language import later, tr, written
from .style import AMBER, GREY, TEAL, WITH_GRID, Part, figure, note, scatter, vline

ROW = 46  # pixels: a line of text and a mark below it

Verdict = Literal["helps", "hurts", "no measurable difference"]
_COLOURS = {
    later("helps"): TEAL,
    later("hurts"): AMBER,
    later("no measurable difference"): GREY,
}


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and where it lies with 95 % confidence."""

    label: str
    mean: float
    low: float
    high: float

    @property
    def verdict(self) -> Verdict:
        """What a difference says: nothing as long as 0 lies within the interval."""
        if self.low > 0:
            return "helps"
        return "hurts" if self.high < 0 else "no measurable difference"

    def reversed(self) -> "Interval":
        """Return the same difference taken the other way round."""
        return Interval(self.label, -self.mean, -self.high, -self.low)


def differences(rows: Sequence[Interval], *, what: str, reach: float) -> go.Figure:
    """Show differences with their intervals on the fixed scale ±``reach``.

    Teal lies above 0 with its whole interval, amber below; grey decides nothing. What lies
    beyond the scale is drawn at its end and written as it is.

    Args:
        rows: from top to bottom.
        what: is compared, for the axis.
        reach: of the scale to both sides.
    """
    return _intervals(
        rows,
        limits=(-reach, reach),
        colours=[_COLOURS[row.verdict] for row in rows],
        write=signed,
        xaxis={"title": what, "tickformat": "+.2~f", "range": [-1.05 * reach, 1.05 * reach]},
        line=vline(0, {"width": 1.5, "color": GREY}, layer="below"),
    )


def shares_inside(rows: Sequence[Interval], *, area: float) -> go.Figure:
    """Show which share of each map falls inside the object, on the fixed scale 0..100 %.

    A map that knows nothing of objects puts as much inside as the object covers: the line.

    Args:
        rows: one per map.
        area: share of the picture that the object covers.
    """
    return _intervals(
        rows,
        limits=(0, 1),
        colours=[TEAL if row.low > area else AMBER if row.high < area else GREY for row in rows],
        write=lambda share: written(share, ".1%"),
        xaxis={
            "title": tr("share of the map inside the object"),
            "tickformat": ".0%",
            "range": [-0.01, 1.01],
        },
        line=vline(area, {"width": 1.5, "dash": "dot", "color": GREY}, layer="below"),
    )


def signed(value: float) -> str:
    """Write a difference of two shares with its sign: ``+0.0123``, ``−0.0004``."""
    return wording.signed(value, 4)


def label_rows(
    traces: Sequence[Part],
    labels: Sequence[str],
    *,
    xaxis: Part,
    height: int | None = None,
    **layout: Any,
) -> go.Figure:
    """Make a chart with each label above its row; row n lies at y = n, the first on top.

    Args:
        traces: each with its type.
        labels: from top to bottom.
        xaxis: its title and scale.
        height: in pixels, where a row isn't just its label and a mark.
        layout: everything else.
    """
    above = {"x": 0, "xref": "paper", "xanchor": "left", "yshift": 15, "align": "left"}
    return figure(
        traces,
        xaxis=WITH_GRID | xaxis,
        yaxis={"visible": False, "range": [len(labels) - 0.55, -0.75], "zeroline": False},
        annotations=[note(label, y=row, **above) for row, label in enumerate(labels)],
        height=height or ROW * len(labels) + 60,
        margin={"l": 10, "r": 14},
        **{"showlegend": False} | layout,
    )


def _intervals(
    rows: Sequence[Interval],
    *,
    limits: tuple[float, float],
    colours: Sequence[str],
    write: Callable[[float], str],
    xaxis: Part,
    line: Part,
) -> go.Figure:
    """Draw a dot and a bar per row, the mean written behind its label, and a line to judge by."""
    lowest, highest = limits

    def within(*values: float) -> list[float]:
        return [min(max(value, lowest), highest) for value in values]

    bars = [
        scatter(
            x=within(row.low, row.high),
            y=[y, y],
            mode="lines",
            line={"width": 4, "color": colour},
            hoverinfo="skip",
        )
        for y, (row, colour) in enumerate(zip(rows, colours, strict=True))
    ]
    dots = scatter(
        x=within(*(row.mean for row in rows)),
        y=list(range(len(rows))),
        mode="markers",
        marker={"size": 12, "color": list(colours)},
        cliponaxis=False,
        text=[
            tr(
                "{label}<br>{mean}, 95 %: {low} to {high}",
                label=row.label,
                mean=write(row.mean),
                low=write(row.low),
                high=write(row.high),
            )
            for row in rows
        ],
        hovertemplate="%{text}<extra></extra>",
    )
    return label_rows(
        [*bars, dots],
        [f"{row.label} <b>{write(row.mean)}</b>" for row in rows],
        xaxis=xaxis,
        shapes=[line],
    )
