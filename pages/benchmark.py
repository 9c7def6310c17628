"""Benchmark."""

import streamlit as st

from pages.ui import navigation

navigation.set_up("Benchmark")
st.title("Benchmark", anchor=False)
