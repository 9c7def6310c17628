"""Where images come from: a gallery, a prefix of an object store, or rows of Parquet.

A source is pickled and sent to every worker, which reads the images that it is given.
"""

import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import pyarrow as pa
import pyarrow.fs
import pyarrow.parquet

from ..errors import GalleryError
from ..galleries import registry
from ..galleries.base import Gallery
from ..galleries.folder import FolderGallery
from ..galleries.labels import labels_from_folders
from ..galleries.names import is_image_name, natural
from ..images import MAX_BYTES
from ..language import tr
from ..progress import Progress, silent

_STORES = ("s3://", "gs://", "gcs://", "az://", "abfs://")
_SECONDS = 30  # that a web server may take


class Listed(NamedTuple):
    """One image of a source, unread."""

    name: str  # unique and stable
    label: str | None
    address: str  # where it lies
    digest: str | None  # of its file, where that is known without reading it


class ImageSource(Protocol):
    """Images by name."""

    @property
    def title(self) -> str:
        """Name for people."""

    def images(self) -> Iterator[Listed]:
        """List all images, in an order that is always the same.

        Raises:
            GalleryError: they can't be listed.
        """

    def read(self, address: str) -> bytes:
        """Return the file of one image, undecoded.

        Raises:
            GalleryError: it is gone or can't be read.
        """


def open_source(
    place: str, *, label_level: int | None = None, progress: Progress = silent
) -> ImageSource:
    """Open what ``--gallery`` names: an address of an object store, Parquet, or any gallery.

    Raises:
        GalleryError: there is no such gallery, or it can't be opened.
    """
    if place.endswith(".parquet"):
        return ParquetImages(place)
    if place.startswith(_STORES):
        return ObjectImages(place)
    gallery = registry.open_gallery(place, label_level=label_level, progress=progress)
    return GalleryImages(gallery)


@dataclass(frozen=True, slots=True, eq=False)
class GalleryImages:
    """A gallery as the rest of the program has it."""

    gallery: Gallery

    @property
    def title(self) -> str:
        """That of the gallery."""
        return self.gallery.title

    def images(self) -> Iterator[Listed]:
        """List its items."""
        for item in self.gallery.items:
            yield Listed(item.name, item.label, f"{self._root}#{item.id}", item.digest)

    def read(self, address: str) -> bytes:
        """Read one of them."""
        return self.gallery.read(int(address.rpartition("#")[2]))

    @property
    def _root(self) -> str:
        is_folder = isinstance(self.gallery, FolderGallery)
        return str(self.gallery.root) if is_folder else self.gallery.key  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class ObjectImages:
    """All images below an address of an object store, labelled by their folders."""

    place: str

    @property
    def title(self) -> str:
        """The last part of the address."""
        return self.place.rstrip("/").rpartition("/")[2]

    def images(self) -> Iterator[Listed]:
        """List the objects whose names are those of images."""
        system, root = _system(self.place)
        try:
            found = system.get_file_info(pa.fs.FileSelector(root, recursive=True))
        except OSError as error:
            raise _unreadable(self.place, error) from error
        paths = {it.path.removeprefix(root).lstrip("/"): it.path for it in found if it.is_file}
        names = sorted(filter(is_image_name, paths), key=natural)
        if not names:
            raise GalleryError(
                tr("There is no image below {place}; check the address.", place=self.place)
            )
        scheme = self.place.partition("://")[0]
        labels = labels_from_folders(names)
        for name in names:
            yield Listed(name, labels[name], f"{scheme}://{paths[name]}", None)

    def read(self, address: str) -> bytes:
        """Read one object."""
        return _read(address)


@dataclass(frozen=True, slots=True)
class ParquetImages:
    """Rows of a Parquet file: ``bytes`` or ``url``, and perhaps ``name`` and ``label``."""

    place: str

    @property
    def title(self) -> str:
        """The file's name."""
        return self.place.rpartition("/")[2].removesuffix(".parquet")

    def images(self) -> Iterator[Listed]:
        """List the rows; one without a name is called by its number."""
        file = _parquet(self.place)
        columns = file.schema_arrow.names
        if not {"bytes", "url"} & set(columns):
            raise GalleryError(
                tr(
                    "{place} has the columns {columns}; give it one called bytes or url.",
                    place=self.place,
                    columns=", ".join(columns),
                )
            )
        wanted = [it for it in ("name", "label", "url") if it in columns]
        number = 0
        for group in range(file.num_row_groups):
            rows = file.read_row_group(group, columns=wanted)
            for place in range(file.metadata.row_group(group).num_rows):
                row = {it: rows[it][place].as_py() for it in wanted}
                name = str(row.get("name") or row.get("url") or number)
                address = row.get("url") or f"{self.place}#{group}/{place}"
                yield Listed(name, row.get("label"), address, None)
                number += 1

    def read(self, address: str) -> bytes:
        """Read the bytes of a row, or what its URL leads to."""
        if not address.startswith(f"{self.place}#"):
            return _read(address)
        group, _, row = address.rpartition("#")[2].partition("/")
        data: bytes | None = _bytes_of_group(self.place, int(group))[int(row)].as_py()
        if data is None:
            raise GalleryError(
                tr(
                    "Row {row} of {place} has no bytes; fill or remove it.",
                    row=row,
                    place=self.place,
                )
            )
        return data


def _system(place: str) -> tuple[pa.fs.FileSystem, str]:
    try:
        if place.startswith("s3://"):
            endpoint = os.environ.get("AWS_ENDPOINT_URL")
            return pa.fs.S3FileSystem(endpoint_override=endpoint), place[5:].rstrip("/")
        system, path = pa.fs.FileSystem.from_uri(place)
    except (OSError, ValueError) as error:
        raise _unreadable(place, error) from error
    return system, path


def _read(address: str) -> bytes:
    """Read an object or a web address: never more than an image may have."""
    try:
        if address.startswith(("http://", "https://")):
            with urllib.request.urlopen(address, timeout=_SECONDS) as answer:
                data: bytes = answer.read(MAX_BYTES + 1)
            return data
        system, path = _system(address)
        with system.open_input_stream(path) as stream:
            return bytes(stream.read(MAX_BYTES + 1))
    except (OSError, ValueError, urllib.error.URLError) as error:
        raise _unreadable(address, error) from error


def _parquet(place: str) -> Any:
    try:
        if "://" not in place:
            return pa.parquet.ParquetFile(place)
        system, path = _system(place)
        return pa.parquet.ParquetFile(system.open_input_file(path))
    except (OSError, pa.ArrowException) as error:
        raise _unreadable(place, error) from error


@lru_cache(maxsize=2)  # rows come one after the other
def _bytes_of_group(place: str, group: int) -> Any:
    return _parquet(place).read_row_group(group, columns=["bytes"])["bytes"]


def _unreadable(place: str, error: Exception) -> GalleryError:
    reason = str(error).strip().splitlines()[0][:200]
    return GalleryError(f"{place} can't be read ({reason}); check that it is there.")
