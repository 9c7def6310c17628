"""For teachers: lessons of ten, 45 and 90 minutes, the sheets to print, and how to present."""

import streamlit as st

from core.language import tr
from pages.parts.teaching.lesson import show_lesson
from pages.parts.teaching.ways import show_ways
from pages.ui import navigation

navigation.set_up("For teachers")
st.title(tr("For teachers"), anchor=False)
show_ways()
show_lesson()
