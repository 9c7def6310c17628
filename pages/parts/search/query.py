"""The query of a search: its picture, and where the network looked."""

import streamlit as st

from core.language import tr
from core.search import SearchResult
from pages.ui import tour
from pages.ui.errors import plain
from pages.ui.inputs import Query
from pages.ui.pictures import attention_heatmap, query_picture


def query_and_attention(result: SearchResult, query: Query) -> None:
    """Show the query image, and M_s over it; on the tour, the image alone."""
    if not tour.shows("where it looks"):
        query_picture(result, query.title)
        return
    left, right = st.columns(2, gap="small")
    with left:
        query_picture(result, query.title)
        facts = query.facts(label=result.query_label, id=result.query_id)
        st.caption(" · ".join([*facts, *(plain(tr(it)) for it in result.query.image.notes)]))
    with right:
        attention_heatmap(result)
