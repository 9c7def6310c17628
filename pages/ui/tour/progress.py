"""How far somebody is: one mark a step, in the address and so in every bookmark.

``guess-tour=1x--------`` says: step 1 right at the first guess, step 2 not, the others still to
come. Its name begins like that of a guess, so a link for others leaves it out.
"""

import re

import streamlit as st

from pages.ui.tour.steps import STEPS

RIGHT, WRONG, OPEN = "1", "x", "-"
_NAME = "guess-tour"  # in the address, and in the session for the pages beside the tour
_MARKS = re.compile(f"[{RIGHT}{WRONG}{OPEN}]{{{len(STEPS)}}}")


def marks() -> str:
    """Return one mark per step, from the address or else from the session."""
    for text in (st.query_params.get(_NAME, ""), st.session_state.get(_NAME, "")):
        if _MARKS.fullmatch(text):
            return text
    return OPEN * len(STEPS)


def mark(number: int, *, is_right: bool) -> bool:
    """Mark a step, from 1; only the first guess counts. Return whether this was it."""
    before = marks()
    if before[number - 1] != OPEN:
        return False
    keep(before[: number - 1] + (RIGHT if is_right else WRONG) + before[number:])
    return True


def keep(text: str) -> None:
    """Write marks to the address and to the session."""
    st.session_state[_NAME] = text
    if set(text) != {OPEN} and st.query_params.get(_NAME) != text:
        st.query_params[_NAME] = text


def next_open(text: str) -> int | None:
    """Return the first step, from 1, that has no mark where others have; None: none or all."""
    if set(text) == {OPEN} or OPEN not in text:
        return None
    return text.index(OPEN) + 1


def params(text: str) -> dict[str, str]:
    """Return what the address of a step needs to keep the marks."""
    return {} if set(text) == {OPEN} else {_NAME: text}
