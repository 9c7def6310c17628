"""A zip of images as a gallery, as it is uploaded in the app; nothing is unpacked to disk.

The same layouts as in ``folder``. An archive may come from anyone, so what it claims is
checked before anything is unpacked, and never more is unpacked than it claimed.
"""

import io
import threading
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from ..errors import GalleryError
from ..files import file_digest
from ..images import MAX_BYTES as MAX_IMAGE_BYTES
from ..progress import Progress, silent
from .base import GalleryItem, digest_of
from .folder import is_image_name, labels_from_folders, natural, slug, suffix_names

MAX_ARCHIVE_BYTES = 500 * 2**20
MAX_TOTAL_BYTES = 2 * 2**30  # of all images, unpacked
MAX_ENTRIES = 50_000  # files of any kind

_ENTRY_MARK = b"PK\x01\x02"  # starts every entry of a zip's table of contents
_BOUNDED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # zipfile unpacks the others in one go
_ENCRYPTED = 0x1  # bit of an entry's flags


class ArchiveGallery:
    """Images inside one zip that is held in memory."""

    def __init__(
        self, data: bytes, *, name: str = "images.zip", progress: Progress = silent
    ) -> None:
        """Check the archive and unpack every image once, for its digest.

        Args:
            data: the zip file as it is.
            name: its name, for the title and for an error's sentence.
            progress: told about every image.

        Raises:
            GalleryError: not a zip, protected, too large, damaged or without images.
        """
        self.title = name
        self.key = f"zip-{slug(PurePosixPath(name).stem)}"
        self._zip = _open(data, name)
        self._lock = threading.Lock()  # zipfile counts its readers without one
        self._entries = _image_entries(self._zip, name)
        _check_claims(self._entries.values(), name)
        self.items = tuple(self._items(labels_from_folders(self._entries), progress))
        self.digest = digest_of(self.items)

    def _items(self, labels: Mapping[str, str | None], progress: Progress) -> Iterable[GalleryItem]:
        for id, (name, label) in enumerate(labels.items()):
            yield GalleryItem(id=id, name=name, label=label, digest=file_digest(self._unpack(name)))
            progress(id + 1, len(labels), "reading files")

    def read(self, id: int) -> bytes:
        """Return the file of one image, undecoded."""
        return self._unpack(self.items[id].name)

    def _unpack(self, name: str) -> bytes:
        entry = self._entries[name]
        try:
            with self._lock, self._zip.open(entry) as file:
                # Bounded by what was claimed; the checksum tells if there was more or less.
                data = file.read(entry.file_size)
        except Exception as error:  # zipfile and zlib raise many kinds; all mean the same here
            raise _damaged(f"{name} in {self.title}") from error
        if len(data) != entry.file_size:
            raise _damaged(f"{name} in {self.title}")
        return data


def open_archive(path: Path, *, progress: Progress = silent) -> ArchiveGallery:
    """Open a zip that lies on disk.

    Raises:
        GalleryError: as ``ArchiveGallery``, or the file can't be read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_ARCHIVE_BYTES + 1)
    except OSError as error:
        raise GalleryError(
            f"{path} can't be read ({(error.strerror or str(error)).lower()}); check the path."
        ) from error
    return ArchiveGallery(data, name=path.name, progress=progress)


def _open(data: bytes, name: str) -> zipfile.ZipFile:
    """Read the table of contents."""
    if len(data) > MAX_ARCHIVE_BYTES:
        raise GalleryError(
            f"{name} has more than {MAX_ARCHIVE_BYTES // 2**20} MB, the most for a zip; "
            "unpack it and open the folder."
        )
    # zipfile parses the whole table, however long: count first.
    if (count := data.count(_ENTRY_MARK)) > MAX_ENTRIES:
        raise GalleryError(
            f"{name} holds {count:,} files, but {MAX_ENTRIES:,} is the most for a zip; "
            "unpack it and open the folder."
        )
    file = io.BytesIO(data)
    if not zipfile.is_zipfile(file):
        raise GalleryError(f"{name} is not a zip file, or not all of it; pack the images again.")
    try:
        return zipfile.ZipFile(file)
    except Exception as error:  # as in ArchiveGallery._unpack
        raise _damaged(name) from error


def _image_entries(archive: zipfile.ZipFile, name: str) -> dict[str, zipfile.ZipInfo]:
    """All images by name, in natural order; where a name comes twice, the last one counts."""
    entries = {}
    for entry in archive.infolist():
        path = PurePosixPath(entry.filename.replace("\\", "/"))  # some tools write Windows paths
        if not is_image_name(path.name) or entry.is_dir() or _is_hidden(path):
            continue
        if path.is_absolute() or ".." in path.parts or path.parts[0].endswith(":"):
            raise GalleryError(
                f"{name} holds {entry.filename!r}, a path that leads out of the zip; "
                "pack the images again with plain names."
            )
        entries[str(path)] = entry
    if not entries:
        raise GalleryError(f"{name} holds no images; pack {suffix_names()} files into it.")
    return dict(sorted(entries.items(), key=lambda pair: natural(pair[0])))


def _is_hidden(path: PurePosixPath) -> bool:
    """Folders that start with a dot, and the ones macOS adds (no images, but their names)."""
    return any(part == "__MACOSX" or (part.startswith(".") and part != "..") for part in path.parts)


def _check_claims(entries: Iterable[zipfile.ZipInfo], name: str) -> None:
    total = 0
    for entry in entries:
        total += entry.file_size
        if entry.flag_bits & _ENCRYPTED:
            raise GalleryError(f"{name} is protected by a password; pack it again without one.")
        if entry.compress_type not in _BOUNDED:
            raise GalleryError(
                f"{entry.filename} in {name} is packed in a way that can't be read here; "
                "pack it again as an ordinary zip (deflate)."
            )
        if entry.file_size > MAX_IMAGE_BYTES:
            raise GalleryError(
                f"{entry.filename} in {name} unpacks to {entry.file_size / 2**20:,.0f} MB, but "
                f"{MAX_IMAGE_BYTES // 2**20} MB is the most for an image; save it smaller."
            )
    if total > MAX_TOTAL_BYTES:
        raise GalleryError(
            f"{name} unpacks to {total / 2**30:.1f} GB, but {MAX_TOTAL_BYTES // 2**30} GB is the "
            "most for a zip; unpack it and open the folder."
        )


def _damaged(what: str) -> GalleryError:
    return GalleryError(f"{what} is damaged or incomplete; copy or pack it again.")
