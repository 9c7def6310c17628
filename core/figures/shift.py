"""What a change of the query did: its bits, its ranks, and how both follow its strength."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ..language import later, tr
from .bits import CELL_TEXTS
from .lines import BELOW, plain
from .style import (
    AMBER,
    GREY,
    TEAL,
    WITH_GRID,
    WITHOUT_GRID,
    Part,
    as_text,
    figure,
    heatmap,
    hline,
    image,
    note,
    scatter,
    vline,
)

FAR = 0.15  # of a margin, where the colours end; unit vectors of 256 numbers have few beyond
WIDEST = 0.2  # of a margin, where the axes end
WIDE = 100  # degrees, where the axis of the angle ends: unrelated images are at about 90
READABLE = 200  # bits: more cells are too small for text, and so are more than 16 in a row

# Below 0 a bit that flipped, above 0 one that stayed; the paler, the smaller its old margin.
_BITS = (
    (0.0, "rgba(217, 131, 36, 1)"),
    (0.5, "rgba(217, 131, 36, 0.4)"),
    (0.5, "rgba(42, 157, 146, 0.08)"),
    (1.0, "rgba(42, 157, 146, 0.75)"),
)


def flipped_bits(
    before: NDArray[np.floating], after: NDArray[np.floating], read_as: NDArray[np.integer]
) -> go.Figure:
    """Show every bit before the change, which ones flipped, and what became of each bucket.

    Args:
        before: (L, K) margins of the unchanged query.
        after: (L, K) margins of the changed one.
        read_as: (L,) which probe of the changed query reads the old bucket; 0 for none.
    """
    n_tables, n_bits = before.shape
    flipped = (before >= 0) != (after >= 0)  # (L, K)
    size = np.clip(np.abs(before), 1e-6, FAR)  # (L, K) never 0: the sign tells what flipped
    old, new = (before >= 0).astype(int), (after >= 0).astype(int)
    change = np.char.add(np.char.add(old.astype(str), "→"), new.astype(str))
    traces = [
        heatmap(
            z=np.where(flipped, -size, size),
            zmin=-FAR,
            zmax=FAR,
            colorscale=_BITS,
            showscale=False,
            xgap=2,
            ygap=2,
            x=np.arange(1, n_bits + 1),
            y=np.arange(1, n_tables + 1),
            text=np.where(flipped, change, ""),
            hovertext=np.where(flipped, change, old),
            **(CELL_TEXTS if before.size <= READABLE and n_bits <= 16 else {}),
            customdata=np.dstack([before, after]),
            hovertemplate=tr(
                "table %{y}, bit %{x}: %{hovertext}"
                "<br>margin before %{customdata[0]:+.3f}"
                "<br>margin after %{customdata[1]:+.3f}<extra></extra>"
            ),
        )
    ]
    axis = WITHOUT_GRID | {"title_standoff": 8, "tick0": 1}
    beside = {"x": 1, "xref": "paper", "xanchor": "left", "xshift": 4}
    return figure(
        traces,
        xaxis={
            **axis,
            "title": tr("bit; each row is a table"),
            "range": [0.5, n_bits + 0.5],
            "dtick": 1 if n_bits <= 16 else 4,
        },
        yaxis={**axis, "range": [n_tables + 0.5, 0.5], "dtick": 1 if n_tables <= 16 else 4},
        annotations=[
            note(_fate(number), y=row, **beside) for row, number in enumerate(read_as.tolist(), 1)
        ],
        showlegend=False,
        height=22 * n_tables + 64,
        margin={"l": 24, "r": 58, "b": 46},
    )


def margins_before_and_after(
    before: NDArray[np.floating], after: NDArray[np.floating]
) -> go.Figure:
    """Show each bit as a dot: its margin before and after; a bit that flipped changed sides.

    Both are normal over random hyperplanes, with the cosine between the two embeddings as
    their correlation. The scale is fixed: ±0.2, and what lies beyond stands at its end.

    Args:
        before: (L, K) margins of the unchanged query.
        after: (L, K) margins of the changed one.
    """
    n_tables, n_bits = before.shape
    flipped = ((before >= 0) != (after >= 0)).ravel()
    names = [
        tr("table {table}, bit {bit}", table=t, bit=b)
        for t in range(1, n_tables + 1)
        for b in range(1, n_bits + 1)
    ]
    dots = [
        scatter(
            x=np.clip(before.ravel()[which], -WIDEST, WIDEST),
            y=np.clip(after.ravel()[which], -WIDEST, WIDEST),
            text=[names[place] for place in which.tolist()],
            name=f"{kind}: {len(which)}",
            mode="markers",
            marker={"color": colour, "symbol": symbol, "size": 7},
            hovertemplate=tr(
                "%{text}<br>margin before %{x:+.3f}<br>margin after %{y:+.3f}<extra></extra>"
            ),
            showlegend=True,
        )
        for kind, colour, symbol, which in (
            (tr("same side"), TEAL, "circle", np.flatnonzero(~flipped)),
            (tr("flipped"), AMBER, "diamond", np.flatnonzero(flipped)),
        )
    ]
    zero = {"color": GREY, "width": 1.5}
    scale = {"range": [-WIDEST - 0.01, WIDEST + 0.01], "dtick": 0.1}
    return plain(
        dots,
        what=tr("margin after"),
        height=280,
        xaxis=scale | {"title": tr("margin before")},
        yaxis=scale,
        shapes=[hline(0, zero), vline(0, zero)],
    )


def _fate(number: int) -> str:
    """Say in a word what became of a bucket."""
    if number == 0:
        return tr("lost")
    return tr("kept") if number == 1 else tr("probe {number}", number=number)


@dataclass(frozen=True, slots=True)
class Slope:
    """One image between two rankings; at least one of its ranks lies within k."""

    name: str
    before: int | None  # rank from 1; None: not ranked at all
    after: int | None
    picture: str | None = None  # address of a small picture, such as a data URI


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    colour: str
    dash: str


_KINDS = {
    (True, True): _Kind(later("stays"), TEAL, "solid"),
    (True, False): _Kind(later("leaves"), AMBER, "solid"),
    (False, True): _Kind(later("comes in"), GREY, "dot"),
}
_LEFT, _RIGHT = -0.22, 1.22  # where the pictures stand


def slope_chart(slopes: Sequence[Slope], *, k: int) -> go.Figure:
    """Draw a line from each image's rank before to its rank after, on the fixed scale 1..k.

    A line to a rank beyond k is cut where it leaves the list, so the steeper it falls, the
    farther the image went, up to a rank of 3k. A cross marks one that isn't ranked at all.

    Args:
        slopes: every image that is in the top k before, after, or both.
        k: the length of the list.
    """
    edge = k + 0.75
    lines = []
    for inside, kind in _KINDS.items():
        drawn = [it for it in slopes if _inside(it, k) == inside]
        ends = [_ends(it, edge, 3.0 * k + 1) for it in drawn]
        lines.append(
            scatter(
                x=[x for (x0, _), (x1, _) in ends for x in (x0, x1, None)],
                y=[y for (_, y0), (_, y1) in ends for y in (y0, y1, None)],
                text=[text for it in drawn for text in (_told(it), _told(it), "")],
                name=f"{tr(kind.name)}: {len(drawn)}",
                mode="lines+markers",
                line={"color": kind.colour, "dash": kind.dash, "width": 2.5},
                marker={"size": 8, "symbol": [it for slope in drawn for it in _symbols(slope)]},
                hovertemplate="%{text}<extra></extra>",
                showlegend=True,
            )
        )
    images = [it for slope in slopes for it in _pictures(slope, k)]
    reach = 0.4 if images else 0.06
    row = 38 if images else 24 if k <= 20 else 12
    return figure(
        lines,
        xaxis={
            **WITHOUT_GRID,
            "tickvals": [0, 1],
            "ticktext": [tr("before"), tr("after")],
            "side": "top",
            "range": [-reach, 1 + reach],
        },
        yaxis={
            **WITH_GRID,
            "title": tr("rank"),
            "title_standoff": 4,
            "range": [edge + 0.1, 0.4],
            "dtick": 1 if k <= 20 else 5,
            "tick0": 0 if k > 20 else 1,
        },
        shapes=[hline(edge, {"color": GREY, "dash": "dot", "width": 1})],
        images=images,
        height=row * (k + 1) + 70,
        legend=BELOW,
        margin={"l": 44, "r": 8, "t": 26, "b": 36},
    )


def _inside(slope: Slope, k: int) -> tuple[bool, bool]:
    """Tell whether an image is in the list before, and after."""
    return _within(slope.before, k), _within(slope.after, k)


def _within(rank: int | None, k: int) -> bool:
    return rank is not None and rank <= k


def _ends(slope: Slope, edge: float, last: float) -> tuple[tuple[float, float], ...]:
    """Both ends of a line, cut at the edge of the list."""
    before, after = (last if it is None else min(it, last) for it in (slope.before, slope.after))
    if after > edge:
        return (0.0, before), ((edge - before) / (after - before), edge)
    if before > edge:
        return ((before - edge) / (before - after), edge), (1.0, after)
    return (0.0, before), (1.0, after)


def _symbols(slope: Slope) -> tuple[str, str, str]:
    """Mark an end that isn't ranked with a cross; the third is of the gap behind the line."""
    before, after = ("x" if it is None else "circle" for it in (slope.before, slope.after))
    return before, after, "circle"


def _told(slope: Slope) -> str:
    """Say both ranks of an image."""
    before, after = ("–" if it is None else str(it) for it in (slope.before, slope.after))
    ranks = tr("rank {before} → {after}", before=before, after=after)
    missing = "" if None not in (slope.before, slope.after) else tr("<br>–: no candidate")
    return f"{as_text(slope.name)}<br>{ranks}{missing}"


def _pictures(slope: Slope, k: int) -> Iterator[Part]:
    """Place the image beside each of its ranks in the list."""
    looks = {"sizex": 0.34, "sizey": 0.92, "xanchor": "center", "yanchor": "middle"}
    for rank, x in ((slope.before, _LEFT), (slope.after, _RIGHT)):
        if slope.picture and _within(rank, k):
            yield image(slope.picture, x=x, y=rank, **looks)


@dataclass(frozen=True, slots=True)
class Step:
    """What one strength of a change did."""

    strength: float
    degrees: float  # the angle by which the embedding turned
    flipped: int  # bits
    kept: float  # share of the old top k that LSH still finds
    kept_exact: float  # the same by the exact scan


def bits_by_strength(
    steps: Sequence[Step], *, n_bits: int, n_tables: int, change: str
) -> go.Figure:
    """Show the measured flips over the strength, and what theory says from the angle alone.

    The band is two standard deviations of the binomial distribution wide to both sides. Both
    axes are fixed, and so aligned that theory's line is also the angle: K·L·theta/pi on the
    left is theta on the right.

    Args:
        steps: by rising strength.
        n_bits: K.
        n_tables: L.
        change: name and unit of what is changed.
    """
    total = n_bits * n_tables
    strengths = [step.strength for step in steps]
    share = np.array([step.degrees for step in steps]) / 180  # theta/pi
    theory = total * share
    reach = 2 * np.sqrt(theory * (1 - share))
    traces = [
        scatter(
            x=[*strengths, *strengths[::-1]],
            y=[*(theory + reach), *(theory - reach)[::-1]],
            fill="toself",
            fillcolor="rgba(138, 146, 156, 0.25)",
            mode="lines",
            line={"width": 0},
            name=tr("±2 standard deviations"),
            hoverinfo="skip",
        ),
        scatter(
            x=strengths,
            y=theory,
            name=tr("theory, K·L·θ/π"),
            mode="lines",
            line={"color": GREY, "width": 2, "dash": "dash"},
            customdata=[step.degrees for step in steps],
            hovertemplate=tr("angle θ %{customdata:.1f}°<br>theory: %{y:.1f} bits<extra></extra>"),
        ),
        scatter(
            x=strengths,
            y=[step.flipped for step in steps],
            name=tr("measured"),
            mode="lines+markers",
            line={"color": TEAL, "width": 2.5},
            marker={"size": 9},
            hovertemplate=tr(
                "{change}: %{{x}}<br>%{{y}} of {total} bits flipped<extra></extra>",
                change=change,
                total=total,
            ),
        ),
        scatter(  # a trace of its own axis is what makes that axis be drawn
            x=strengths[:1],
            y=[0],
            yaxis="y2",
            visible=True,
            opacity=0,
            showlegend=False,
        ),
    ]
    return plain(
        traces,
        what=tr("bits flipped (left), angle θ (right)"),
        height=330,
        xaxis={"title": change},
        yaxis={"range": [0, total * WIDE / 180]},
        yaxis2={
            **WITHOUT_GRID,
            "overlaying": "y",
            "side": "right",
            "range": [0, WIDE],
            "dtick": 30,
            "ticksuffix": "°",
            "fixedrange": True,
        },
        margin={"r": 40},
    )


def kept_by_strength(steps: Sequence[Step], *, k: int, change: str) -> go.Figure:
    """Show which share of the old top k is still found, on the fixed scale 0..1.

    Args:
        steps: by rising strength.
        k: how many hits count.
        change: name and unit of what is changed.
    """
    series = (
        ("LSH", [step.kept for step in steps], TEAL, "solid", "circle"),
        (tr("exact scan"), [step.kept_exact for step in steps], AMBER, "dash", "square"),
    )
    traces = [
        scatter(
            x=[step.strength for step in steps],
            y=values,
            name=name,
            mode="lines+markers",
            line={"color": colour, "dash": dash, "width": 2.5},
            marker={"symbol": symbol, "size": 9},
            cliponaxis=False,
            hovertemplate=tr(
                "{change}: %{{x}}<br>%{{y:.0%}} of the old top {k} still found"
                "<extra>%{{fullData.name}}</extra>",
                change=change,
                k=k,
            ),
        )
        for name, values, colour, dash, symbol in series
    ]
    return plain(
        traces,
        what=tr("old top {k} still found", k=k),
        height=330,
        xaxis={"title": change},
        yaxis={"range": [0, 1.03], "tickformat": ".0%", "dtick": 0.25},
    )
