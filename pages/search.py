"""Search a gallery with one image, by LSH and by the exact scan."""

import streamlit as st

from core.language import tr
from pages.ui import navigation

choice = navigation.set_up_with_choice("Search")
with navigation.starting(navigation.SEARCH):
    from core.galleries.uploads import UploadedGallery
    from pages.parts.search import hits, recall, times
    from pages.parts.search.query import query_and_attention
    from pages.ui import answers, errors, galleries, inputs, tour, uploads
    from pages.ui.gallery_map import show_map

shown = galleries.choose_in(choice)

with errors.reported():
    if opened := galleries.open_embedded(shown):
        gallery, stored = opened
        shown = answers.settled(shown, stored)
        inputs.settings(shown)
        if tour.shows("words"):
            galleries.describe(gallery)
        if isinstance(gallery, UploadedGallery):
            uploads.panel(gallery, stored, shown)
        if tour.shows("choice"):
            inputs.choose_query(shown, gallery, stored)
        query = inputs.query(shown, gallery)
        if query:
            result = answers.answer(query, gallery, stored, shown)
            answers.notes(result, shown)
            is_whole = tour.shows("numbers")  # on the tour the hits are on the first screen
            pictures, numbers = st.columns([3, 2] if is_whole else [1, 3], gap="medium")
            with pictures:
                query_and_attention(result, query)
            with numbers:
                if is_whole:
                    hits.recall_and_cost(result, shown)
                elif tour.shows("hits"):
                    hits.hits_alone(result, gallery, stored, shown)
                recall.guess_recall(result, gallery, stored)
                times.guess_the_longest(result)
            if is_whole:
                hits.hits_side_by_side(result, gallery, stored, shown)
            if tour.shows("ways on"):
                st.page_link(
                    navigation.INSPECT,
                    label=tr("Why these, and why not others?"),
                    icon=":material/troubleshoot:",
                    query_params=shown.params() | {"part": "Why?"},
                )
                st.page_link(
                    navigation.REGIONS,
                    label=tr("Which images have a part of it?"),
                    icon=":material/select_all:",
                    query_params=shown.params(),
                )
            if tour.shows("map"):
                st.header(tr("The map of the gallery"), anchor=False)
                show_map(result, gallery, stored, shown)
            if tour.shows("times"):
                with st.container() if is_whole else numbers:
                    times.times_and_code(result, stored, shown)
