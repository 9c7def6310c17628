"""When does attention help? What each gate is worth as more stands around the picture."""

import streamlit as st

from core.errors import COMMAND
from core.evaluation import clutter
from core.figures.clutter import gain_over_clutter
from core.figures.rows import signed
from core.language import later, tr, written
from pages.parts.results import verdicts
from pages.ui import charts
from pages.ui.code import show_code
from pages.ui.result_files import Result, names_or_say, read_or_say, show_origin

PREFIX = "clutter-"
MISSING = later(
    "Attention and clutter: not measured yet. `{command} evaluate --clutter --train-on FOLDER` "
    "trains on pictures in FOLDER and writes the file that this page reads."
)


def show_clutter() -> None:
    """When does attention help? The paper leaves this open."""
    st.header(tr("When does attention help?"), anchor=False)
    missing = tr(MISSING, command=COMMAND)
    names = names_or_say(PREFIX, missing)
    for name in names:
        if result := read_or_say(name, missing):
            _show(name, result)
    if names:
        show_code(clutter.put_into, clutter.measure_clutter)


def _show(name: str, result: Result) -> None:
    st.markdown(
        tr(
            "Each of the {n_images:,} pictures of *{gallery}* is made smaller and put into "
            "a painting that shows no object. So ever more of what the network sees is clutter. "
            "Attention was trained {n_heads} times on other pictures, alike but for the seed. A "
            "bar is a 95 % interval: another training and other queries would most likely fall "
            "inside. {outcome}",
            n_images=result["n_images"],
            gallery=tr(result["gallery_title"]),
            n_heads=result["n_heads"],
            outcome=verdicts.clutter(result["steps"]),
        )
    )
    charts.chart(
        gain_over_clutter(result["steps"]),
        key=name,
        alt=tr(
            "Gain in mAP of the channel gate, the spatial gate and both, over the share of the "
            "area: {gains}",
            gains="; ".join(
                f"{written(step['side'] ** 2, '.0%')}: "
                + ", ".join(signed(step["gain"][mode]["mean"]) for mode in step["gain"])
                for step in result["steps"]
            ),
        ),
    )
    show_origin(name, result, key="clutter")
