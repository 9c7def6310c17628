"""A task that checks itself: it is done as soon as the settings do it."""

import streamlit as st

from core.language import tr


def show_task(text: str, *, is_done: bool, now: str) -> None:
    """Show a task, and whether what is set now does it.

    Args:
        text: what to reach.
        is_done: whether it is reached.
        now: what is reached now.
    """
    sign = (
        tr(":green[:material/task_alt: **Task done.**]")
        if is_done
        else tr(":material/flag: **Task.**")
    )
    with st.container(border=True):
        st.markdown(tr("{sign} {task} Now: {now}.", sign=sign, task=text, now=now))
