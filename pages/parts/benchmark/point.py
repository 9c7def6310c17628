"""Charts whose points open their settings, which the address names."""

from collections.abc import Callable, Mapping, Sequence
from math import isclose
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from core.benchmark.report import setting_text
from core.language import tr
from core.wording import duration
from pages.parts.benchmark import words
from pages.ui import charts

Source = tuple[tuple[str, str], str, Mapping[str, Any]]
"""Two figures that tell a point from all others, a data set, and its entry in the file."""


def clickable_chart(
    figure: go.Figure,
    *,
    key: str,
    clicked: Callable[[charts.ClickedPoint], tuple[float, float]],
    of: Sequence[Source],
    alt: str,
) -> None:
    """Draw a chart whose points open their settings.

    Args:
        figure: to draw.
        key: of the chart.
        clicked: turns a clicked point into the two figures that tell it from all others.
        of: where to look for them.
        alt: what the chart says.
    """
    param = "size" if key == "sizes" else "point"

    def pick(point: charts.ClickedPoint) -> None:
        if found := _find(clicked(point), of):
            st.query_params[param] = "/".join(found)

    charts.chart(figure, key=key, alt=alt, on_click=pick)


def _find(wanted: tuple[float, float], of: Sequence[Source]) -> tuple[str, str, str] | None:
    """Find a point: data set, method, and its place on the curve or ``chosen``."""
    for (a, b), name, entry in of:
        for method, it in entry["contestants"].items():
            for place, point in [("chosen", it), *enumerate(it["curve"])]:
                figures = {"n": entry["n"]} | point
                if all(
                    figures.get(field) is not None and isclose(figures[field], value, rel_tol=1e-6)
                    for field, value in zip((a, b), wanted, strict=True)
                ):
                    return name, method, str(place)
    return None


def show_opened(param: str, entries: Mapping[str, Any]) -> None:
    """Show the settings of the point that the address names, if it is one of these."""
    name, _, rest = st.query_params.get(param, "").partition("/")
    method, _, place = rest.rpartition("/")
    entry = entries.get(name, {})
    found = entry.get("contestants", {}).get(method)
    if not found:
        return
    point = found
    if place.isascii() and place.isdecimal() and int(place) < len(found["curve"]):
        point = found["curve"][int(place)]
    with st.container(border=True, key=f"opened-{param}"):
        st.markdown(f"**{method}** · {words.title_of(entry)}")
        asked = tr(setting_text(point["setting"])) or tr("nothing to set")
        built = tr(setting_text(found["parameters"])) or tr("nothing to choose")
        told = [
            tr(
                "Built with: {built}, in {time}", built=built, time=duration(found["build_seconds"])
            ),
            tr("Asked with: {asked}", asked=asked),
            tr(
                "Neighbour recall@{k}: {recall:.3f} ± {margin:.3f}",
                k=found.get("k", words.MAIN_K),
                recall=point["recall"],
                margin=2 * point["recall_error"],
            ),
            tr(
                "Time of one query: median {median}, p95 {p95}, of {n} queries",
                median=duration(point["median_seconds"]),
                p95=duration(point["p95_seconds"]),
                n=point["timed_queries"],
            ),
        ]
        if (candidates := point.get("candidates")) is not None:
            told.append(tr("Compared exactly: {candidates:,.0f}", candidates=candidates))
        st.markdown("\n".join(f"- {it}" for it in told))
