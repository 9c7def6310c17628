"""The guided tour: ten steps, each one idea and one question of the page that shows it.

``tour=3`` in an address opens step 3 beside its page; on any other page, and with any other
value, it means nothing. A link within the page drops it from the address; the session remembers
it, so the tour ends only where one leaves it or goes to another page.

The panel stands in the sidebar, where it stays while the page scrolls and lies over nothing; on a
phone, which has no room beside, it stands above the page. The question that a step is about is
the page's own: it is lit, and its answer tells what was measured there and then. Of the page there
is only what the step needs, and what answers the question comes with the answer.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from core.language import tr
from pages.ui.tour import ending, panel, progress
from pages.ui.tour.links import NAME, draw_link, link
from pages.ui.tour.progress import forget
from pages.ui.tour.steps import STEPS

__all__ = (
    "answered",
    "asks",
    "draw",
    "forget",
    "guessed",
    "link",
    "show_end",
    "shows",
    "tested",
    "way_in",
)

_IN_SESSION = "tour-step"  # in the session
_FOLDER = Path(__file__).parent
_STYLE = _FOLDER / "tour.css"

_guide = st.components.v2.component(
    "tour_guide", js=(_FOLDER / "guide.js").read_text(encoding="utf-8")
)


def way_in() -> tuple[str, str, dict[str, str]]:
    """Return what the link into the tour says, its page and its parameters."""
    number = progress.next_open()
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
        if page == panel.MACHINE and (before := _here()):
            _draw_way_back(before)
        else:
            st.session_state.pop(_IN_SESSION, None)
        return
    st.session_state[_IN_SESSION] = number
    if st.query_params.get(NAME) != str(number):  # a link within the page has dropped it
        st.query_params[NAME] = str(number)
    progress.carry()
    _draw_twice(lambda where: panel.draw(number, where, on_leave=_leave))
    _light(number)


def shows(part: str) -> bool:
    """Return whether a page draws a part of it: on the tour, only if the step needs it by now.

    Args:
        part: its name; ``pages.ui.tour.steps`` says which a step needs.
    """
    number = _here()
    if not number:
        return True
    step = STEPS[number - 1]
    return part in step.shows or (part in step.then and not progress.is_open(number))


def asks(question: str) -> bool:
    """Return whether a page asks a question: on the tour, only that of the step."""
    number = _here()
    return not number or STEPS[number - 1].asks in (None, question)


def waits(question: str) -> bool:
    """Return whether the step asks this question, and hides what answers it."""
    return _asking(question) is not None


def guessed(question: str, options: Sequence[str]) -> str | None:
    """Return which option was chosen at the step that asks this question, if one was."""
    number = _asking(question)
    option = progress.chosen(number) if number else None
    return None if option is None or option >= len(options) else options[option]


def answered(question: str, option: int, *, is_right: bool) -> bool:
    """Mark the step that asks this question, if the visitor is at it.

    Args:
        question: its key.
        option: that is chosen, from 0.
        is_right: whether it is the right one.

    Returns:
        whether the panel has news to tell.
    """
    number = _asking(question)
    return number is not None and progress.mark(number, option, is_right=is_right)


def tested(n_right: int, *, is_right: bool) -> None:
    """Mark the last step, the self-test, if the visitor is at it.

    Args:
        n_right: answers that are right.
        is_right: whether these are enough.
    """
    if _here() == len(STEPS):
        progress.mark(len(STEPS), n_right, is_right=is_right)


def show_end() -> None:
    """Show what the visitor has done and can do now, if this was the last step."""
    if _here() == len(STEPS):
        ending.show()


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
    _draw_twice(lambda where: draw_link(number, label, icon, f"tour-return{where}"))


def _light(number: int) -> None:
    """Light the question of a step, bring it into view, and listen for the arrow keys."""
    step = STEPS[number - 1]
    place = f".st-key-ask-{step.asks}" if step.asks else None
    if place:
        st.html(f"<style>{place} {{ outline: 3px solid #2a9d92; outline-offset: 3px; }}</style>")
    elif not progress.is_open(number):
        place = f".st-key-{ending.KEY}"
    _guide(key="tour-guide", data={"place": place, "always": not step.asks})


def _number(page: str) -> int | None:
    """Return the number of the step that the address names, or else the session; None: none."""
    for name in (st.query_params.get(NAME, ""), str(_here())):
        here = [str(n) for n, step in enumerate(STEPS, 1) if step.page == page]
        if name in here:
            return int(name)
    return None


def _here() -> int:
    """The number of the step that the visitor is at; 0: none."""
    number: int = st.session_state.get(_IN_SESSION, 0)
    return number


def _asking(question: str) -> int | None:
    """The number of the step that the visitor is at, if it asks this question."""
    number = _here()
    return number if number and STEPS[number - 1].asks == question else None


def _leave() -> None:
    st.session_state.pop(_IN_SESSION, None)
    st.query_params.pop(NAME, None)
