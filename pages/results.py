"""What the paper reports beside what was measured here; reads the result files, no more."""

import streamlit as st

from core.language import later, tr
from pages.parts.results.ablations import show_settings
from pages.parts.results.attention import show_attention
from pages.parts.results.claims import show_claims
from pages.parts.results.clutter import show_clutter
from pages.parts.results.departures import show_departures
from pages.parts.results.figure_10 import show_changed_queries
from pages.parts.results.masks import show_masks
from pages.parts.results.overview import ask_for_the_share, show_opening
from pages.parts.results.table_3 import show_times
from pages.parts.results.tables_1_and_2 import show_ranking
from pages.ui import navigation
from pages.ui.languages.tabs import draw_tabs

PARTS = {
    later("Ranking"): show_ranking,
    later("Claims"): show_claims,
    later("Time"): show_times,
    later("Changed queries"): show_changed_queries,
    later("Attention"): show_attention,
    later("Photographs"): show_masks,
    later("Clutter"): show_clutter,
    later("Settings"): show_settings,
    later("Departures"): show_departures,
}

navigation.set_up("Results")
st.title(tr("Results"), anchor=False)
show_opening()
ask_for_the_share()
tabs = draw_tabs(PARTS)
for tab, show in zip(tabs, PARTS.values(), strict=True):
    if tab.open:
        with tab:
            show()
