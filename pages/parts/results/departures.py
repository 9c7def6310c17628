"""Where the paper is silent or contradicts itself, what we do there, and why."""

import streamlit as st

from core.language import tr
from core.paper.departures import DEPARTURES


def show_departures() -> None:
    """Show a table of our departures from the paper."""
    st.header(tr("Where the paper leaves a choice"), anchor=False)
    st.markdown(
        tr(
            "In some places the paper is silent or contradicts itself, and in some we do something "
            "else. Each is a decision, and here is why it was made as it was."
        )
    )
    st.table(
        [
            {
                tr("Where"): tr(departure.where),
                tr("The paper"): tr(departure.paper),
                tr("Here"): tr(departure.ours),
                tr("Why"): tr(departure.reason),
            }
            for departure in DEPARTURES
        ],
        alt=tr("{n_departures} departures from the paper", n_departures=len(DEPARTURES)),
    )
