"""The query of Probes and Buckets, and its true neighbours."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.index.exact import exact_scan
from core.language import tr
from core.search import find_by_digest
from pages.parts.hashing.gallery import IndexedGallery
from pages.ui import inputs, navigation, resources, tour
from pages.ui.address import PartView
from pages.ui.errors import plain
from pages.ui.inputs import Query


@dataclass(frozen=True, slots=True, eq=False)
class LookedUp:
    """A query's embedding, and what the exact scan says of it."""

    embedding: NDArray[np.float32]  # (D,)
    id: int | None  # in the gallery, where it is from there
    neighbours: NDArray[np.int64]  # (k,) ids, the nearest first


def choose_query(indexed: IndexedGallery, part: str) -> Query:
    """Show the query and the choice of another; the gallery's first image is the example.

    Raises:
        HashlightError: the address names a query that is not here, or no image.
    """
    shown = indexed.shown
    if shown.source is None:
        shown = shown.with_query("image", indexed.item(0).name)
    picture, chooser = st.columns([1, 6], gap="medium", vertical_alignment="center")
    with chooser:
        if tour.shows("choice"):
            inputs.choose_query(
                PartView.of(shown, part), indexed.gallery, indexed.stored, page=navigation.HASHING
            )
    query = inputs.query(shown, indexed.gallery)
    assert query is not None  # the view names one
    with picture:
        small = resources.small_picture(query.data, max_side=120)
        st.image(small, alt=tr("Query: {title}", title=query.title), output_format="JPEG")
    if tour.shows("choice"):
        chooser.caption(_about(query, is_example=indexed.shown.source is None))
    return query


def _about(query: Query, *, is_example: bool) -> str:
    title = plain(query.title)
    if is_example:
        return tr(
            "The query is {title}, the gallery's first image, as an example; choose another one "
            "above.",
            title=title,
        )
    if query.is_upload:
        return tr(
            "The query is {title}. An upload can't be put in a link, so this page's address works "
            "only here.",
            title=title,
        )
    return tr("The query is {title}.", title=title)


def choose_and_look_up(indexed: IndexedGallery, part: str) -> LookedUp:
    """Show the query as ``choose_query`` does, and find its true neighbours.

    Raises:
        HashlightError: the address names a query that is not here, or no image.
    """
    query, shown = choose_query(indexed, part), indexed.shown
    embedded = resources.embedded_query(query.data, shown.attention)
    id = query.id
    if id is None:
        id = find_by_digest(indexed.gallery, query.digest)
    vectors = indexed.index.vectors
    hits = exact_scan(embedded.embedding, vectors, k=shown.k, exclude=id)
    return LookedUp(embedded.embedding, id, hits.ids)
