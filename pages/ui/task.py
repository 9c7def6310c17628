"""A task that checks itself: it is done as soon as the settings do it."""

import streamlit as st


def show_task(text: str, *, is_done: bool, now: str) -> None:
    """Show a task, and whether what is set now does it.

    Args:
        text: what to reach.
        is_done: whether it is reached.
        now: what is reached now.
    """
    if is_done:
        st.success(f"**Task done.** {text} Now: {now}.", icon=":material/task_alt:")
    else:
        st.info(f"**Task.** {text} Now: {now}.", icon=":material/flag:")
