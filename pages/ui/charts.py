"""Charts: Plotly's, drawn once and from then on only changed.

Streamlit's own chart is thrown away with every new number and drawn anew, which takes several
times as long. This one (``charts.js``) stays and hands Plotly the new figure: only what differs
is drawn. It takes its colours from the page, and can be kept as PNG or SVG.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import plotly
import plotly.graph_objects as go
import plotly.io
import streamlit as st
from streamlit.components.v1 import declare_component

from core.figures.style import Part
from pages.ui.languages import scripts

# Plotly's Python package brings its JavaScript along. Streamlit serves the folder of a component
# of the first kind, and nobody else's; so there is one, which is never shown.
_LIBRARY = declare_component("plotly", path=Path(plotly.__file__).parent / "package_data")

_show = scripts.component(
    "chart",
    html='<div class="chart" role="figure"></div>\n',
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
    isolate_styles=False,  # Plotly puts its own into the page
)

ClickedPoint = dict[str, Any]
"""A point that was clicked on: number of its ``curve``, ``index`` there, ``x`` and ``y``."""


def chart(
    figure: go.Figure | Part,
    *,
    key: str,
    alt: str,
    name: str | None = None,
    height: int | None = None,
    on_click: Callable[[ClickedPoint], None] | None = None,
) -> None:
    """Show a figure.

    Args:
        figure: with a height, unless it is given here; or its parts.
        key: unique on the page.
        alt: what it shows, for those who don't see it.
        name: what it is, for the name of its files; the key by default.
        height: in pixels.
        on_click: is told the point that was clicked on.
    """

    def clicked() -> None:
        if on_click:
            on_click(st.session_state[key]["clicked"])

    _show(
        key=key,
        data={
            "figure": plotly.io.to_json(figure, validate=False),
            "height": height or figure["layout"]["height"],
            "alt": alt,
            "library": _library(),
            "file": f"hashlight-{name or key}",
            "answers": on_click is not None,
        },
        on_clicked_change=clicked,
    )


def _library() -> str:
    """Return the address of Plotly's JavaScript on the server that sent the page."""
    base = st.get_option("server.baseUrlPath").strip("/")
    return "/".join(filter(None, ["", base, "component", _LIBRARY.name, "plotly.min.js"]))
