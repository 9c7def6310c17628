"""Uploaded galleries that somebody chose to keep: copies on this machine's own disk.

HOME/kept/
KEY/                 appears when all of it is written
about.json       title, and name and file of every image, in their order
0, 1, 2, …       the images' files as the gallery has them
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import files, locations
from ..errors import GalleryError
from ..language import tr
from .names import slug
from .uploads import GivenFile, UploadedGallery, gather

_ABOUT = "about.json"
_DIGITS = 12  # of the gallery's digest, at the end of a key


@dataclass(frozen=True, slots=True)
class KeptGallery:
    """A gallery on disk, before it is opened."""

    key: str
    title: str
    n_images: int
    n_bytes: int


def keep(gallery: UploadedGallery) -> KeptGallery:
    """Copy a gallery to disk, if it isn't there yet.

    Raises:
        StoreError: the home can't be written or is full.
    """
    key = f"{slug(gallery.title)}-{gallery.digest[:_DIGITS]}"
    about = {
        "title": gallery.title,
        "images": [item.name for item in gallery.items],
        "bytes": gallery.n_bytes,
    }
    with files.lock(_folder() / key):
        if not (_folder() / key).is_dir():
            with files.writing_folder(_folder() / key) as folder:
                for item in gallery.items:
                    files.write(folder / str(item.id), gallery.read(item.id))
                files.write_json(folder / _ABOUT, about)
    return _read(_folder() / key)


def kept() -> tuple[KeptGallery, ...]:
    """Return what is kept on this machine, by title; what is damaged is passed over."""
    found = []
    for path in sorted(_folder().glob(f"*/{_ABOUT}")):
        if path.parent.suffix == ".tmp":  # under way, or of a writer that was killed
            continue
        try:
            found.append(_read(path.parent))
        except GalleryError:
            continue
    return tuple(sorted(found, key=lambda it: it.title.lower()))


def open_kept(kept_key: str, *, key: str) -> UploadedGallery:
    """Read a kept gallery into memory.

    Args:
        kept_key: of ``kept()``.
        key: what the opened gallery is called in links.

    Raises:
        GalleryError: there is none of that key, or its files are damaged.
    """
    folder = _find(kept_key)
    about = _about(folder)
    try:
        given = [
            GivenFile(name, (folder / str(id)).read_bytes())
            for id, name in enumerate(about["images"])
        ]
    except OSError as error:
        raise _damaged(folder) from error
    gallery = gather(given, key=key, title=about["title"])
    if not kept_key.endswith(gallery.digest[:_DIGITS]):  # a bad disk, or somebody's hand
        raise _damaged(folder)
    return gallery


def forget(kept_key: str) -> None:
    """Delete a kept gallery from this machine's disk.

    Raises:
        GalleryError: there is none of that key.
    """
    shutil.rmtree(_find(kept_key), ignore_errors=True)


def _folder() -> Path:
    return locations.home() / "kept"


def _find(kept_key: str) -> Path:
    """The folder of a key that is listed: a key from a link must not name any other path."""
    if kept_key not in {it.key for it in kept()}:
        raise GalleryError(
            tr("This gallery isn't kept here any more; hand its photographs over again.")
        )
    return _folder() / kept_key


def _read(folder: Path) -> KeptGallery:
    about = _about(folder)
    return KeptGallery(folder.name, about["title"], len(about["images"]), about["bytes"])


def _about(folder: Path) -> dict[str, Any]:
    try:
        about: dict[str, Any] = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        if not isinstance(about["title"], str) or not isinstance(about["bytes"], int):
            raise TypeError("title or bytes")
        if not all(isinstance(name, str) for name in about["images"]):
            raise TypeError("names")
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise _damaged(folder) from error
    return about


def _damaged(folder: Path) -> GalleryError:
    return GalleryError(
        tr("{folder} is damaged; delete it and hand its photographs over again.", folder=folder)
    )
