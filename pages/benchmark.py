"""How fast: what was measured against faiss and hnswlib, a race here, and the engine's choice."""

import streamlit as st

from pages.parts.benchmark import measured
from pages.ui import navigation

MEASURED = "Measured"
LIVE = ["Race here", "Calibrate"]

navigation.set_up("Benchmark")
st.title("Benchmark", anchor=False)
st.markdown(
    "**Is hashing faster than looking at everything?** That depends on how many images "
    "there are, and on who looks. See what was measured against faiss and hnswlib, let the methods "
    "race here and now, or let the engine choose its own settings."
)
tabs = st.tabs([MEASURED, *LIVE], key="part", bind="query-params")
if tabs[0].open:
    with tabs[0]:
        measured.show()
for tab, name in zip(tabs[1:], LIVE, strict=True):
    if tab.open:
        with tab, st.spinner("Starting …"):  # seconds, once after a server start: PyTorch
            from core.errors import HashlightError
            from pages.parts.benchmark import live
            from pages.ui import errors, view
        with tab:
            errors.show_remembered()
            try:
                shown = view.current()
                (live.race if name == LIVE[0] else live.calibrate)(shown)
            except HashlightError as error:
                errors.show(error)
