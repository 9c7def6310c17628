"""A row of examples that work, chosen by a rule; the first of them is what Home begins with."""

import streamlit as st

from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.lessons.worked_examples import RULE
from pages.parts.home.frame import Frame
from pages.parts.home.gallery import Scenes
from pages.ui import cards, navigation, resources
from pages.ui.inputs import Query
from pages.ui.resources import Work
from pages.ui.view import View

MOST = 6


def first_query(gallery: Gallery, scenes: Scenes) -> Query:
    """Return the first example, as soon as it is found; of another gallery the first image."""
    id = 0
    if gallery is scenes.gallery and scenes.stored:
        work = _looking(scenes.gallery, scenes.stored)
        while not (found := _so_far(scenes.stored)) and not work.wait(0.05):
            pass
        id = (found or _so_far(scenes.stored) or (id,))[0]
    item = gallery.items[id]
    return Query(item.name, gallery.read(id), id)


def show_examples(frame: Frame, scenes: Scenes) -> None:
    """Draw the row; it waits until all are found."""
    found = _looking(scenes.gallery, scenes.stored).result() if scenes.stored else ()
    with frame.examples.container():
        if not found:
            return
        st.markdown("Or start with one of these")
        with cards.grid("examples", min_width=80):
            for id in found:
                what = scenes.gallery.items[id].label or scenes.gallery.items[id].name
                cards.card(
                    f"examples-{id}",
                    scenes.gallery,
                    id,
                    link=what,
                    alt=what,
                    shown=View(),
                    page=navigation.HOME,
                )
        st.caption(f"By a rule: {RULE}")


def _looking(gallery: Gallery, stored: StoredGallery) -> Work[tuple[int, ...]]:
    return resources.examples(gallery, stored, View().lsh, View().search, most=MOST)


def _so_far(stored: StoredGallery) -> tuple[int, ...]:
    return resources.examples_so_far(stored, View().lsh, View().search, most=MOST)
