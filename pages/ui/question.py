"""A question to guess at, and its answer once there is a guess."""

from collections.abc import Sequence

import streamlit as st


@st.fragment
def question(text: str, options: Sequence[str], *, right: str, because: str, key: str) -> None:
    """Ask for a guess, and answer once there is one."""
    with st.container(border=True):
        guess = st.radio(f"**Guess first.** {text}", options, index=None, horizontal=True, key=key)
        if guess == right:
            st.success(f"Right. {because}", icon=":material/check:")
        elif guess:
            st.info(f"It is *{right}*. {because}", icon=":material/lightbulb:")
