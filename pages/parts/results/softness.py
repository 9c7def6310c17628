"""How softly the spatial gate should act: the model that ships with other powers of it."""

from typing import Any

import streamlit as st

from core.figures.rows import signed
from core.figures.softness import change_over_exponent
from core.language import later, tr, written
from pages.ui import charts
from pages.ui.code import show_code
from pages.ui.result_files import Result, measured, show_origin

NAME = "softness"
MODES = {"spatial": later("The spatial gate alone"), "both": later("Both gates")}


def show_softness() -> None:
    """Which power of the spatial gate is best where? Nothing where it wasn't measured."""
    for found in measured(NAME):
        _show(*found)


def _show(name: str, result: Result) -> None:
    st.header(tr("How softly should the spatial gate act?"), anchor=False)
    st.markdown(
        tr(
            "Each place is multiplied by a power of the gate, M_s^p. With p = 0 the gate does "
            "nothing, with p = 1 it is the paper's. The model that ships learnt with p = {own:g}. "
            "Here it acts with other p on pictures that it never saw, and nothing is trained "
            "again. {outcome}",
            own=result["exponent"],
            outcome=told(result),
        )
    )
    for column, (mode, title) in zip(st.columns(2, gap="large"), MODES.items(), strict=True):
        curves = {tr(it["title"]): it["curves"][mode] for it in result["galleries"]}
        with column:
            st.markdown(f"**{tr(title)}**")
            charts.chart(
                change_over_exponent(curves, own=result["exponent"]),
                key=f"{name}-{mode}",
                alt=tr(
                    "Change of mAP over the power of the spatial gate: {curves}",
                    curves="; ".join(f"{it}: {_in_words(steps)}" for it, steps in curves.items()),
                ),
            )
    st.caption(
        tr(
            "A bar is the 95 % interval over queries of the difference to the model's own p. One "
            "training is behind all lines, so the intervals don't say what another one would "
            "change. That p was chosen with an earlier model on Corel-1k and Scenes, among others, "
            "so it may look a little better there than it is."
        )
    )
    show_origin(name, result, key="softness")
    show_code("core.evaluation.beyond.softness:measure_softness")


def told(result: Result) -> str:
    """Say of each gallery which p is best with both gates, and by how much."""
    galleries = []
    for gallery in result["galleries"]:
        best = max(gallery["curves"]["both"], key=lambda it: it["mean_average_precision"])
        galleries.append(
            tr(
                "{gallery} p = {exponent:g} ({difference})",
                gallery=tr(gallery["title"]),
                exponent=best["exponent"],
                difference=signed(best["difference"]["mean"]),
            )
        )
    return tr(
        "With both gates these p would have the highest mAP, in brackets what they would gain: "
        "{galleries}.",
        galleries="; ".join(galleries),
    )


def _in_words(steps: list[dict[str, Any]]) -> str:
    return ", ".join(
        f"p {written(it['exponent'], 'g')} {signed(it['difference']['mean'])}" for it in steps
    )
