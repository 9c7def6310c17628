"""From a query and a view to the answer that a page shows."""

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.index.fitting import Fitting
from core.search import EmbeddedQuery, SearchConfig, SearchResult, look_up
from pages.ui import galleries, inputs, resources
from pages.ui.inputs import Query
from pages.ui.view import DEFAULT_GALLERY, FITTING, UNSET, View

_REPEATS = 3  # of the part that is timed
_ENGINE_REPEATS = 15  # a hundredth of a millisecond's work


def ask(
    choice: DeltaGenerator, *, page: str, teaches: bool = False
) -> tuple[Query, Gallery, StoredGallery, View] | None:
    """Draw the choice of a gallery, the settings and the ways to a query, as the address has them.

    Args:
        choice: the place where the gallery is chosen.
        page: that this is drawn on.
        teaches: whether the page sets bits beside the theory of uniform hyperplanes, and so has
            these whatever fits.

    Returns:
        The query, or the gallery's first image where nobody has chosen one, with the gallery, its
        embeddings and the settled view; None where something has to happen first, which is shown.

    Raises:
        HashlightError: the gallery can't be opened or embedded, or the query is not here.
    """
    shown = galleries.choose_in(choice)
    opened = galleries.open_embedded(shown)
    if not opened:
        return None
    shown = settled(replace(shown, teaches=teaches), opened[1])
    inputs.settings(shown, without=("hyperplanes",) if teaches else ())
    query, asked = inputs.query_or_example(shown, *opened, page=page)
    return (query, *opened, asked) if query else None


def settled(shown: View, stored: StoredGallery) -> View:
    """Return a view with what fits the gallery where nobody has set hyperplanes, K, L or probes.

    Probes are then those of most queries: each reads as many as it needs.
    """
    free = {name for name in FITTING if not getattr(shown, name)}
    if not free:
        return shown
    fitting = _fitting(shown, stored)
    fits = {
        "hyperplanes": fitting.family.manner,
        "K": fitting.lsh.n_bits,
        "L": fitting.lsh.n_tables,
        "probes": fitting.typical_probes,
    }
    return shown.chosen({name: fits[name] for name in free})


def reading(shown: View, stored: StoredGallery) -> SearchConfig:
    """Return how a settled view asks: by the gallery's rule where nobody has set the probes."""
    if "probes" not in shown.fitted:
        return shown.search
    return SearchConfig(k=shown.k, n_probes=_fitting(shown, stored).rule)


def _fitting(shown: View, stored: StoredGallery) -> Fitting:
    """Return what fits the gallery with whatever is settled already."""
    return resources.fitting(
        stored,
        shown.attention,
        n_bits=shown.K,
        n_tables=shown.L,
        seed=shown.seed,
        family=shown.family,
    )


def _embedded(query: Query, gallery: Gallery, stored: StoredGallery, shown: View) -> EmbeddedQuery:
    """Return the query from the gallery's store where it is there; else embed it if it is new."""
    if query.id is not None and query.id in stored.ids:
        return resources.stored_query(gallery, stored, query.id, shown.attention)
    embedded = resources.embedded_query(query.data, shown.attention)
    return resources.as_handed_over(embedded, query.original) if query.original else embedded


def answer(query: Query, gallery: Gallery, stored: StoredGallery, shown: View) -> SearchResult:
    """Embed the query if it is new, and look it up.

    Raises:
        ImageError: the query is not an image that can be searched with.
    """
    shown = settled(shown, stored)
    embedded = _embedded(query, gallery, stored, shown)
    index = resources.index(stored, shown.attention, *shown.built)
    engine = resources.fast_index(stored, shown.attention, *shown.built)
    fitting = _fitting(shown, stored)
    if (shown.gallery, shown.attention) == (DEFAULT_GALLERY, UNSET.attention):
        resources.make_ready(stored, shown.attention)
    return look_up(
        embedded,
        gallery,
        index,
        reading(shown, stored),
        query_id=query.id,
        repeats=_ENGINE_REPEATS if engine else _REPEATS,
        fitting=fitting,
        engine=engine,
    )


def notes(result: SearchResult, shown: View) -> None:
    """Say first what one should know before looking at the hits, and where to go on.

    Args:
        result: that is shown.
        shown: its view.
    """
    if result.strangeness:
        st.warning(result.strangeness, icon=":material/help:")
        if shown.source != "image":  # an image of this gallery is no query in another
            galleries.offer_others(shown)
    if result.shortfall:
        st.info(result.shortfall, icon=":material/tune:")
