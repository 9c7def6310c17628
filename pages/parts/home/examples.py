"""A row of examples that work, chosen by a rule; the first of them is what Home begins with."""

import streamlit as st

from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.language import tr
from core.lessons.worked_examples import RULE
from pages.parts.home.frame import Frame
from pages.parts.home.gallery import Scenes
from pages.ui import navigation, resources
from pages.ui.answers import reading, settled
from pages.ui.grid import Action, Tile, show_grid
from pages.ui.grid.gallery import tile
from pages.ui.inputs import Query
from pages.ui.resources import Work
from pages.ui.view import View

MOST = 6
HEIGHT = 58  # pixels of a picture


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
        st.markdown(tr("Or start with one of these"))
        show_grid("examples", [_example(scenes.gallery, id) for id in found], height=HEIGHT)
        st.caption(tr(RULE))


def _example(gallery: Gallery, id: int) -> Tile:
    here = View().with_query("image", gallery.items[id].name)
    first = Action(label=tr("Start with this"), page=navigation.HOME, params=here.params())
    return tile(gallery, id, View(), first=first)


def _looking(gallery: Gallery, stored: StoredGallery) -> Work[tuple[int, ...]]:
    shown = settled(View(), stored)
    return resources.examples(gallery, stored, shown.built, reading(shown, stored), most=MOST)


def _so_far(stored: StoredGallery) -> tuple[int, ...]:
    shown = settled(View(), stored)
    return resources.examples_so_far(stored, shown.built, reading(shown, stored), most=MOST)
