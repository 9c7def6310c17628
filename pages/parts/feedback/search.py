"""A query in a gallery, and all that the rounds of feedback need to know of it."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.errors import GalleryError
from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.language import tr
from core.methods.svm import FeedbackSession
from core.search import find_by_digest
from core.wording import count
from pages.parts.feedback.features import choose_features, colour_and_texture, describe_query
from pages.ui.errors import plain
from pages.ui.grid import Fact
from pages.ui.grid.gallery import relevance
from pages.ui.inputs import Query
from pages.ui.view import View

FEWEST = 2  # images beside the query


@dataclass(frozen=True, slots=True, eq=False)
class FeedbackSearch:
    """A query in a gallery, and how the game begins that is played with it."""

    query: Query
    gallery: Gallery
    ids: NDArray[np.int64]  # (N,) of the images that are searched: a row's id
    label: str | None  # the query's
    relevant: NDArray[np.bool_] | None  # (N,) has the query's label; None where there is none
    key: Hashable  # of the game
    start: Callable[[], FeedbackSession]

    def name(self, row: int) -> str:
        """Return an image's label, or its name where it has none."""
        item = self.gallery.items[int(self.ids[row])]
        return item.label or item.name

    def relevance(self, row: int) -> Fact:
        """Say an image's label, and where the query has one whether it is the same."""
        item = self.gallery.items[int(self.ids[row])]
        if self.relevant is None:
            return relevance(item.label or item.name, None)
        return relevance(item.label or tr("no label"), bool(self.relevant[row]))


def prepare_feedback(
    query: Query, gallery: Gallery, stored: StoredGallery, shown: View
) -> FeedbackSearch | None:
    """Get all that the rounds need, or show why there can be none and return None.

    Raises:
        HashlightError: the query is not an image, or has no embedding.
    """
    id = find_by_digest(gallery, query.digest) if query.id is None else query.id
    row = None if id is None else _row(stored, id)
    label = None if id is None else gallery.items[id].label
    n_others = len(stored.ids) - (row is not None)
    if n_others < FEWEST:
        st.warning(
            tr(
                "Beside the query {title} has "
                "{images}, too few to learn from; choose a larger gallery.",
                title=plain(gallery.title),
                images=count(n_others, "other image"),
            )
        )
        return None
    choose_features(shown)
    method = None
    if shown.features == "colour" and (method := colour_and_texture(gallery, stored)) is None:
        return None

    vectors = method.features if method else stored.of(shown.attention)
    vector = vectors[row] if row is not None else describe_query(query, shown, method)
    key = (
        stored.gallery_digest,
        stored.embedder_digest,
        shown.features,
        shown.attention,
        query.digest,
    )
    return FeedbackSearch(
        query=query,
        gallery=gallery,
        ids=stored.ids,
        label=label,
        relevant=None if label is None else _has_label(gallery, stored.ids, label),
        key=key,
        start=lambda: FeedbackSession(vectors, vector, exclude=row),
    )


def _row(stored: StoredGallery, id: int) -> int:
    row = int(np.searchsorted(stored.ids, id))
    if row == len(stored.ids) or stored.ids[row] != id:
        raise GalleryError(
            tr("This image has no embedding: {reason}", reason=tr(stored.failures[id]))
        )
    return row


def _has_label(gallery: Gallery, ids: NDArray[np.int64], label: str) -> NDArray[np.bool_]:
    return np.array([gallery.items[id].label == label for id in ids.tolist()])
