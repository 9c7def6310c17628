"""What goes with this page."""

import streamlit as st

from core.language import tr
from pages.ui import navigation
from pages.ui.view import View


def link_further(shown: View) -> None:
    """Link to what goes with this page."""
    st.header(tr("Why it holds at all"), anchor=False)
    st.markdown(
        tr(
            "Training shows the network changed copies of each picture, so that they keep close "
            "embeddings. See those changes one by one, and what they are worth over all queries."
        )
    )
    with st.container(horizontal=True):
        st.page_link(
            navigation.AUGMENTATION,
            label=tr("Figure 3, one change at a time"),
            icon=":material/auto_fix_high:",
            query_params=shown.params(),
        )
        st.page_link(
            navigation.RESULTS,
            label=tr("Figure 10, measured over all queries"),
            icon=":material/table_chart:",
            query_params=shown.params() | {"part": "Changed queries"},
        )
