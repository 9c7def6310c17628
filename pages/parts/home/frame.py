"""The places of the stage, drawn before anything that takes time is even imported.

Each holds a grey shape of what will be there, so nothing jumps when it arrives.
"""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.language import later, tr
from pages.ui import menu, navigation, tour

STEPS = (
    later("Your picture"),
    later("Where it looks"),
    later("Its code"),
    later("The buckets read"),
)


@dataclass(frozen=True, slots=True)
class Frame:
    """The places of the stage, from the top down; each is an ``st.empty``."""

    ask: Any  # photographs are dropped here
    examples: Any
    progress: Any
    steps: tuple[Any, ...]  # one for each of STEPS
    hits: Any
    told: Any

    def hide_stage(self) -> None:
        """Hide what will not be filled: first something else has to happen."""
        self.told.html("<style>.st-key-stage { display: none; }</style>")


def draw_frame() -> Frame:
    """Draw the title, the ways on, and every place with its grey shape."""
    title, ways = st.columns([1, 2], vertical_alignment="bottom")
    title.title("Hashlight", anchor=False)
    with ways.container(horizontal=True, horizontal_alignment="right"):
        st.page_link(
            navigation.SEARCH,
            label=tr("Search, with all settings"),
            icon=":material/search:",
            query_params=menu.along(),
        )
        label, page, params = tour.way_in()
        st.page_link(
            page,
            label=label,
            icon=":material/route:",
            query_params=params,
        )
    st.markdown(
        tr(
            "Drop in a photograph: see the pictures most like it, and each step of how they were "
            "found."
        )
    )
    left, right = st.columns([5, 7], gap="medium")
    ask, examples = (_grey(column, 110) for column in (left, right))
    progress = st.empty()
    with st.container(border=True, key="stage", gap="xsmall"):
        columns = st.columns([3, 3, 4, 4], gap="medium")
        steps = []
        for number, (column, step) in enumerate(zip(columns, STEPS, strict=True), 1):
            column.markdown(f"**{number} · {tr(step)}**")
            steps.append(_grey(column, 130))
        st.markdown(tr("**{number} · The pictures most like it**", number=len(STEPS) + 1))
        hits = _grey(st, 96)
        told = st.empty()
    return Frame(ask, examples, progress, tuple(steps), hits, told)


def _grey(parent: Any, height: int) -> Any:
    place = parent.empty()
    place.html(f'<div class="skeleton" style="height:{height}px" aria-hidden="true"></div>')
    return place
