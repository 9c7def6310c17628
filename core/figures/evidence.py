"""Why an image came up or did not: how many tables found it, and which hyperplanes lie between."""

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ..language import later, tr, written
from ..wording import count
from .lines import plain
from .style import AMBER, GREY, GRID, TEAL, as_text, scatter, vline

Role = Literal["hit", "missed", "other"]

REACH = 0.2  # of a margin: beyond it a dot is drawn at the end of the scale
LOWEST = -0.3  # cosine: where the scale begins; few pairs of images are that different
BIN = 0.02  # cosine: images this close together share a bubble
_LOOKS: dict[Role, tuple[str, str, str]] = {
    "other": (GREY, "circle", later("other images")),
    "hit": (TEAL, "circle", later("hits")),
    "missed": (AMBER, "diamond", later("missed neighbours")),
}


def tables_by_cosine(
    cosines: NDArray[np.floating],
    n_found: NDArray[np.integer],
    roles: Sequence[Role],
    names: Sequence[str],
    *,
    n_tables: int,
) -> go.Figure:
    """Show how many of the tables found each image, over its cosine to the query.

    Hits and missed neighbours have a mark of their own. All others share bubbles, whose area
    grows with the number of images in it.

    Args:
        cosines: (n,) of each gallery image to the query.
        n_found: (n,) how many tables found it.
        roles: (n,) what became of it.
        names: (n,) of the images.
        n_tables: L, where the scale ends.
    """
    shown = np.clip(cosines, LOWEST, 1)
    role = np.array(roles)
    traces = []
    for kind in get_args(Role)[::-1]:  # the many first, so that the few lie on top
        colour, symbol, title = _LOOKS[kind]
        chosen = np.flatnonzero(role == kind)
        x, y, size, texts = (
            _bubbles(shown[chosen], n_found[chosen])
            if kind == "other"
            else (
                shown[chosen],
                n_found[chosen],
                11,
                [f"{as_text(names[i])}<br>" for i in chosen.tolist()],
            )
        )
        traces.append(
            scatter(
                x=x,
                y=y,
                name=tr(title),
                mode="markers",
                marker={
                    "size": size,
                    "color": colour,
                    "symbol": symbol,
                    "opacity": 0.45 if kind == "other" else 0.9,
                    "line": {"width": 0},
                },
                text=texts,
                cliponaxis=False,
                hovertemplate=tr(
                    "%{{text}}cosine %{{x:.3f}}<br>found by %{{y}} of "
                    "{n_tables} tables<extra></extra>",
                    n_tables=n_tables,
                ),
            )
        )
    return plain(
        traces,
        what=tr("tables that found it"),
        height=330,
        xaxis={"title": tr("cosine to the query"), "range": [LOWEST - 0.03, 1.03]},
        yaxis={
            "range": [-0.06 * n_tables, 1.06 * n_tables],
            "dtick": max(1, n_tables // 4),
            "tick0": 0,
        },
    )


def crossings(query: NDArray[np.floating], image: NDArray[np.floating]) -> go.Figure:
    """Show the margins of two images to each hyperplane of one table, on the scale ±0.2.

    A line that crosses 0 is a bit that differs: the hyperplane passes between the two.

    Args:
        query: (K,) margins.
        image: (K,) margins of the other image.
    """
    bits = np.arange(1, len(query) + 1)
    differs = (query >= 0) != (image >= 0)
    ends = [np.clip(margins, -REACH, REACH) for margins in (query, image)]
    lines, dots = [], []
    for apart, colour in ((False, GRID), (True, AMBER)):
        chosen = differs == apart
        gap = np.full(int(chosen.sum()), np.nan)  # between one line and the next
        lines.append(
            scatter(
                x=np.stack([ends[0][chosen], ends[1][chosen], gap], axis=1).ravel(),
                y=np.repeat(bits[chosen], 3),
                name=tr("bit differs") if apart else tr("bit agrees"),
                mode="lines",
                line={"width": 4, "color": colour},
                hoverinfo="skip",
            )
        )
    for x, margins, name, colour, symbol in (
        (ends[0], query, tr("query"), TEAL, "circle"),
        (ends[1], image, tr("this image"), GREY, "square"),
    ):
        dots.append(
            scatter(
                x=x,
                y=bits,
                name=name,
                mode="markers",
                marker={"size": 10, "color": colour, "symbol": symbol},
                text=[written(margin, "+.3f") for margin in margins],
                cliponaxis=False,
                hovertemplate=tr(
                    "bit %{{y}}<br>margin of the {name}: %{{text}}<extra></extra>", name=name
                ),
            )
        )
    return plain(
        [*lines, *dots],
        what=tr("bit"),
        height=110 + 19 * len(query),
        xaxis={
            "title": tr("margin"),
            "range": [-1.06 * REACH, 1.06 * REACH],
            "tickformat": "+.2~f",
        },
        yaxis={
            "range": [len(query) + 0.6, 0.4],
            "dtick": 1 if len(query) <= 16 else 2,
            "showgrid": False,
        },
        shapes=[vline(0, {"width": 1.5, "color": GREY}, layer="below")],
    )


def _bubbles(
    cosines: NDArray[np.floating], n_found: NDArray[np.integer]
) -> tuple[NDArray[np.floating], NDArray[np.integer], NDArray[np.floating], list[str]]:
    """Put images of nearly equal cosine and equally many tables together.

    Returns:
        x, y, diameter in pixels, and what the hover says of each bubble.
    """
    place = np.stack([np.round(cosines / BIN).astype(int), n_found.astype(int)], axis=1)
    spots, counts = np.unique(place.reshape(-1, 2), axis=0, return_counts=True)
    texts = [tr("{images} around<br>", images=count(n, "image")) for n in counts.tolist()]
    return spots[:, 0] * BIN, spots[:, 1], np.minimum(4 + 2 * np.sqrt(counts), 34), texts
