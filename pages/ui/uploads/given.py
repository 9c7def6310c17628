"""The galleries that this browser has handed over, by the keys in its addresses."""

from dataclasses import replace

import streamlit as st

from core.errors import GalleryError
from core.galleries.uploads import UploadedGallery
from pages.ui import resources, view

_KEYS = "own"  # in the session: of galleries that can be gone back to


def opened(key: str) -> UploadedGallery | None:
    """Return the gallery of a key, if it is here; the session knows it from then on."""
    gallery = resources.uploaded(key) if key.startswith(resources.PREFIX) else None
    if gallery:
        _remember(key)
    return gallery


def warn_if_gone(key: str) -> None:
    """Say so where a key is that of an uploaded gallery; it is not here any more."""
    if key.startswith(resources.PREFIX):
        st.warning(
            "These photographs are not here any more: they are forgotten "
            f"{resources.MINUTES} minutes after their browser has left. Hand them over again."
        )


def titles() -> dict[str, str]:
    """Return the title of every uploaded gallery of this session, by key."""
    found = {key: resources.uploaded(key) for key in st.session_state.get(_KEYS, ())}
    return {key: gallery.title for key, gallery in found.items() if gallery}


def photograph(key: str) -> tuple[str, bytes]:
    """Return the name and the bytes of a photograph that was handed over as a query.

    Raises:
        GalleryError: it is not here.
    """
    gallery = resources.uploaded(key)
    if gallery is None:
        raise GalleryError(
            "This address leads to a photograph that is not here any more: it is forgotten "
            f"{resources.MINUTES} minutes after its browser has left. Hand it over again."
        )
    return gallery.items[0].name, gallery.read(0)


def show(gallery: UploadedGallery) -> None:
    """Hold a gallery and go to it: its first image is the query."""
    resources.hold(gallery)
    _remember(gallery.key)
    here = view.parse(st.query_params)
    view.show(replace(here, gallery=gallery.key).with_query("image", gallery.items[0].name))


def show_changed(gallery: UploadedGallery) -> None:
    """Hold another state of a gallery; where the query was dropped, its first image is one."""
    resources.hold(gallery)
    here = view.parse(st.query_params)
    if here.source == "image" and here.name not in {item.name for item in gallery.items}:
        view.show(here.with_query("image", gallery.items[0].name))


def forget(key: str) -> None:
    """Let go of a gallery or a photograph at once, and leave it."""
    resources.forget(key)
    st.session_state[_KEYS] = [it for it in st.session_state.get(_KEYS, ()) if it != key]
    here = view.parse(st.query_params)
    if here.gallery == key:
        view.show(here.with_gallery(view.DEFAULT_GALLERY))
    elif (here.source, here.name) == ("upload", key):
        view.show(replace(here, source=None, name=""))


def _remember(key: str) -> None:
    keys = st.session_state.setdefault(_KEYS, [])
    if key not in keys:
        keys.append(key)
