"""The home page, a stage: photographs are dropped here, and the answer grows below."""

import streamlit as st

from pages.parts.home.frame import draw_frame
from pages.ui import navigation

navigation.set_up("Home")
frame = draw_frame()
with frame.progress.container(), st.spinner("Starting …"):  # once after a server start: PyTorch
    from pages.parts.home import examples, gallery, stage
    from pages.ui import errors, inputs, uploads, view

shown = view.current()
with frame.ask.container():
    uploads.drop_zone()
errors.show_remembered()
with errors.reported():
    frame.progress.empty()
    scenes = gallery.open_scenes()
    opened, shown = gallery.open_shown(shown, scenes)
    if opened:
        query = inputs.query(shown, opened) or examples.first_query(opened, scenes)
        stage.show_query(frame, query, shown)
        stored = gallery.embeddings(frame, opened, query, shown)
        if stored:
            stage.show_answer(frame, query, opened, stored, shown)
    examples.show_examples(frame, scenes)
    uploads.offer_kept()
