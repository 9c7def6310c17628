"""A zip of images as a gallery, as it is uploaded in the app; nothing is unpacked to disk.

The same layouts as in ``folder``. An archive may come from anyone, so what it claims is
checked before anything is unpacked, and never more is unpacked than it claimed.
"""

import io
import re
import threading
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from ..errors import GalleryError, enough_memory
from ..files import file_digest
from ..images import MAX_BYTES as MAX_IMAGE_BYTES
from ..images import why_no_image
from ..language import later, tr
from ..progress import Progress, silent
from .base import GalleryItem, LeftOut, digest_of
from .folder import no_images
from .labels import LabelledByFolders, find_level, labels_from_folders, masks_among
from .names import is_image_name, natural, shortened, slug, why_no_name, why_no_photographs
from .zip_names import readable_names

MAX_ARCHIVE_BYTES = 500 * 2**20
MAX_TOTAL_BYTES = 2 * 2**30  # of all images, unpacked
MAX_ENTRIES = 50_000  # files of any kind

_ENTRY_MARK = b"PK\x01\x02"  # starts every entry of a zip's table of contents
_BOUNDED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # zipfile unpacks the others in one go
_ENCRYPTED = 0x1  # bit of an entry's flags

_LEADS_OUT = later("Its path leads out of the zip; pack it again with a plain name.")
_DAMAGED = later("It is damaged or incomplete; copy or pack it again.")
_REPLACED = later("A later file of the same name in the zip takes its place.")


class ArchiveGallery(LabelledByFolders):
    """Images inside one zip that is held in memory; what is no image is left out and named."""

    def __init__(
        self,
        data: bytes,
        *,
        name: str = "images.zip",
        label_level: int | None = None,
        progress: Progress = silent,
    ) -> None:
        """Check the archive and unpack every image once, for its digest.

        Args:
            data: the zip file as it is.
            name: its name, for the title and for an error's sentence.
            label_level: which folder of a name is the label; None: the rule of ``labels`` says.
            progress: told about every image.

        Raises:
            GalleryError: not a zip, too large, damaged or without images.
            SettingError: no image lies so deep that it could have such a label.
        """
        self.title = name
        self._zip = _open(data, name)
        self._lock = threading.Lock()  # zipfile counts its readers without one
        self._entries, left_out = self._image_entries()
        _check_total(self._entries.values(), name)
        digests = {}
        for done, image in enumerate(self._entries, start=1):
            try:
                digests[image] = file_digest(self._unpack(image))
            except GalleryError:
                left_out.append(LeftOut(image, _DAMAGED))
            progress(done, len(self._entries), tr("reading files"))
        self.left_out = tuple(sorted(left_out, key=lambda it: natural(it.name)))
        if not digests:
            raise GalleryError(no_images(name, self.left_out))
        self.label_level = find_level(digests) if label_level is None else label_level
        labels = labels_from_folders(digests, self.label_level)
        self.items = tuple(_items(digests, labels))
        self.digest = digest_of(self.items)
        # With the digest: two zips may have one name, or names without a plain letter.
        self.key = f"zip-{slug(PurePosixPath(name).stem)}-{self.digest[:8]}"

    def read(self, id: int) -> bytes:
        """Return the file of one image, undecoded."""
        return self._unpack(self.items[id].name)

    def _image_entries(self) -> tuple[dict[str, zipfile.ZipInfo], list[LeftOut]]:
        """All images by name, in natural order, and what is none; the last of a name counts."""
        entries: dict[str, zipfile.ZipInfo] = {}
        left_out = []
        infos = self._zip.infolist()
        for entry, written in zip(infos, readable_names(infos), strict=True):
            if written.endswith("/"):
                continue
            name = str(PurePosixPath(written))
            if reason := _why_not(name, entry) or self._why_no_image(name, entry):
                left_out.append(LeftOut(shortened(name), reason))
                continue
            if name in entries:
                left_out.append(LeftOut(name, _REPLACED))
            entries[name] = entry
        masks = masks_among(entries)
        for mask in masks:
            del entries[mask.name]
        entries = dict(sorted(entries.items(), key=lambda pair: natural(pair[0])))
        return entries, _folders_once([*left_out, *masks])

    def _why_no_image(self, name: str, entry: zipfile.ZipInfo) -> str | None:
        if is_image_name(name):
            return None
        try:
            with self._zip.open(entry) as file:
                return why_no_image(file)  # type: ignore[arg-type]  # it can be read and sought
        except MemoryError:  # which says nothing of the file
            raise
        except Exception:  # as in _unpack
            return _DAMAGED

    def _unpack(self, name: str) -> bytes:
        entry = self._entries[name]
        try:
            with self._lock, self._zip.open(entry) as file:
                # Bounded by what was claimed; the checksum tells if there was more or less.
                data = file.read(entry.file_size)
        except MemoryError:
            raise
        except Exception as error:  # zipfile and zlib raise many kinds; all mean the same here
            raise _damaged(later("{name} in {archive}", name=name, archive=self.title)) from error
        if len(data) != entry.file_size:
            raise _damaged(later("{name} in {archive}", name=name, archive=self.title))
        return data


def open_archive(
    path: Path, *, label_level: int | None = None, progress: Progress = silent
) -> ArchiveGallery:
    """Open a zip that lies on disk.

    Raises:
        GalleryError: as ``ArchiveGallery``, or the file can't be read.
        SettingError: as ``ArchiveGallery``.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_ARCHIVE_BYTES + 1)
    except OSError as error:
        raise GalleryError(
            tr(
                "{path} can't be read ({reason}); check the path.",
                path=path,
                reason=(error.strerror or str(error)).lower(),
            )
        ) from error
    with enough_memory(path.name):
        return ArchiveGallery(data, name=path.name, label_level=label_level, progress=progress)


def _open(data: bytes, name: str) -> zipfile.ZipFile:
    """Read the table of contents."""
    if len(data) > MAX_ARCHIVE_BYTES:
        raise GalleryError(
            later(
                "{name} has more than {most} MB, the most for a zip; "
                "unpack it and open the folder.",
                name=name,
                most=MAX_ARCHIVE_BYTES // 2**20,
            )
        )
    # zipfile parses the whole table, however long: count first.
    if (count := data.count(_ENTRY_MARK)) > MAX_ENTRIES:
        raise GalleryError(
            later(
                "{name} holds {n_files:,} files, but {most:,} is the most for a zip; "
                "unpack it and open the folder.",
                name=name,
                n_files=count,
                most=MAX_ENTRIES,
            )
        )
    file = io.BytesIO(data)
    if not zipfile.is_zipfile(file):
        raise GalleryError(
            later("{name} is not a zip file, or not all of it; pack the images again.", name=name)
        )
    try:
        return zipfile.ZipFile(file)
    except MemoryError:
        raise
    except Exception as error:  # as in ArchiveGallery._unpack
        raise _damaged(name) from error


def _items(digests: Mapping[str, str], labels: Mapping[str, str | None]) -> Iterable[GalleryItem]:
    for id, (name, digest) in enumerate(digests.items()):
        yield GalleryItem(id=id, name=name, label=labels[name], digest=digest)


def _why_not(name: str, entry: zipfile.ZipInfo) -> str | None:
    """Say why an entry is not even looked into; None where it is."""
    path = PurePosixPath(name)
    return _why_not_by_name(path) or _why_not_by_claims(entry)


def _why_not_by_name(path: PurePosixPath) -> str | None:
    if reason := why_no_name(str(path)):
        return reason
    parts = [part for part in path.parts if part != ".."]
    if reason := next(filter(None, map(why_no_photographs, parts)), None):
        return reason
    if path.is_absolute() or ".." in path.parts or re.fullmatch("[A-Za-z]:", path.parts[0]):
        return _LEADS_OUT
    return None


def _why_not_by_claims(entry: zipfile.ZipInfo) -> str | None:
    if entry.flag_bits & _ENCRYPTED:
        return later("It is protected by a password; pack the zip again without one.")
    if entry.compress_type not in _BOUNDED:
        return later(
            "It is packed in a way that can't be read here; pack an ordinary zip (deflate)."
        )
    if entry.file_size > MAX_IMAGE_BYTES:
        return later(
            "It unpacks to {megabytes:,.0f} MB, but {most} MB "
            "is the most for an image; save it smaller.",
            megabytes=entry.file_size / 2**20,
            most=MAX_IMAGE_BYTES // 2**20,
        )
    return None


def _folders_once(left_out: Iterable[LeftOut]) -> list[LeftOut]:
    """Name a hidden folder, or one of the system's, once and not file by file."""
    once = {}
    for it in left_out:
        parts = PurePosixPath(it.name).parts
        depth = next((n for n, part in enumerate(parts, 1) if why_no_photographs(part)), len(parts))
        name = "/".join(parts[:depth]) + "/" * (depth < len(parts))
        once[name, it.reason] = LeftOut(name, it.reason)
    return list(once.values())


def _check_total(entries: Iterable[zipfile.ZipInfo], name: str) -> None:
    total = sum(entry.file_size for entry in entries)
    if total > MAX_TOTAL_BYTES:
        raise GalleryError(
            later(
                "{name} unpacks to {gigabytes:.1f} GB, but {most} GB is the "
                "most for a zip; unpack it and open the folder.",
                name=name,
                gigabytes=total / 2**30,
                most=MAX_TOTAL_BYTES // 2**30,
            )
        )


def _damaged(what: str) -> GalleryError:
    return GalleryError(later("{what} is damaged or incomplete; copy or pack it again.", what=what))
