"""Inspect a query: everything about one query, and why each image came up or did not."""

import streamlit as st

from pages.ui import navigation

navigation.set_up("Inspect a query")
title, choice = st.columns([2, 1], vertical_alignment="bottom")
title.title("Inspect a query", anchor=False)
with st.spinner("Starting …"):  # seconds, once after a server start: these bring PyTorch along
    from core.errors import HashlightError
    from pages.parts.inspect import panels
    from pages.ui import errors, galleries, inputs, view

shown = view.current()
inputs.settings(shown)
with choice:
    galleries.choose(shown)
errors.show_remembered()

try:
    gallery = galleries.open_chosen(shown)
    stored = galleries.embeddings(gallery) if gallery else None
    if gallery and stored:
        shown = inputs.or_example(shown, gallery, stored)
        inputs.choose_query(shown, gallery, stored.ids.tolist(), page=navigation.INSPECT)
        query = inputs.query(shown, gallery)
        if query:
            inspection = panels.begin(query, gallery, stored, shown)
            panels.overview(inspection)
            panels.parts(inspection)
except HashlightError as error:
    errors.show(error)
