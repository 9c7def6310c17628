"""A question to guess at, and its answer once there is a guess."""

from collections.abc import Callable, Sequence

import streamlit as st

from core.language import tr
from pages.ui import tour
from pages.ui.address import tied


@st.fragment
def question(
    text: str,
    options: Sequence[str],
    *,
    right: str,
    because: str,
    key: str,
    then: Callable[[], None] | None = None,
) -> None:
    """Ask for a guess, and answer once there is one; on the tour, only if its step asks this.

    Args:
        text: what is asked.
        options: that can be guessed, in English.
        right: one of them.
        because: why, and what was measured.
        key: of the widget; the guess stands in the address under it.
        then: draws what belongs to the answer, below it.
    """
    if not tour.asks(key):
        return
    with st.container(border=True, key=f"ask-{key}"):
        if guess := ask(text, options, key=key, before=tour.guessed(key, options)):
            is_news = tour.answered(key, options.index(guess), is_right=guess == right)
            reveal(guess, right=right, because=because)
            if then:
                then()
            if is_news:
                st.rerun()  # the panel stands outside this fragment
        elif tour.waits(key):
            st.caption(tr("The answer comes with your guess."))


def ask(text: str, options: Sequence[str], *, key: str, before: str | None = None) -> str | None:
    """Ask for a guess, which stands in the address under the key, and return it.

    Args:
        text: what is asked.
        options: that can be guessed, in English.
        key: of the widget.
        before: the guess where the address has none.
    """
    on_tour = tour.waits(key)  # whose panel says so
    guess: str | None = st.radio(
        text if on_tour else tr("**Guess first.** {question}", question=text),
        options,
        format_func=tr,
        index=None,
        horizontal=True,
        **tied(key, options, before),
    )
    return guess


def reveal(guess: str, *, right: str, because: str) -> None:
    """Answer a guess."""
    if guess == right:
        st.success(tr("Right. {because}", because=because), icon=":material/check:")
    else:
        st.info(
            tr("It is *{right}*. {because}", right=tr(right), because=because),
            icon=":material/lightbulb:",
        )
