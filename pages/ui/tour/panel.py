"""The panel of a step: its idea, what to do, how far one is, and the ways on."""

from collections.abc import Callable
from html import escape

import streamlit as st

from core.language import later, tr
from pages.ui import glossary
from pages.ui.tour import minutes, progress
from pages.ui.tour.links import draw_link
from pages.ui.tour.steps import OWL, STEPS, TourStep

MACHINE = "pages/machine.py"
_RIGHT, _WRONG, _OPEN = "right", "wrong", "open"  # drawn by the style: signs differ in size
_SAID = {
    _RIGHT: later("guessed right"),
    _WRONG: later("not right at first"),
    _OPEN: later("still open"),
}


def draw(number: int, where: str, *, on_leave: Callable[[], None]) -> None:
    """Draw the panel.

    Args:
        number: of the step, from 1.
        where: ends the keys: the panel is drawn twice.
        on_leave: called when the visitor leaves the tour.
    """
    step = STEPS[number - 1]
    st.markdown(tr("**Step {number} · {title}**", number=number, title=tr(step.title)))
    st.html(_dots(number))
    if number == 1:
        st.caption(tr("The whole tour: about {n:.0f} minutes.", n=minutes.estimate()))
    glossary.markdown(tr(step.idea))
    st.markdown(f":material/arrow_forward: **{tr(step.do)}**")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if number > 1:
            draw_link(number - 1, tr("Previous"), ":material/chevron_left:", f"tour-back{where}")
        if number < len(STEPS):
            draw_link(number + 1, tr("Next"), ":material/chevron_right:", f"go-on{where}")
        st.button(
            tr("Leave the tour"), type="tertiary", key=f"leave-tour{where}", on_click=on_leave
        )
    if not progress.is_open(number):  # or it would answer the question
        _draw_more(step)


def _dots(number: int) -> str:
    """One dot a step, each with its words; at the first step what they mean, too."""
    dots = []
    for n, step in enumerate(STEPS, 1):
        state = _state(n)
        said = tr(
            "Step {number}, {title}: {state}",
            number=n,
            title=tr(step.title),
            state=tr(_SAID[state]),
        )
        if n == number:
            said = tr("{step}; you are here", step=said)
        here = ' aria-current="step"' if n == number else ""
        told = escape(said, quote=True)
        dots.append(f'<i class="{state}" role="img" aria-label="{told}" title="{told}"{here}></i>')
    drawn = f'<div class="tour-dots">{"".join(dots)}</div>'
    if number > 1:
        return drawn
    legend = "".join(
        f'<span><i class="{state}"></i> {escape(tr(said))}</span>' for state, said in _SAID.items()
    )
    return f'{drawn}<div class="tour-legend">{legend}</div>'


def _state(number: int) -> str:
    if progress.is_open(number):
        return _OPEN
    return _RIGHT if progress.was_right(number) else _WRONG


def _draw_more(step: TourStep) -> None:
    """Draw what a step has for those who have time."""
    if step.more:
        st.caption(tr("**If you have time.** {more}", more=tr(step.more)))
    if step.stage:
        st.page_link(
            MACHINE,
            label=tr("See it in the machine"),
            icon=":material/account_tree:",
            query_params=OWL | {"stage": step.stage} | progress.kept(),
        )
