"""Errors in a page: one sentence, and whatever was on the page before stays."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.errors import HashlightError

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-!|~$:^=])")
_PENDING = "problem"


@contextmanager
def remembered() -> Iterator[None]:
    """Keep what the block raises, in a widget's callback, for the run that follows it."""
    try:
        yield
    except HashlightError as error:
        st.session_state[_PENDING] = str(error)


def show(error: HashlightError) -> None:
    """Show an error's sentence."""
    st.error(plain(str(error)), icon=":material/error:")


@contextmanager
def reported() -> Iterator[None]:
    """Show what is remembered, and what the block raises; what it has drawn stays.

    It is remembered until a run has come to its end: one that a further click cuts short may never
    have been seen.
    """
    if problem := st.session_state.get(_PENDING):
        st.error(plain(problem), icon=":material/error:")
    try:
        yield
    except HashlightError as error:
        show(error)
    st.session_state.pop(_PENDING, None)


def plain(text: str) -> str:
    """Return Markdown that shows ``text`` as it is: file names and labels may hold anything."""
    return _MARKDOWN.sub(r"\\\1", text)
