"""The galleries that this browser has handed over, by the keys in its addresses."""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from core.errors import GalleryError
from core.galleries.uploads import GivenFile, UploadedGallery
from core.language import tr
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
        st.warning(_gone())


def titles() -> dict[str, str]:
    """Return the title of every uploaded gallery of this session, by key."""
    found = {key: resources.uploaded(key) for key in st.session_state.get(_KEYS, ())}
    return {key: gallery.title for key, gallery in found.items() if gallery}


def photograph(key: str) -> GivenFile:
    """Return a photograph that was handed over as a query.

    Raises:
        GalleryError: it is not here.
    """
    gallery = resources.uploaded(key)
    if gallery is None:
        raise GalleryError(
            tr(
                "This address leads to a photograph that is not here any more: it is forgotten "
                "{minutes} minutes after its browser has left at the latest. Hand it over "
                "again.",
                minutes=resources.MINUTES,
            )
        )
    return gallery.given(0)


def show(gallery: UploadedGallery) -> None:
    """Hold a gallery and go to it: its first image is the query."""
    resources.hold(gallery)
    _remember(gallery.key)
    here = view.here()
    view.show(replace(here, gallery=gallery.key).with_query("image", gallery.items[0].name))


def present(key: str) -> UploadedGallery:
    """Return the gallery of a key as it is now; a page may have drawn an earlier state.

    Raises:
        GalleryError: it is not here.
    """
    gallery = opened(key)
    if gallery is None:
        raise GalleryError(_gone())
    return gallery


def change(key: str, to: Callable[[UploadedGallery], UploadedGallery]) -> None:
    """Hold another state of a gallery; where the query was dropped, its first image is one.

    Args:
        key: of the gallery.
        to: makes it of the present one.

    Raises:
        GalleryError: the gallery is not here, or it can't be changed so.
    """
    gallery = to(present(key))
    resources.hold(gallery)
    here = view.here()
    if here.source == "image" and here.name not in {item.name for item in gallery.items}:
        view.show(here.with_query("image", gallery.items[0].name))


def forget(key: str) -> None:
    """Let go of a gallery or a photograph at once, and leave it."""
    resources.forget(key)
    st.toast(tr("Forgotten: nothing of it is in this machine's memory any more."))
    st.session_state[_KEYS] = [it for it in st.session_state.get(_KEYS, ()) if it != key]
    here = view.here()
    if here.gallery == key:
        view.show(here.with_gallery(view.DEFAULT_GALLERY))
    elif (here.source, here.name) == ("upload", key):
        view.show(replace(here, source=None, name=""))


def _gone() -> str:
    return tr(
        "These photographs are not here any more: they are forgotten {minutes} minutes after their "
        "browser has left at the latest. Hand them over again.",
        minutes=resources.MINUTES,
    )


def _remember(key: str) -> None:
    keys = st.session_state.setdefault(_KEYS, [])
    if key not in keys:
        keys.append(key)
