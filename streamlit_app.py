"""The home page, a stage: photographs are dropped here, and the answer grows below.

``streamlit run`` reads this file twice: it imports it to find the server, and runs it as the page.
"""

import streamlit as st

import server
from pages.parts.home.frame import draw_frame
from pages.ui import navigation


def home() -> None:
    """Draw the page."""
    navigation.set_up("Home")
    frame = draw_frame()
    with frame.progress.container(), navigation.starting(navigation.HOME):
        from pages.parts.home import examples, gallery, stage
        from pages.ui import errors, inputs, uploads, view

    shown = view.current()
    with frame.ask.container():
        uploads.drop_zone()
    stored = None
    with errors.reported():
        frame.progress.empty()
        scenes = gallery.open_scenes()
        with frame.progress.container():
            opened, shown = gallery.open_shown(shown, scenes)
        if opened:
            query = inputs.query(shown, opened) or examples.first_query(opened, scenes)
            stage.show_query(frame, query, shown)
            stored = gallery.embeddings(frame, opened, query, shown)
            if stored:
                stage.show_answer(frame, query, opened, stored, shown)
        examples.show_examples(frame, scenes)
        uploads.offer_kept()
    if stored is None:
        frame.hide_stage()


if __name__ == "__main__":
    home()
else:
    app = st.App(
        __file__,
        lifespan=server.lifespan,
        routes=server.routes(),
        middleware=server.middleware(),
    )
