"""Where the network looked: pictures of the spatial attention M_s."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from .style import GREY, figure, heatmap, image, scatter

RELATIVE = [0.8, 1.0, 1.2]  # × the mean of M_s: what the colours run over

# From dark where a place is ignored to nearly clear where it counts: the image shines through.
_VEIL = [
    (0.0, (8, 12, 36), 0.88),  # place on the scale, colour, how much it covers
    (0.5, (92, 34, 96), 0.62),
    (1.0, (255, 186, 58), 0.14),
]
_SPOTLIGHT = [[place, f"rgba({r}, {g}, {b}, {a})"] for place, (r, g, b), a in _VEIL]
# The colour bar has no image behind it but the page, light or dark. So that it looks alike on
# both, it shows the veil over white.
_BAR = [
    [place, "rgb({}, {}, {})".format(*(round(a * part + (1 - a) * 255) for part in colour))]
    for place, colour, a in _VEIL
]


def spatial_heatmap(
    gate: NDArray[np.floating], picture: str, *, width: int, height: int
) -> go.Figure:
    """Lay M_s over the image that it was computed for, relative to its mean.

    The embedding has unit length, so a gate that is twice as high everywhere changes nothing:
    what counts is how much more a place weighs than the average one. That is what is drawn,
    on one fixed scale, so that two images compare; the value of M_s itself is in the hover.

    The network sees the image squashed to a square, so each cell of M_s covers an equal part
    of its width and of its height.

    Args:
        gate: (H, W) M_s.
        picture: the image, as a ``data:`` address.
        width: of the image in pixels; only its ratio to the height matters.
        height: of the image in pixels.
    """
    rows, columns = gate.shape
    row, column = np.mgrid[1 : rows + 1, 1 : columns + 1]
    heat = heatmap(
        z=(gate / gate.mean()).round(3),
        x=(np.arange(columns) + 0.5) * width / columns,
        y=(np.arange(rows) + 0.5) * height / rows,
        zmin=RELATIVE[0],
        zmax=RELATIVE[-1],
        colorscale=_SPOTLIGHT,
        xgap=1,
        ygap=1,
        customdata=np.stack([row, column, gate.round(3)], axis=-1),
        hovertemplate="row %{customdata[0]}, column %{customdata[1]}"
        "<br>M<sub>s</sub> = %{customdata[2]:.2f}, %{z:.2f} × its mean<extra></extra>",
        showscale=False,
    )
    bar = scatter(  # no points: it is there for its colour bar
        x=[None],
        y=[None],
        mode="markers",
        marker={
            "cmin": RELATIVE[0],
            "cmax": RELATIVE[-1],
            "colorscale": _BAR,
            "showscale": True,
            "colorbar": {
                "tickvals": RELATIVE,
                "ticktext": [f"×{value}" for value in RELATIVE],
                "thickness": 8,
                "outlinewidth": 1,
                "outlinecolor": GREY,
                "xpad": 4,
            },
        },
        showlegend=False,
    )
    axis = {"visible": False, "constrain": "domain"}
    size = {"x": 0, "y": 0, "sizex": width, "sizey": height}
    return figure(
        [heat, bar],
        xaxis=axis | {"range": [0, width], "constraintoward": "left"},
        yaxis=axis | {"range": [height, 0], "scaleanchor": "x", "constraintoward": "top"},
        images=[image(picture, **size, sizing="stretch", layer="below")],
    )
