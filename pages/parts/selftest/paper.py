"""The ten questions for paper: a worksheet to fill in, and its key."""

from collections.abc import Mapping

import streamlit as st

from core.language import tr
from pages.parts.selftest.question import DrawnQuestion

_LETTERS = "ABCDEFGH"


def show_worksheet(number: int, questions: Mapping[str, DrawnQuestion]) -> None:
    """Show the questions with boxes to tick.

    Args:
        number: of the test.
        questions: subject -> its question.
    """
    st.header(tr("Worksheet {number}", number=number), anchor=False)
    st.html(f'<p class="to-fill-in">{tr("Name")}<span></span>{tr("Date")}<span></span></p>')
    for place, (subject, it) in enumerate(questions.items(), 1):
        with st.container(border=True, gap="xsmall"):
            st.markdown(f"**{place} · {tr(subject)}.** {it.text}")
            st.markdown("  \n".join(f"☐ **{letter}** {text}" for letter, text in _lettered(it)))


def show_key(number: int, questions: Mapping[str, DrawnQuestion]) -> None:
    """Show the right answers, and why they are right.

    Args:
        number: of the test.
        questions: subject -> its question.
    """
    st.header(tr("Key to worksheet {number}", number=number), anchor=False)
    for place, (subject, it) in enumerate(questions.items(), 1):
        letter = next(letter for letter, text in _lettered(it) if text == it.right)
        st.markdown(
            tr(
                "**{place} · {subject}: {letter}**, *{right}*. {why} (Shown in: {title}.)",
                place=place,
                subject=tr(subject),
                letter=letter,
                right=it.right,
                why=it.why,
                title=tr(it.place.title),
            )
        )


def _lettered(question: DrawnQuestion) -> list[tuple[str, str]]:
    return list(zip(_LETTERS, question.options, strict=False))
