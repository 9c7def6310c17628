"""CBAM's learnt kernel, and what its switches do: angles, and ranks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.figures.rows import GRID
from core.figures.style import AMBER, GREY, TEAL, bare

# Viridis: equal steps of value look like equal steps of lightness, to the colour-blind as well.
VIRIDIS = (
    "#440154",
    "#482878",
    "#3e4989",
    "#31688e",
    "#26828e",
    "#1f9e89",
    "#35b779",
    "#6ece58",
    "#b5de2b",
    "#fde725",
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
    figure = go.Figure()
    for plane, (weights, name) in enumerate(zip(kernel, ("mean", "max"), strict=True)):
        figure.add_heatmap(
            z=weights,
            x=offset + plane * (side + 1.5),
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
            hovertemplate=f"weight of the {name}, %{{y:+d}} rows and %{{customdata:+d}} columns "
            "away<br>%{z:+.4f}<extra></extra>",
        )
        figure.add_annotation(
            x=plane * (side + 1.5),
            y=-side / 2 - 0.2,
            yanchor="bottom",
            text=f"over {name}<sub>c</sub>(F′)",
            showarrow=False,
        )
    axis = {"visible": False, "fixedrange": True, "constrain": "domain"}
    figure.update_xaxes(range=[-side / 2 - 0.1, side * 1.5 + 1.6], **axis)
    figure.update_yaxes(range=[side / 2 + 0.1, -side / 2 - 1.5], scaleanchor="x", **axis)
    return bare(figure).update_layout(height=190)


def turned_fan(angles: Mapping[str, float]) -> go.Figure:
    """Draw how far embeddings turned from one that lies along 0 degrees, up to 45 degrees.

    Embeddings have 256 numbers or so; only the angle to the first is drawn as it is, and two
    arrows at the same angle may point different ways in truth.

    Args:
        angles: name -> degrees, the one at 0 first.
    """
    figure = go.Figure()
    rim = np.radians(np.linspace(0, WIDEST, 60))
    figure.add_scatter(
        x=np.cos(rim),
        y=np.sin(rim),
        mode="lines",
        line={"color": GREY, "width": 1, "dash": "dot"},
        hoverinfo="skip",
    )
    for tick in range(0, WIDEST + 1, 15):
        angle = np.radians(tick)
        figure.add_annotation(
            x=1.05 * np.cos(angle),
            y=1.05 * np.sin(angle),
            xanchor="left",
            text=f"{tick}°",
            showarrow=False,
        )
    for (name, degrees), colour in zip(angles.items(), (TEAL, TEAL, AMBER, AMBER), strict=False):
        angle = np.radians(min(degrees, WIDEST))
        x, y = np.cos(angle), np.sin(angle)
        figure.add_scatter(
            x=[0, x],
            y=[0, y],
            mode="lines+markers",
            marker={"size": [0, 11], "symbol": "circle", "color": colour},
            line={"color": colour, "width": 3},
            text=[f"{name}: turned by {degrees:.1f}°"] * 2,
            hovertemplate="%{text}<extra></extra>",
        )
    _label_arrows(figure, angles)
    fixed = {"visible": False, "fixedrange": True, "constrain": "domain"}
    figure.update_xaxes(range=[-0.03, 1.2], constraintoward="left", **fixed)
    figure.update_yaxes(range=[-0.1, 0.8], scaleanchor="x", **fixed)
    return bare(figure).update_layout(showlegend=False, height=260)


def _label_arrows(figure: go.Figure, angles: Mapping[str, float]) -> None:
    """Write each name along its arrow; those close to each other share the upper one's line."""
    groups: list[tuple[float, list[str]]] = []
    for name, degrees in sorted(angles.items(), key=lambda it: it[1]):
        told = name if degrees == 0 else f"{name} {degrees:.1f}°"
        if groups and degrees - groups[-1][0] < 4:
            groups[-1] = (degrees, [*groups[-1][1], told])
        else:
            groups.append((degrees, [told]))
    for degrees, names in groups:
        angle = np.radians(min(degrees, WIDEST))
        figure.add_annotation(
            x=0.52 * np.cos(angle),
            y=0.52 * np.sin(angle),
            text=" · ".join(names),
            textangle=-min(degrees, WIDEST),
            yshift=13,
            showarrow=False,
        )


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
    figure = go.Figure()
    pictured = k <= WITH_PICTURES
    below = k + 0.9
    for path in paths:
        stays = None not in path.ranks
        told = f"{path.name}<br>{_told(path.ranks, columns)}"
        figure.add_scatter(
            x=list(range(len(columns))),
            y=[_height(path.ranks, column, below) for column in range(len(columns))],
            text=[told] * len(columns),
            mode="lines+markers",
            line={"color": TEAL if stays else AMBER, "width": 2.5},
            marker={"size": 7},
            hovertemplate="%{text}<extra></extra>",
        )
    images = [image for path in paths for image in _pictures(path)] if pictured else []
    figure.add_hline(y=k + 0.55, line={"color": GREY, "dash": "dot", "width": 1})
    figure.update_xaxes(
        tickvals=list(range(len(columns))),
        ticktext=list(columns),
        side="top",
        range=[-0.35, len(columns) - 0.65],
        showgrid=False,
        zeroline=False,
        fixedrange=True,
    )
    figure.update_yaxes(
        title="rank",
        range=[k + 1.1, 0.4],
        tickvals=[*range(1, k + 1)] if k <= 20 else [1, *range(5, k + 1, 5)],
        showgrid=True,
        gridcolor=GRID,
        zeroline=False,
        fixedrange=True,
        title_standoff=6,
    )
    row = 44 if pictured else 22
    return bare(figure).update_layout(
        images=images,  # all at once: one by one they would take ten times as long
        showlegend=False,
        height=row * (k + 1) + 40,
        margin={"l": 44, "r": 4, "t": 30},
    )


def _pictures(path: RankPath) -> Iterator[dict[str, Any]]:
    """Place the image on each of its ranks."""
    for column, rank in enumerate(path.ranks):
        if path.picture and rank is not None:
            yield {
                "source": path.picture,
                "xref": "x",
                "yref": "y",
                "x": column,
                "y": rank,
                "sizex": 0.5,
                "sizey": 0.86,
                "xanchor": "center",
                "yanchor": "middle",
                "layer": "above",
            }


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
