"""One lesson, minute by minute, to follow on the screen or on paper."""

from itertools import accumulate

import streamlit as st

from core.language import tr
from pages.parts.teaching.plans import LESSONS
from pages.ui.address import tied
from pages.ui.button import print_page


def show_lesson() -> None:
    """Let the teacher choose a lesson, and show its steps with links to what the class sees."""
    st.header(tr("Lesson plans"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom", key="not-on-paper"):
        minutes = st.segmented_control(
            tr("Minutes"),
            list(LESSONS),
            required=True,
            **tied("minutes", LESSONS, next(iter(LESSONS))),
        )
        print_page("print-lesson", tr("Print this lesson"))
    steps = LESSONS[minutes]
    ends = accumulate(its for _, its in steps)
    for (step, its), end in zip(steps, ends, strict=True):
        with st.container(border=True, gap="xsmall"):
            st.page_link(
                step.page,
                label=tr(
                    "{start}–{end} min · {step}", start=end - its, end=end, step=tr(step.title)
                ),
                query_params=step.state,
                icon=":material/arrow_outward:",
            )
            st.markdown(tr("**Ask first.** {ask}", ask=tr(step.ask)))
            st.markdown(tr("**Then.** {do}", do=tr(step.do)))
