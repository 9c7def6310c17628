"""What the paper reports beside what was measured here; reads the result files, no more."""

import streamlit as st

from pages.parts.results import experiment
from pages.ui import navigation

PARTS = {
    "Ranking": experiment.ranking,
    "Claims": experiment.claims,
    "Time": experiment.times,
    "Changed queries": experiment.changed_queries,
    "Attention": experiment.attention,
    "Settings": experiment.ablations,
}

navigation.set_up("Results")
st.title("Results", anchor=False)
experiment.opening()
experiment.guess()
tabs = st.tabs(list(PARTS), key="part", bind="query-params")
for tab, show in zip(tabs, PARTS.values(), strict=True):
    if tab.open:
        with tab:
            show()
