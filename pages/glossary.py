"""The words that this app uses, the paper and its sources, and how to cite both."""

import streamlit as st

from core.language import tr
from pages.parts.glossary.sources import show_sources
from pages.parts.glossary.words import show_words
from pages.ui import navigation

navigation.set_up("Words and sources")
st.title(tr("Words and sources"), anchor=False)
show_words()
show_sources()
