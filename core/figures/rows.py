"""Charts with one row per thing, its label above its row and not beside it.

Labels beside the rows would take half of a phone's screen.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import plotly.graph_objects as go

from core.figures.style import AMBER, GREY, TEAL, bare

ROW = 46  # pixels: a line of text and a mark below it
GRID = "rgba(138, 146, 156, 0.25)"

Verdict = Literal["helps", "hurts", "no measurable difference"]
_COLOURS = {"helps": TEAL, "hurts": AMBER, "no measurable difference": GREY}


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
    figure = _intervals(
        rows,
        limits=(-reach, reach),
        colours=[_COLOURS[row.verdict] for row in rows],
        write=signed,
    )
    figure.add_vline(x=0, line={"width": 1.5, "color": GREY}, layer="below")
    figure.update_xaxes(title=what, tickformat="+.2~f", range=[-1.05 * reach, 1.05 * reach])
    return figure


def shares_inside(rows: Sequence[Interval], *, area: float) -> go.Figure:
    """Show which share of each map falls inside the object, on the fixed scale 0..100 %.

    A map that knows nothing of objects puts as much inside as the object covers: the line.

    Args:
        rows: one per map.
        area: share of the picture that the object covers.
    """
    figure = _intervals(
        rows,
        limits=(0, 1),
        colours=[TEAL if row.low > area else AMBER if row.high < area else GREY for row in rows],
        write="{:.1%}".format,
    )
    figure.add_vline(x=area, line={"width": 1.5, "dash": "dot", "color": GREY}, layer="below")
    figure.update_xaxes(title="share of the map inside the object", tickformat=".0%")
    return figure.update_xaxes(range=[-0.01, 1.01])


def signed(value: float) -> str:
    """Write a difference of two shares with its sign: ``+0.0123``, ``−0.0004``."""
    return f"{value:+.4f}".replace("-", "−")


def label_rows(figure: go.Figure, labels: Sequence[str]) -> go.Figure:
    """Write each label above its row; row n lies at y = n, the first on top."""
    for row, label in enumerate(labels):
        figure.add_annotation(
            x=0,
            xref="paper",
            xanchor="left",
            y=row,
            yshift=15,
            text=label,
            showarrow=False,
            align="left",
        )
    figure.update_xaxes(
        showgrid=True, gridcolor=GRID, zeroline=False, fixedrange=True, title_standoff=8
    )
    figure.update_yaxes(
        visible=False, fixedrange=True, range=[len(labels) - 0.55, -0.75], zeroline=False
    )
    return bare(figure).update_layout(
        showlegend=False, height=ROW * len(labels) + 60, margin={"l": 10, "r": 14}
    )


def _intervals(
    rows: Sequence[Interval],
    *,
    limits: tuple[float, float],
    colours: Sequence[str],
    write: Callable[[float], str],
) -> go.Figure:
    """Draw a dot and a bar per row, the mean written behind its label."""
    lowest, highest = limits
    figure = go.Figure()
    for y, (row, colour) in enumerate(zip(rows, colours, strict=True)):
        ends = [min(max(value, lowest), highest) for value in (row.low, row.high)]
        figure.add_scatter(
            x=ends, y=[y, y], mode="lines", line={"width": 4, "color": colour}, hoverinfo="skip"
        )
    figure.add_scatter(
        x=[min(max(row.mean, lowest), highest) for row in rows],
        y=list(range(len(rows))),
        mode="markers",
        marker={"size": 12, "color": list(colours)},
        cliponaxis=False,
        text=[
            f"{row.label}<br>{write(row.mean)}, 95 %: {write(row.low)} to {write(row.high)}"
            for row in rows
        ],
        hovertemplate="%{text}<extra></extra>",
    )
    return label_rows(figure, [f"{row.label} <b>{write(row.mean)}</b>" for row in rows])
