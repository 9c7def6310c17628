"""The guided tour: ten steps, each one idea and one question of the page that shows it.

``tour=3`` in an address opens step 3 beside its page; on any other page, and with any other
value, it means nothing. A link within the page drops it from the address; the session remembers
it, so the tour ends only where one leaves it or goes to another page.

The panel stands in the sidebar, where it stays while the page scrolls and lies over nothing; on a
phone, which has no room beside, it stands above the page. The question that a step is about is
the page's own: it is lit, and its answer tells what was measured there and then.
"""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from core.language import later, tr
from pages.ui import glossary
from pages.ui.tour import progress
from pages.ui.tour.steps import OWL, STEPS, TourStep

_NAME = "tour"  # in the address
_IN_SESSION = "tour-step"  # in the session
_FOLDER = Path(__file__).parent
_STYLE = _FOLDER / "tour.css"
_MACHINE = "pages/machine.py"
_SIGNS = {progress.RIGHT: "●", progress.WRONG: "◐", progress.OPEN: "○"}
_TOLD = {
    progress.RIGHT: later("step {number} right"),
    progress.WRONG: later("step {number} answered"),
    progress.OPEN: later("step {number} open"),
}

_guide = st.components.v2.component(
    "tour_guide", js=(_FOLDER / "guide.js").read_text(encoding="utf-8")
)


def link(number: int) -> tuple[str, dict[str, str]]:
    """Return the page of a step, from 1, and its address's parameters."""
    step = STEPS[number - 1]
    return step.page, step.state | {_NAME: str(number)} | progress.params(progress.marks())


def way_in() -> tuple[str, str, dict[str, str]]:
    """Return what the link into the tour says, its page and its parameters."""
    number = progress.next_open(progress.marks())
    label = (
        tr("Go on with the tour: step {number}", number=number)
        if number
        else tr("Guided tour: ten short steps")
    )
    return label, *link(number or 1)


def draw(page: str) -> None:
    """Draw the step that the visitor is at, if it is one of this page's."""
    number = _number(page)
    if number is None:
        if page == _MACHINE and _IN_SESSION in st.session_state:
            _draw_way_back(st.session_state[_IN_SESSION])
        else:
            st.session_state.pop(_IN_SESSION, None)
        return
    st.session_state[_IN_SESSION] = number
    if st.query_params.get(_NAME) != str(number):  # a link within the page has dropped it
        st.query_params[_NAME] = str(number)
    progress.keep(progress.marks())
    _draw_twice(lambda where: _panel(number, where))
    _light(STEPS[number - 1])


def _draw_twice(draw_in: Callable[[str], None]) -> None:
    """Draw beside the page, and above it for a phone; the style shows one of the two."""
    st.html(_STYLE)
    with st.sidebar, st.container(key="tour", gap="xsmall"):
        draw_in("")
    with st.container(key="tour-narrow", gap="xsmall", border=True):
        draw_in("-narrow")


def _draw_way_back(number: int) -> None:
    """On the machine, which a step leads to: a link back to that step."""
    label = tr("Back to step {number} of the tour", number=number)
    icon = ":material/chevron_left:"
    _draw_twice(lambda where: _go(number, label, icon, f"tour-return{where}"))


def answered(question: str, *, is_right: bool) -> None:
    """Mark the step that asks this question, if the visitor is at it."""
    number = st.session_state.get(_IN_SESSION)
    if number and STEPS[number - 1].asks == question and progress.mark(number, is_right=is_right):
        st.rerun()  # the panel stands outside the question's fragment


def finished(*, is_right: bool) -> None:
    """Mark the last step, the self-test, if the visitor is at it."""
    if st.session_state.get(_IN_SESSION) == len(STEPS):
        progress.mark(len(STEPS), is_right=is_right)


def _panel(number: int, where: str) -> None:
    step = STEPS[number - 1]
    st.markdown(
        tr(
            "**Step {number} of {n_steps} · {title}**",
            number=number,
            n_steps=len(STEPS),
            title=tr(step.title),
        )
    )
    marks = progress.marks()
    told = ", ".join(tr(_TOLD[it], number=n) for n, it in enumerate(marks, 1))
    dots = "".join(
        f'<span class="{"here" if n == number else ""}">{_SIGNS[it]}</span>'
        for n, it in enumerate(marks, 1)
    )
    st.html(f'<div class="tour-dots" role="img" aria-label="{told}">{dots}</div>')
    glossary.markdown(tr(step.idea))
    st.markdown(tr(":material/arrow_forward: **Your turn.** {do}", do=tr(step.do)))
    if step.stage:
        st.page_link(
            _MACHINE,
            label=tr("Where this is in the machine"),
            icon=":material/account_tree:",
            query_params=OWL | {"stage": step.stage} | progress.params(marks),
        )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if number > 1:
            _go(number - 1, tr("Back"), ":material/chevron_left:", f"tour-back{where}")
        if number < len(STEPS):
            _go(number + 1, tr("Next"), ":material/chevron_right:", f"go-on{where}")
        st.button(tr("Leave the tour"), type="tertiary", key=f"leave-tour{where}", on_click=_leave)


def _light(step: TourStep) -> None:
    """Light the question of a step, bring it into view, and listen for the arrow keys."""
    place = f".st-key-ask-{step.asks}" if step.asks else None
    if place:
        st.html(f"<style>{place} {{ outline: 3px solid #2a9d92; outline-offset: 3px; }}</style>")
    _guide(key="tour-guide", data={"place": place})


def _number(page: str) -> int | None:
    """Return the number of the step that the address names, or else the session; None: none."""
    for name in (st.query_params.get(_NAME, ""), str(st.session_state.get(_IN_SESSION, ""))):
        here = [str(n) for n, step in enumerate(STEPS, 1) if step.page == page]
        if name in here:
            return int(name)
    return None


def _go(number: int, label: str, icon: str, key: str) -> None:
    page, params = link(number)
    with st.container(key=key, width="content"):
        st.page_link(page, label=label, icon=icon, query_params=params)


def _leave() -> None:
    st.session_state.pop(_IN_SESSION, None)
    st.query_params.pop(_NAME, None)
