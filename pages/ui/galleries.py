"""Choosing a gallery, and everything that may be needed before it can be searched."""

import streamlit as st

from core.figures.timing import long_duration
from core.galleries import registry
from core.galleries.base import Gallery
from core.galleries.registry import GallerySource
from core.galleries.store import StoredGallery
from pages.ui import resources, uploads, view
from pages.ui.errors import plain
from pages.ui.view import View

OWN = "own"  # the choice that leads to the place to drop photographs on
_SECONDS_PER_IMAGE = 0.06  # on two cores; only to say beforehand about how long it takes

_STATES = {"ready": "", "download": " · to download", "missing": " · not here"}


def choose(shown: View) -> None:
    """Draw the choice; a change goes to the address."""
    titles = {it.key: f"{it.title}{_STATES[it.state]}" for it in registry.available()}
    if own := uploads.opened(shown.gallery):
        titles[own.key] = own.title
    titles |= uploads.titles()
    titles[OWN] = "Photographs of your own …"
    st.session_state["gallery"] = shown.gallery if shown.gallery in titles else None
    st.selectbox(
        "Gallery",
        list(titles),
        key="gallery",
        format_func=lambda key: titles.get(key, key),
        placeholder="Choose a gallery",
        help="The images that are searched.",
        on_change=_gallery_changed,
    )


def open_chosen(shown: View) -> Gallery | None:
    """Open the gallery, or show what has to happen first and return None.

    Raises:
        GalleryError: it can't be opened.
    """
    if own := uploads.opened(shown.gallery):
        return own
    source = next((it for it in registry.available() if it.key == shown.gallery), None)
    if shown.gallery == OWN or shown.gallery.startswith(resources.PREFIX):
        uploads.warn_if_gone(shown.gallery)
        uploads.ask_for_photographs()
    elif source is None:
        st.warning(f"There is no gallery called {plain(repr(shown.gallery))}; choose one above.")
    elif source.state == "ready":
        return resources.finished(resources.opened(source.key))
    else:
        _ask_to_get(source)
    return None


def open_embedded(shown: View) -> tuple[Gallery, StoredGallery] | None:
    """Open the gallery with its embeddings, or show what has to happen first and return None.

    Raises:
        HashlightError: it can't be opened, or not be embedded.
    """
    gallery = open_chosen(shown)
    stored = embeddings(gallery) if gallery else None
    return (gallery, stored) if gallery and stored else None


def embeddings(gallery: Gallery) -> StoredGallery | None:
    """Return a gallery's embeddings, or offer to compute them and return None.

    Raises:
        HashlightError: they can't be computed.
    """
    n = len(gallery.items)
    work = resources.offered(
        "Compute the embeddings",
        f"**{plain(gallery.title)} has no embeddings yet.** Each of its {n:,} images goes "
        "through the network once; they are stored on this machine after that. It takes "
        f"about {long_duration(n * _SECONDS_PER_IMAGE)} on two free cores, and goes on where "
        "it was if it is interrupted.",
        find=lambda: resources.embedded(gallery),
        start=lambda: resources.embed(gallery),
    )
    if work is None:
        return None
    stored = work.result()
    if stored.failures:
        with st.expander(f"{len(stored.failures)} images can't be searched", type="compact"):
            for id, why in list(stored.failures.items())[:100]:
                st.markdown(f"{plain(gallery.items[id].name)}: {plain(why)}")
    return stored


def describe(gallery: Gallery) -> None:
    """Say in one line what is searched."""
    source = next((it for it in registry.available() if it.key == gallery.key), None)
    if source is None:
        return
    what = f"{source.description} {source.licence}"
    if gallery.key == view.DEFAULT_GALLERY:
        what += " They are no substitute for photographs: choose another gallery for those."
    st.caption(what)


def _ask_to_get(source: GallerySource) -> None:
    why = f"**{source.title}.** {source.description} {source.licence}\n\n{plain(source.how_to_get)}"
    if source.state == "missing":
        with st.container(border=True):
            st.markdown(why)
    elif resources.offered(
        "Download",
        why,
        find=lambda: resources.downloading(source.key),
        start=lambda: resources.download(source.key),
        icon=":material/download:",
    ):
        st.rerun()


def _gallery_changed() -> None:
    here = view.parse(st.query_params)  # a part of the page may have changed it since
    view.show(here.with_gallery(st.session_state["gallery"]))
