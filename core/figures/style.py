"""What all figures share: colours, and how a figure and its parts are made."""

import html
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import plotly.graph_objects as go

from ..language import later

# Readable on white and on near-black, and apart for people who see few colours: they differ
# in lightness as well.
TEAL = "#2a9d92"
AMBER = "#d98324"
GREY = "#8a929c"
GRID = "rgba(138, 146, 156, 0.25)"
CLEAR = "rgba(0, 0, 0, 0)"

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

DURATIONS = {
    1e-4: later("0.1 ms"),
    1e-3: "1 ms",
    1e-2: "10 ms",
    1e-1: later("0.1 s"),
    1: "1 s",
    10: "10 s",
}
"""Seconds -> what an axis of times calls them."""

Part = dict[str, Any]
"""A trace, an axis or another part of a figure, in the words of Plotly's reference."""

# Looks of an axis.
WITH_GRID: Part = {"showgrid": True, "gridcolor": GRID, "zeroline": False}
WITHOUT_GRID: Part = {"showgrid": False, "zeroline": False}


def figure(traces: Sequence[Part], **looks: Any) -> go.Figure:
    """Make a figure; the arguments are those of ``parts``.

    Plotly validates every change of a figure, and building one change by change takes several
    times as long. So traces and layout are put together first, and no figure is changed later.
    """
    # Plotly asks pandas, where it is there, what it takes for an array. Another thread may just be
    # importing it; this waits until it is whole.
    if "pandas" in sys.modules:
        import_module("pandas")
    return go.Figure(**parts(traces, **looks))


def parts(
    traces: Sequence[Part], *, xaxis: Part, yaxis: Part, margin: Part | None = None, **layout: Any
) -> Part:
    """Put together a figure, in which nothing zooms, as the browser takes it.

    To have Plotly look at it takes ten times as long; what each answer draws anew does without.

    Margins and backgrounds are the page's, and so is the template: the one here is empty,
    whatever Plotly's default is.

    Args:
        traces: each with its type.
        xaxis: its looks.
        yaxis: its looks.
        margin: in pixels, on the sides that need one.
        layout: everything else.
    """
    return {
        "data": traces,
        "layout": {
            "template": {},
            "xaxis": {"fixedrange": True} | xaxis,
            "yaxis": {"fixedrange": True} | yaxis,
            "margin": {"l": 0, "r": 0, "t": 0, "b": 0} | (margin or {}),
            "paper_bgcolor": CLEAR,
            "plot_bgcolor": CLEAR,
            **layout,
        },
    }


def as_text(name: str) -> str:
    """Return what Plotly, which takes every text for HTML, shows as this name."""
    return html.escape(name, quote=False)


def scatter(**properties: Any) -> Part:
    """Return a trace of lines, marks or texts."""
    return {"type": "scatter", **properties}


def bar(**properties: Any) -> Part:
    """Return a trace of bars."""
    return {"type": "bar", **properties}


def box(**properties: Any) -> Part:
    """Return a trace of one box, and of the dots that it stands for."""
    return {"type": "box", **properties}


def heatmap(**properties: Any) -> Part:
    """Return a trace of coloured cells."""
    return {"type": "heatmap", **properties}


def vline(x: float, line: Part, **looks: Any) -> Part:
    """Return a shape: a line across the whole chart, from bottom to top."""
    ends = {"x0": x, "x1": x, "xref": "x", "y0": 0, "y1": 1, "yref": "y domain"}
    return {"type": "line", **ends, "line": line, **looks}


def hline(y: float, line: Part, **looks: Any) -> Part:
    """Return a shape: a line across the whole chart, from left to right."""
    ends = {"x0": 0, "x1": 1, "xref": "x domain", "y0": y, "y1": y, "yref": "y"}
    return {"type": "line", **ends, "line": line, **looks}


def note(text: str, **place: Any) -> Part:
    """Return an annotation without an arrow."""
    return {"text": text, "showarrow": False, **place}


def image(source: str, **place: Any) -> Part:
    """Return an image, placed and measured as the axes count; ``source`` is its address."""
    return {"source": source, "xref": "x", "yref": "y", **place}
