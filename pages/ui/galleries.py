"""Choosing a gallery, and everything that may be needed before it can be searched."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.galleries.uploads import UploadedGallery
from core.language import later, tr
from core.wording import long_duration
from pages.ui import address, navigation, resources, sources, tour, uploads, view
from pages.ui.errors import plain
from pages.ui.view import View

OWN = "own"  # the choice that leads to the place to drop photographs on
MORE = "more"  # the choice that leads to what can be downloaded
_SECONDS_PER_IMAGE = 0.06  # on two cores; only to say beforehand about how long it takes


def choose(shown: View) -> None:
    """Draw the choice; a change goes to the address."""
    titles = {it.key: it.title for it in resources.sources() if it.state == "ready"}
    if own := uploads.opened(shown.gallery):
        titles[own.key] = own.title
    titles |= uploads.titles()
    titles[OWN] = tr("Photographs of your own …")
    others = {it.key: it.title for it in resources.sources() if it.state == "download"}
    if shown.gallery in others:  # the one that is asked for; all others are behind MORE
        titles[shown.gallery] = tr("{gallery} · to download", gallery=others[shown.gallery])
    if others:
        titles[MORE] = tr("More photographs to download …")
    address.follow("gallery", shown.gallery if shown.gallery in titles else None)
    st.selectbox(
        tr("Gallery"),
        list(titles),
        key="gallery",
        format_func=lambda key: titles.get(key, key),
        placeholder=tr("Choose a gallery"),
        help=tr("The images that are searched."),
        on_change=_gallery_changed,
    )


def choose_in(place: DeltaGenerator) -> View:
    """Draw the choice in a place of the page; return the view that the address says."""
    shown = view.current()
    if tour.shows("choice"):
        with place:
            choose(shown)
    return shown


def open_chosen(shown: View) -> Gallery | None:
    """Open the gallery, or show what has to happen first and return None.

    Raises:
        GalleryError: it can't be opened.
    """
    if own := uploads.opened(shown.gallery):
        return sources.with_chosen_labels(own)
    source = next((it for it in resources.sources() if it.key == shown.gallery), None)
    if shown.gallery == MORE:
        sources.offer_downloads()
    elif shown.gallery == OWN or shown.gallery.startswith(resources.PREFIX):
        uploads.warn_if_gone(shown.gallery)
        uploads.ask_for_photographs()
    elif source is None:
        st.warning(
            tr(
                "There is no gallery called {gallery}; choose one above.",
                gallery=plain(repr(shown.gallery)),
            )
        )
    elif source.state == "ready":
        gallery = resources.finished(resources.opened(source.key))
        sources.tell_if_changed(source.key, gallery)
        return sources.with_chosen_labels(gallery)
    elif source.state == "download":
        sources.ask_to_download(source)
    else:
        st.info(
            tr(
                "{title} is not on the machine that runs this app; choose another gallery.",
                title=source.title,
            )
        )
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
        later("Prepare it for searching"),
        tr(
            "**{title} can't be searched yet.** First each of its {n:,} images goes "
            "through the network once; they are stored on this machine after that. It takes "
            "about {duration} on two free cores, and goes on where "
            "it was if it is interrupted.",
            title=plain(gallery.title),
            n=n,
            duration=long_duration(n * _SECONDS_PER_IMAGE),
        ),
        find=lambda: resources.embedded(gallery),
        start=lambda: resources.embed(gallery),
    )
    if work is None:
        return None
    stored = work.result()
    if not isinstance(gallery, UploadedGallery):  # whose panel shows it
        sources.show_left_out(gallery, stored)
    return stored


def offer_others(shown: View) -> None:
    """Offer to look for the picture of a view in every other gallery, on Search.

    Search shows what may have to happen first: a download, or minutes of computing.
    """
    sources = resources.sources()
    others = {it.key: it.title for it in sources if it.state == "ready"}
    others[OWN] = tr("Photographs of your own")
    if any(it.state == "download" for it in sources):
        others[MORE] = tr("More photographs to download")
    others.pop(shown.gallery, None)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(tr("Look for it in"), width="content")
        for key, title in others.items():
            params = shown.with_gallery(key).params()
            st.page_link(navigation.SEARCH, label=title, query_params=params)


def describe(gallery: Gallery) -> None:
    """Say in one line what is searched."""
    source = next((it for it in resources.sources() if it.key == gallery.key), None)
    told = [] if source is None else [tr(source.description), tr(source.licence)]
    if gallery.key == view.DEFAULT_GALLERY:
        told.append(tr("They are no substitute for photographs: choose another gallery for those."))
    if said := " ".join(filter(None, (*told, sources.trained_on(gallery)))):
        st.caption(said)
    if not isinstance(gallery, UploadedGallery) or len(gallery.label_levels) > 1:
        sources.choose_labels(gallery)


def _gallery_changed() -> None:
    here = view.here()
    view.show(here.with_gallery(st.session_state["gallery"]))
