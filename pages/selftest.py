"""Ten questions from the bank, marked with the place in the app that shows each answer."""

import streamlit as st

from core.language import later
from pages.parts.selftest.sheet import show_sheet
from pages.ui import navigation

navigation.set_up("Self-test")
st.title(later("Self-test"), anchor=False)
show_sheet()
