"""Relevance feedback: say what is relevant, and see the ranking follow (system [17])."""

import streamlit as st

from core.language import tr
from pages.ui import glossary, navigation

choice = navigation.set_up_with_choice("Relevance feedback")
with navigation.starting(navigation.FEEDBACK):
    from pages.parts.feedback.game import play
    from pages.parts.feedback.search import prepare_feedback
    from pages.ui import errors, galleries, inputs

shown = galleries.choose_in(choice)
glossary.markdown(
    tr(
        "**How many pictures must you judge before a machine knows what you mean?** Choose a query "
        "and say yes or no to ten pictures: a support vector machine learns from your answers and "
        "ranks the gallery anew. It asks about the pictures that it is least sure of, because they "
        "teach it most (SVM active learning, system [17] of the tables in the [[paper]])."
    )
)

with errors.reported():
    if opened := galleries.open_embedded(shown):
        gallery, stored = opened
        inputs.choose_query(shown, gallery, stored, page=navigation.FEEDBACK)
        query = inputs.query(shown, gallery)
        if query:
            search = prepare_feedback(query, gallery, stored, shown)
            if search:
                play(search, shown)
        else:
            st.info(tr("Choose a query above: it is what the gallery is searched for."))
