"""How far somebody is: one letter a step, in the address and so in every bookmark.

``guess-tour=Cb--------`` says: at step 1 the third option is chosen, and the first guess was right,
so the letter is a capital; at step 2 the second, and the first guess was not; the others are still
to come. At the self-test the letter counts right answers. Its answers are kept beside it.

Every link of the tour takes these along, and the session has them for the pages beside the tour.
Their names begin like that of a guess, so a link for others leaves them out.
"""

import re

import streamlit as st

from pages.ui.tour.steps import STEPS

OPEN = "-"
_MARKS = "guess-tour"
_KEPT = {  # name in the address -> what makes sense
    _MARKS: f"[A-Za-z{OPEN}]{{{len(STEPS)}}}",
    "test": "[0-9]{1,3}",
    "guess-draft": "[0-9-]{10}",
    "guess-test": "[0-9-]{10}",
}
_IN_SESSION = "tour-kept"


def marks() -> str:
    """Return one letter per step."""
    return kept().get(_MARKS, OPEN * len(STEPS))


def is_open(number: int) -> bool:
    """Return whether nothing has been guessed at a step, from 1."""
    return marks()[number - 1] == OPEN


def was_right(number: int) -> bool:
    """Return whether the first guess at a step, from 1, was right."""
    return marks()[number - 1].isupper()


def n_right() -> int:
    """Return how many first guesses were right; the self-test is none."""
    return sum(it.isupper() for it in marks()[:-1])


def chosen(number: int) -> int | None:
    """Return which option, from 0, is chosen at a step, from 1; None: none yet."""
    return None if is_open(number) else ord(marks()[number - 1].upper()) - ord("A")


def mark(number: int, option: int, *, is_right: bool) -> bool:
    """Keep what is chosen at a step; only the first guess says whether it was right.

    Args:
        number: of the step, from 1.
        option: that is chosen, from 0.
        is_right: whether it is the right one.

    Returns:
        whether this is news.
    """
    before, letter = marks(), chr(ord("A") + option)
    counts = is_right if is_open(number) else was_right(number)
    after = before[: number - 1] + (letter if counts else letter.lower()) + before[number:]
    if after == before:  # or the address would be told again, of a page that one has left by now
        return False
    st.session_state[_IN_SESSION] = kept() | {_MARKS: after}
    carry()
    return True


def carry() -> None:
    """Keep in the session what the address says, and say there what it has lost."""
    st.session_state[_IN_SESSION] = kept()
    for name, text in kept().items():
        if st.query_params.get(name) != text:
            st.query_params[name] = text


def forget(*names: str) -> None:
    """Drop answers of the self-test, wherever they are kept."""
    for name in names:
        st.session_state.get(_IN_SESSION, {}).pop(name, None)
        st.query_params.pop(name, None)


def next_open() -> int | None:
    """Return the first step, from 1, that is open where others are not; None: none or all."""
    text = marks()
    if set(text) == {OPEN} or OPEN not in text:
        return None
    return text.index(OPEN) + 1


def kept() -> dict[str, str]:
    """Return what the address says that makes sense, or else the session.

    A link that is older than a guess does not have it: of the marks, those of the session count.
    """
    session = st.session_state.get(_IN_SESSION, {})
    found = {}
    for name, sense in _KEPT.items():
        for text in (st.query_params.get(name, ""), session.get(name, "")):
            if re.fullmatch(sense, text):
                found[name] = text
                break
    if known := session.get(_MARKS):
        pairs = zip(known, found[_MARKS], strict=True)
        found[_MARKS] = "".join(there if here == OPEN else here for here, there in pairs)
    return found
