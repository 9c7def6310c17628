"""How far one change can go: bits and hits over all its strengths."""

from dataclasses import replace

import streamlit as st

from core.figures.shift import Step, bits_by_strength, kept_by_strength
from core.index.families.hyperplanes import collision_probability
from core.language import tr, written
from core.lessons.shift import shift
from pages.parts.robustness.query import UNCHANGED, RobustnessQuery
from pages.parts.robustness.sliders import SLIDERS, StrengthSlider
from pages.ui import charts
from pages.ui.address import tied
from pages.ui.code import show_code


@st.fragment
def show_how_far(about: RobustnessQuery) -> None:
    """Measure one change over all its strengths, when a visitor asks for it."""
    st.header(tr("How far can it go?"), anchor=False)
    st.markdown(
        tr(
            "Choose one change: it is measured alone, from weak to strong. Each point is one pass "
            "through the network, so this takes a second or two."
        )
    )
    name = st.pills(
        tr("Change"),
        list(SLIDERS),
        format_func=lambda name: tr(SLIDERS[name].title),
        label_visibility="collapsed",
        **tied("curve", SLIDERS, None),
    )
    if name is None:
        return
    slider = SLIDERS[name]
    steps = _measured(about, slider)
    change = tr(slider.axis)
    flips = ", ".join(f"{written(step.strength, 'g')}: {step.flipped}" for step in steps)
    shares = ", ".join(
        f"{written(step.strength, 'g')}: {written(step.kept, '.0%')}" for step in steps
    )
    bits, kept = st.columns(2, gap="medium")
    with bits:
        charts.chart(
            bits_by_strength(steps, n_bits=about.shown.K, n_tables=about.shown.L, change=change),
            name="bits-by-strength",
            key="curve-bits",
            alt=tr("Bits flipped over {change}: {values}", change=change, values=flips),
        )
        st.caption(
            tr(
                "Theory knows the angle and nothing else. That the flips follow it is why a hash "
                "code can stand for an embedding."
            )
        )
    with kept:
        charts.chart(
            kept_by_strength(steps, k=about.shown.k, change=change),
            name="neighbours-kept-by-strength",
            key="curve-kept",
            alt=tr(
                "Share of the old top {k} still found by LSH over {change}: {values}",
                k=about.shown.k,
                change=change,
                values=shares,
            ),
        )
        st.caption(
            tr(
                "Where both lines fall together, the embedding moved. Where LSH falls below the "
                "exact scan, hashing lost what the embedding still knew."
            )
        )
    show_code(shift, collision_probability)


def _measured(about: RobustnessQuery, slider: StrengthSlider) -> list[Step]:
    """Measure a change in all its strengths, with a bar."""
    strengths = sorted({slider.start, *slider.strengths})
    place = st.empty()
    steps = []
    for done, strength in enumerate(strengths):
        place.progress(done / len(strengths), text=f"{tr(slider.label)}: {written(strength, 'g')}")
        result = about.shift(replace(UNCHANGED, **{slider.name: float(strength)}))
        steps.append(
            Step(strength, result.degrees, result.n_flipped, result.lsh.kept, result.exact.kept)
        )
    place.empty()
    return steps
