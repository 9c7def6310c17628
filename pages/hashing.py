"""How LSH works: five parts, from lines in the plane to the tables of a real index."""

import streamlit as st

from pages.ui import navigation

LAB = "Hyperplane lab"

navigation.set_up("How LSH works")
title, choice = st.columns([2, 1], vertical_alignment="bottom")
title.title("How LSH works", anchor=False)
with st.spinner("Starting …"):  # once after a server start: PyTorch takes seconds
    from core.errors import HashlightError
    from pages.parts.hashing import hyperplane_lab, panels
    from pages.ui import address, errors, galleries, inputs, view

PARTS = {
    "Bits and tables": panels.coach,
    "Theory and practice": panels.practice,
    "Probes": panels.probes,
    "Buckets": panels.buckets,
}

# Settings that a part offers itself, beside what they change.
SET_THERE = {"Bits and tables": ("K", "L"), "Probes": ("probes",)}

shown = view.current()
tabs = st.tabs([LAB, *PARTS], **address.tied("part", [LAB, *PARTS], LAB))
if tabs[0].open:
    with tabs[0]:
        hyperplane_lab.lab()
else:
    inputs.settings(shown, without=SET_THERE.get(st.session_state["part"], ()))
    with choice:
        galleries.choose(shown)
    for tab, show in zip(tabs[1:], PARTS.values(), strict=True):
        if tab.open:
            with tab:
                errors.show_remembered()
                try:
                    gallery = galleries.open_chosen(shown)
                    stored = galleries.embeddings(gallery) if gallery else None
                    lesson = panels.Lesson(shown, gallery, stored) if gallery and stored else None
                    if lesson and panels.enough(lesson):
                        show(lesson)
                except HashlightError as error:
                    errors.show(error)
