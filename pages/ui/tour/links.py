"""Links to the steps of the tour, which take along all that was guessed."""

import streamlit as st

from pages.ui.tour import progress
from pages.ui.tour.steps import STEPS

NAME = "tour"  # in the address


def link(number: int) -> tuple[str, dict[str, str]]:
    """Return the page of a step, from 1, and its address's parameters."""
    step = STEPS[number - 1]
    return step.page, step.state | {NAME: str(number)} | progress.kept()


def draw_link(number: int, label: str, icon: str, key: str) -> None:
    """Draw a link to a step.

    Args:
        number: of the step, from 1.
        label: what the link says.
        icon: before it.
        key: of the link's container.
    """
    page, params = link(number)
    with st.container(key=key, width="content"):
        st.page_link(page, label=label, icon=icon, query_params=params)
