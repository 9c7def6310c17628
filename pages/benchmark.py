"""How fast: what was measured against faiss and hnswlib, a race here, and the engine's choice."""

import streamlit as st

from core.language import later, tr
from pages.parts.benchmark.measured import show_measured
from pages.ui import glossary, navigation, tour
from pages.ui.languages.tabs import draw_tabs

MEASURED, RACE, CALIBRATE = later("Measured"), later("Race here"), later("Calibrate")

navigation.set_up("Benchmark")
st.title(tr("Benchmark"), anchor=False)
if tour.shows("words"):
    glossary.markdown(
        tr(
            "**Is hashing faster than looking at everything?** That is, is [[LSH]] faster than the "
            "[[exact scan]]? It depends on how many images there are, and on who looks. See what "
            "was measured against faiss and hnswlib, let the methods race here and now, or let the "
            "engine choose its own settings."
        )
    )
tabs = draw_tabs([MEASURED, RACE, CALIBRATE])
if tabs[0].open:
    with tabs[0]:
        show_measured()
for tab, name in zip(tabs[1:], (RACE, CALIBRATE), strict=True):
    if tab.open:
        with tab, navigation.starting(navigation.BENCHMARK):
            from pages.parts.benchmark.calibrate import show_calibration
            from pages.parts.benchmark.race import show_race
            from pages.ui import errors, view
        with tab, errors.reported():
            (show_race if name == RACE else show_calibration)(view.current())
