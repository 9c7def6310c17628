"""Every word of the glossary."""

import streamlit as st

from core.language import tr
from pages.ui import glossary


def show_words() -> None:
    """Show the glossary."""
    st.header(tr("Words"), anchor=False)
    st.markdown(
        tr(
            "A word with a dotted line opens its meaning when you rest the mouse on it or tap it. "
            "Here they all are."
        )
    )
    st.markdown("\n".join(f"- **{tr(term)}**: {glossary.meaning(term)}" for term in glossary.TERMS))
