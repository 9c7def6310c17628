"""Ten questions from the bank, marked with the place in the app that shows each answer."""

import streamlit as st

from core.language import tr
from pages.parts.selftest.sheet import show_sheet
from pages.ui import navigation

navigation.set_up("Self-test")
st.title(tr("Self-test"), anchor=False)
show_sheet()
