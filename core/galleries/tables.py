"""Galleries that lie in tables (``core.scale``): those whose addresses are in the environment.

``$HASHLIGHT_TABLES`` has them, separated by spaces. LanceDB is imported when one is opened.
"""

import os
from importlib import import_module
from typing import Protocol, runtime_checkable

from ..errors import GalleryError
from ..language import tr
from ..progress import Progress, silent
from .base import Gallery
from .names import slug
from .store import StoredGallery

VARIABLE = "HASHLIGHT_TABLES"


@runtime_checkable
class BringsEmbeddings(Protocol):
    """A gallery that needn't be embedded."""

    def embeddings(self, embedder_digest: str) -> StoredGallery:
        """Return its embeddings.

        Raises:
            StoreError: they are of another model.
        """


def configured() -> dict[str, str]:
    """Return the addresses of all tables, by the keys that links carry."""
    addresses = os.environ.get(VARIABLE, "").split()
    return {slug(f"table-{title_of(address)}"): address for address in addresses}


def title_of(address: str) -> str:
    """Return what a table is called before it is opened: the last part of its address."""
    return address.rstrip("/").rpartition("/")[2]


def open_table(address: str, *, progress: Progress = silent) -> Gallery:
    """Open a table as a gallery.

    Raises:
        GalleryError: the packages for it are not installed, or it is too large.
        StoreError: there is none, or it can't be read.
    """
    try:
        opening = import_module("...scale.gallery", __name__)
    except ModuleNotFoundError as error:
        raise GalleryError(
            tr(
                "{address} can't be opened: {name} is missing; pip install 'hashlight[scale]'.",
                address=address,
                name=error.name,
            )
        ) from error
    gallery: Gallery = opening.TableGallery(address, progress=progress)
    return gallery
