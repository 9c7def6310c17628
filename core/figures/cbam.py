"""CBAM's learnt kernel, and what its switches do: angles, and ranks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ..language import tr, written
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
)

_WEIGHTS = [
    [0.0, "rgb(217, 131, 36)"],
    [0.5, "rgba(138, 146, 156, 0.12)"],
    [1.0, "rgb(42, 157, 146)"],
]
WIDEST = 45  # degrees where the fan ends; what turned farther lies on its edge
WITH_PICTURES = 12  # ranks: in a longer chart pictures would be too small


def kernel_planes(kernel: NDArray[np.floating]) -> go.Figure:
    """Show both planes of the learnt convolution on one scale, symmetrical about 0.

    Args:
        kernel: (2, 7, 7) weights over the mean and over the maximum of F'.
    """
    reach = float(np.abs(kernel).max())
    side = kernel.shape[1]
    offset = np.arange(side) - side // 2
    apart = side + 1.5  # from the middle of one plane to that of the other
    names = (tr("mean"), tr("max"))
    planes = [
        heatmap(
            z=weights,
            x=offset + plane * apart,
            y=offset,
            zmin=-reach,
            zmax=reach,
            colorscale=_WEIGHTS,
            showscale=plane == 1,
            colorbar={
                "thickness": 8,
                "outlinewidth": 0,
                "xpad": 4,
                "tickformat": "+.3f",
                "nticks": 5,
            },
            xgap=1,
            ygap=1,
            customdata=np.broadcast_to(offset, weights.shape),
            hovertemplate=tr(
                "weight of the {name}, %{{y:+d}} rows and %{{customdata:+d}} columns "
                "away<br>%{{z:+.4f}}<extra></extra>",
                name=name,
            ),
        )
        for plane, (weights, name) in enumerate(zip(kernel, names, strict=True))
    ]
    axis = {"visible": False, "constrain": "domain"}
    return figure(
        planes,
        xaxis=axis | {"range": [-side / 2 - 0.1, side * 1.5 + 1.6]},
        yaxis=axis | {"range": [side / 2 + 0.1, -side / 2 - 1.5], "scaleanchor": "x"},
        annotations=[
            note(
                tr("over {name}<sub>c</sub>(F′)", name=name),
                x=plane * apart,
                y=-side / 2 - 0.2,
                yanchor="bottom",
            )
            for plane, name in enumerate(names)
        ],
        height=190,
    )


def turned_fan(angles: Mapping[str, float]) -> go.Figure:
    """Draw how far embeddings turned from one that lies along 0 degrees, up to 45 degrees.

    Embeddings have 256 numbers or so; only the angle to the first is drawn as it is, and two
    arrows at the same angle may point different ways in truth.

    Args:
        angles: name -> degrees, the one at 0 first.
    """
    arc = np.radians(np.linspace(0, WIDEST, 60))
    rim = scatter(
        x=np.cos(arc),
        y=np.sin(arc),
        mode="lines",
        line={"color": GREY, "width": 1, "dash": "dot"},
        hoverinfo="skip",
    )
    arrows = []
    for (name, degrees), colour in zip(angles.items(), (TEAL, TEAL, AMBER, AMBER), strict=False):
        x, y = _at(degrees)
        arrows.append(
            scatter(
                x=[0, x],
                y=[0, y],
                mode="lines+markers",
                marker={
                    "size": [0, 11],
                    "symbol": "circle",
                    "color": colour,
                    "line": {"width": 0},
                },
                line={"color": colour, "width": 3},
                text=[tr("{name}: turned by {degrees:.1f}°", name=name, degrees=degrees)] * 2,
                hovertemplate="%{text}<extra></extra>",
            )
        )
    ticks = [
        note(f"{tick}°", x=1.05 * x, y=1.05 * y, xanchor="left")
        for tick in range(0, WIDEST + 1, 15)
        for x, y in [_at(tick)]
    ]
    axis = {"visible": False, "constrain": "domain"}
    return figure(
        [rim, *arrows],
        xaxis=axis | {"range": [-0.03, 1.2], "constraintoward": "left"},
        yaxis=axis | {"range": [-0.1, 0.8], "scaleanchor": "x"},
        annotations=[*ticks, *_arrow_names(angles)],
        showlegend=False,
        height=260,
    )


def _at(degrees: float) -> tuple[float, float]:
    """Where the rim of the fan is at an angle."""
    angle = np.radians(min(degrees, WIDEST))
    return np.cos(angle), np.sin(angle)


def _arrow_names(angles: Mapping[str, float]) -> Iterator[Part]:
    """Write each name along its arrow; those close to each other share the upper one's line."""
    groups: list[tuple[float, list[str]]] = []
    for name, degrees in sorted(angles.items(), key=lambda it: it[1]):
        caption = name if degrees == 0 else f"{name} {written(degrees, '.1f')}°"
        if groups and degrees - groups[-1][0] < 4:
            groups[-1] = (degrees, [*groups[-1][1], caption])
        else:
            groups.append((degrees, [caption]))
    for degrees, names in groups:
        x, y = _at(degrees)
        slope = -min(degrees, WIDEST)
        yield note(" · ".join(names), x=0.52 * x, y=0.52 * y, textangle=slope, yshift=13)


@dataclass(frozen=True, slots=True)
class RankPath:
    """One image through all columns of a rank chart."""

    name: str
    ranks: tuple[int | None, ...]  # from 1, per column; None: it is no hit there
    picture: str | None = None  # a ``data:`` address


def rank_paths(paths: Sequence[RankPath], columns: Sequence[str], *, k: int) -> go.Figure:
    """Follow images from column to column on the fixed scale 1..k.

    Teal is a hit in every column; amber comes or goes. A line ends below the list where its
    image is no hit.

    Args:
        paths: every image that is a hit in some column.
        columns: from left to right.
        k: the length of the list.
    """
    pictured = k <= WITH_PICTURES
    below = k + 0.9
    places = list(range(len(columns)))
    lines = [
        scatter(
            x=places,
            y=[_height(path.ranks, column, below) for column in places],
            text=[f"{as_text(path.name)}<br>{_told(path.ranks, columns)}"] * len(columns),
            mode="lines+markers",
            line={"color": AMBER if None in path.ranks else TEAL, "width": 2.5},
            marker={"size": 7},
            hovertemplate="%{text}<extra></extra>",
        )
        for path in paths
    ]
    row = 44 if pictured else 22
    return figure(
        lines,
        xaxis={
            **WITHOUT_GRID,
            "tickvals": places,
            "ticktext": list(columns),
            "side": "top",
            "range": [-0.35, len(columns) - 0.65],
        },
        yaxis={
            **WITH_GRID,
            "title": tr("rank"),
            "title_standoff": 6,
            "range": [k + 1.1, 0.4],
            "tickvals": [*range(1, k + 1)] if k <= 20 else [1, *range(5, k + 1, 5)],
        },
        shapes=[hline(k + 0.55, {"color": GREY, "dash": "dot", "width": 1})],
        images=[it for path in paths for it in _pictures(path)] if pictured else [],
        showlegend=False,
        height=row * (k + 1) + 40,
        margin={"l": 44, "r": 4, "t": 30},
    )


def _pictures(path: RankPath) -> Iterator[Part]:
    """Place the image on each of its ranks."""
    looks = {"sizex": 0.5, "sizey": 0.86, "xanchor": "center", "yanchor": "middle"}
    for column, rank in enumerate(path.ranks):
        if path.picture and rank is not None:
            yield image(path.picture, x=column, y=rank, **looks, layer="above")


def _height(ranks: Sequence[int | None], column: int, below: float) -> float | None:
    """Where a line stands in a column: at its rank, below beside a rank, else nowhere."""
    rank = ranks[column]
    if rank is not None:
        return rank
    beside = ranks[max(column - 1, 0) : column + 2]
    return below if any(it is not None for it in beside) else None


def _told(ranks: Sequence[int | None], columns: Sequence[str]) -> str:
    """Say the rank in every column."""
    return " · ".join(
        f"{column} {'–' if rank is None else rank}"
        for column, rank in zip(columns, ranks, strict=True)
    )
