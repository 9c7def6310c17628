"""The machine: from a picture to its hits in one picture, with the numbers of this very query."""

import streamlit as st

from core.language import tr
from pages.ui import navigation

choice = navigation.set_up_with_choice("The machine")
with st.spinner(tr("Starting …")):  # seconds, once after a server start: PyTorch comes along
    from core.lessons.walkthrough import walk
    from pages.ui import answers, errors, resources
    from pages.ui.machine import show_machine
    from pages.ui.machine.payload import Machine

with errors.reported():
    if asked := answers.ask(choice, page=navigation.MACHINE):
        query, gallery, stored, shown = asked
        result = answers.answer(query, gallery, stored, shown)
        network = resources.embedder().checkpoint.network
        show_machine(
            Machine(
                title=query.title,
                result=result,
                gallery=gallery,
                index=resources.index(stored, shown.attention, *shown.built),
                walked=walk(network, resources.forward_pass(query.data, shown.attention)),
                preprocess=resources.embedder().preprocess,
                shown=shown,
            )
        )
        # Below: above, they would push away what is just moving.
        answers.notes(result, shown)
