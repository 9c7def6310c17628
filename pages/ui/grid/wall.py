"""A wall of a gallery's pictures: filtered by label, sorted, in the size that one likes."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from core.galleries.base import Gallery
from core.language import later, tr, written
from pages.ui.address import tied
from pages.ui.grid import Action, Fact, show_grid
from pages.ui.grid.gallery import relevance, tile
from pages.ui.view import View

PER_PAGE = 36  # pictures that are sent at once
HEIGHT = 88  # pixels of a picture, until the visitor chooses

_MIXED, _NAMES, _NEAREST = "mixed", "name", "likeness"
_CALLED = {_MIXED: later("Mixed"), _NAMES: later("By name"), _NEAREST: later("Most like the query")}


def show_wall(
    gallery: Gallery,
    ids: Sequence[int],
    shown: View,
    page: str,
    cosines: Callable[[], Mapping[int, float]] | None,
) -> None:
    """Show a gallery; a click makes a picture the query.

    Args:
        gallery: whose images are shown.
        ids: those of them that can be chosen.
        shown: the view that its links keep, but for the query.
        page: where a click leads.
        cosines: returns id -> cosine to the query; None where there is no query to be like.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        ids = _of_label(gallery, ids)
        called = _called(gallery)
        orders = [_MIXED, _NAMES, *([_NEAREST] if cosines else [])]
        order = st.selectbox(
            tr("Order"),
            orders,
            format_func=lambda order: tr(called[order]),
            width=200,
            **tied("sort", orders, _MIXED),
        )
        known = cosines() if cosines and order == _NEAREST else {}
        ids = _sorted(ids, gallery, order, known)
        n_pages = max(1, -(-len(ids) // PER_PAGE))
        number = st.pagination(n_pages, key="page", bind="query-params") if n_pages > 1 else 1
    show_grid(
        "browse",
        [
            tile(
                gallery,
                id,
                shown,
                facts=_facts(gallery, id, known),
                first=Action(
                    label=tr("Choose this"),
                    page=page,
                    params=shown.with_query("image", gallery.items[id].name).params(),
                ),
            )
            for id in ids[(number - 1) * PER_PAGE : number * PER_PAGE]
        ],
        height=HEIGHT,
        resizable=True,
    )


def _called(gallery: Gallery) -> dict[str, str]:
    has_labels = any(it.label is not None for it in gallery.items)
    return _CALLED if has_labels else _CALLED | {_MIXED: later("As they came")}


def _of_label(gallery: Gallery, ids: Sequence[int]) -> Sequence[int]:
    """Draw the choice of a label, where there are any, and return the images that have it."""
    labels = sorted({it.label for it in gallery.items if it.label is not None})
    if not labels:
        return ids
    label = st.selectbox(
        tr("Label"),
        labels,
        index=None,
        placeholder=tr("All labels"),
        width=200,
        **tied("label", labels, None),
    )
    return [id for id in ids if label in (None, gallery.items[id].label)]


def _sorted(
    ids: Sequence[int], gallery: Gallery, order: str, cosines: Mapping[int, float]
) -> list[int]:
    """Order images: the most like the query, by name, or mixed."""
    if order == _NEAREST:
        return sorted(ids, key=lambda id: -cosines.get(id, -1.0))
    if order == _NAMES:
        return sorted(ids, key=lambda id: gallery.items[id].name)
    return _mixed(ids, gallery)


def _mixed(ids: Sequence[int], gallery: Gallery) -> list[int]:
    """Order images so that every label comes once before any comes again."""
    seen: Counter[str | None] = Counter()
    turns = {}
    for id in ids:
        label = gallery.items[id].label
        turns[id] = seen[label]
        seen[label] += 1
    return sorted(ids, key=turns.__getitem__)  # stable: within a turn in the gallery's order


def _facts(gallery: Gallery, id: int, cosines: Mapping[int, float]) -> list[Fact]:
    item = gallery.items[id]
    cosine = [Fact(written(cosines[id], ".3f"))] if id in cosines else []
    return [*cosine, *([relevance(item.label, None)] if item.label else [])]
