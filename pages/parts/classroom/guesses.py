"""What the class has guessed, beside what is right."""

import streamlit as st

from core.language import tr
from core.lessons.classroom.room import Poll
from core.wording import count, percent
from pages.ui.errors import plain
from pages.ui.page_address import draw_link


def show_text(poll: Poll) -> None:
    """Show what is asked."""
    st.markdown(f"### {poll.number} · {plain(poll.question.text)}")


def show_guesses(poll: Poll, own: str | None = None) -> None:
    """Show a bar for each option, which of them is right, and why.

    Args:
        poll: revealed.
        own: the option that the reader has guessed.
    """
    it, n = poll.question, sum(poll.counts)
    for option, guesses in zip(it.options, poll.counts, strict=True):
        marks = [f"**{plain(option)}**"]
        if option == it.right:
            marks.append(tr(":green[:material/check: **right**]"))
        if option == own:
            marks.append(tr("your guess"))
        share = guesses / n if n else 0.0
        st.progress(share, text=" · ".join([*marks, f"{guesses} ({percent(share)})"]))
    st.caption(tr("{n} in all.", n=count(n, "answer")))
    if it.why:
        st.markdown(plain(it.why))
    if it.where:
        draw_link(it.where, tr("Shown in:"))
