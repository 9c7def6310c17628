"""All galleries by key: what there is, what each lacks, and how to open one."""

import difflib
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from ..errors import GalleryError, SettingError
from ..language import later, tr
from ..progress import Progress, silent
from . import corel, tables
from .archive import open_archive
from .base import Gallery
from .folder import open_folder
from .remote import github_sets, torchvision_sets
from .remote.base import RemoteSet
from .scenes import ScenesGallery

MBIT_PER_SECOND = 50  # an ordinary connection, to say how long a download takes


@dataclass(frozen=True, kw_only=True, slots=True)
class GallerySource:
    """One gallery to choose from, before it is opened."""

    key: str
    title: str
    description: str
    licence: str
    state: Literal["ready", "download", "missing"]
    how_to_get: str  # one sentence; empty when ready
    megabytes: int = 0  # to download, about; 0 for what nobody downloads

    @property
    def seconds(self) -> float:
        """How long the download takes at ``MBIT_PER_SECOND``, about."""
        return 8 * self.megabytes / MBIT_PER_SECOND


@dataclass(frozen=True, kw_only=True, slots=True)
class LocalGallery:
    """A gallery that nobody downloads: it ships, or the user has it."""

    key: str
    title: str
    description: str
    licence: str
    open: Callable[..., Gallery]  # takes ``progress``
    find: Callable[[], object] = lambda: None  # raises a GalleryError where it isn't here


def _corel(key: str, title: str, description: str, open: Callable[..., Gallery]) -> LocalGallery:
    """A folder of Corel's photographs."""
    return LocalGallery(
        key=key,
        title=title,
        description=description,
        licence=later("Corel stock photographs: research use only."),
        open=open,
        find=partial(corel.find, key),
    )


# To add a gallery, add an entry; the first is the built-in one.
LOCAL = (
    LocalGallery(
        key="scenes",
        title="Scenes",
        description=later("720 pictures in 12 categories that our own code paints from a seed."),
        licence=later("MIT, as the project."),
        open=ScenesGallery,
    ),
    _corel(
        "corel1k",
        "Corel-1k",
        later("1,000 photographs in ten classes, used in the paper."),
        corel.open_corel1k,
    ),
    _corel(
        "corel5k",
        "Corel-5k",
        later("4,999 photographs from 50 CDs, used in the paper."),
        corel.open_corel5k,
    ),
    _corel(
        "corel50",
        "Corel-50",
        later("5,000 photographs of 50 concepts, such as tiger, waves or car."),
        corel.open_corel50,
    ),
)
_LOCAL = {it.key: it for it in LOCAL}
_REMOTE: dict[str, RemoteSet] = {it.key: it for it in (*github_sets.SETS, *torchvision_sets.SETS)}


def available() -> tuple[GallerySource, ...]:
    """All galleries that have a key, the built-in one first."""
    return (*map(_state_of, _local().values()), *map(_remote, _REMOTE.values()))


def ready() -> tuple[GallerySource, ...]:
    """Those that can be opened now, the built-in one first."""
    return tuple(it for it in available() if it.state == "ready")


def downloadable() -> tuple[GallerySource, ...]:
    """Those that aren't here and can be downloaded, the smallest first."""
    return tuple(
        sorted((it for it in available() if it.state == "download"), key=lambda it: it.megabytes)
    )


def open_gallery(
    key_or_path: str, *, label_level: int | None = None, progress: Progress = silent
) -> Gallery:
    """Open a gallery by key, or any folder or ``.zip`` of images by path.

    Args:
        key_or_path: which gallery.
        label_level: which folder in the names of a folder's or zip's images is their label,
            counted from 1; 0 means no labels, None that the rule of ``labels`` says.
        progress: told about every image.

    Raises:
        GalleryError: there is no such gallery, or it can't be opened.
        SettingError: a label level for a gallery with labels of its own, or one too deep.
    """
    path = os.path.expanduser(key_or_path)  # os.path: a name no system allows is just not there
    if key_or_path in known_keys():
        if label_level is not None:
            raise SettingError(
                tr(
                    "The label level is {level}, but {gallery} has labels of its own; "
                    "give one for a folder or zip only.",
                    level=label_level,
                    gallery=key_or_path,
                )
            )
        return open_known(key_or_path, progress=progress)
    if os.path.isdir(path):
        return open_folder(Path(path), label_level=label_level, progress=progress)
    if os.path.isfile(path):
        return open_archive(Path(path), label_level=label_level, progress=progress)
    raise _unknown(key_or_path)


def open_known(key: str, *, progress: Progress = silent) -> Gallery:
    """Open a gallery by key only: for links, which must not open any path on this machine.

    Raises:
        GalleryError: there is no such key, or the gallery isn't here.
    """
    if key in (local := _local()):
        return local[key].open(progress=progress)
    if key in _REMOTE:
        return _REMOTE[key].open(progress=progress)
    raise _unknown(key)


def download(key: str, *, progress: Progress = silent) -> None:
    """Download a gallery whose state is ``download``; where it is here already, do nothing.

    Raises:
        GalleryError: it is none of those that can be downloaded.
        DownloadError: it could not be fetched.
        StoreError: the home can't be written or is full.
    """
    if key not in _REMOTE:
        raise GalleryError(
            tr(
                "{key} can't be downloaded; these can: {keys}.",
                key=key,
                keys=", ".join(_REMOTE),
            )
        )
    _REMOTE[key].download(progress=progress)


def known_keys() -> tuple[str, ...]:
    """The keys of ``available()``, without looking at any disk."""
    return (*_local(), *_REMOTE)


def credit(key: str) -> str:
    """Return a gallery's title and licence, for whoever shows its pictures; empty: no such key."""
    found = _local().get(key) or _REMOTE.get(key)
    return f"{found.title}. {tr(found.licence)}".strip() if found else ""


def _local() -> dict[str, LocalGallery]:
    """Return the galleries that nobody downloads, with the tables that the operator names."""
    in_tables = {
        key: LocalGallery(
            key=key,
            title=tables.title_of(address),
            description=later("Images in a table."),
            licence="",
            open=partial(tables.open_table, address),
        )
        for key, address in tables.configured().items()
    }
    return {it.key: it for it in LOCAL} | in_tables


def _state_of(gallery: LocalGallery) -> GallerySource:
    try:
        gallery.find()
        how_to_get = ""
    except GalleryError as error:
        how_to_get = error.sentence
    return GallerySource(
        key=gallery.key,
        title=gallery.title,
        description=gallery.description,
        licence=gallery.licence,
        state="missing" if how_to_get else "ready",
        how_to_get=how_to_get,
    )


def _remote(source: RemoteSet) -> GallerySource:
    return GallerySource(
        key=source.key,
        title=source.title,
        description=source.description,
        licence=source.licence,
        state="ready" if source.is_here else "download",
        how_to_get="" if source.is_here else source.how_to_get,
        megabytes=source.megabytes,
    )


def _unknown(key: str) -> GalleryError:
    close = difflib.get_close_matches(key, known_keys(), n=1)
    known = ", ".join(known_keys())
    if not close:
        return GalleryError(
            tr(
                "There is no gallery, folder or zip called {key!r}; known are {known}.",
                key=key,
                known=known,
            )
        )
    return GalleryError(
        tr(
            "There is no gallery, folder or zip called {key!r}; did you mean {close}? Known are "
            "{known}.",
            key=key,
            close=close[0],
            known=known,
        )
    )
