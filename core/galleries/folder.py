"""Any folder of images as a gallery: flat, or one folder per label.

Also the base of every gallery that lies on disk: Corel and the downloaded data sets are
folders with labels of their own.

The content says what an image is: a photograph without a suffix is one. Whatever else lies in a
person's folder is left out and named; no single item keeps the others from being searched.
"""

import os
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import GalleryError
from ..files import file_digest
from ..images import FORMAT_NAMES, why_no_image
from ..language import later, tr
from ..progress import Progress, silent
from .base import GalleryItem, LeftOut, digest_of
from .labels import LabelledByFolders, find_level, labels_from_folders, masks_among
from .names import is_image_name, natural, slug, why_no_photographs

_Stamp = tuple[int, int]  # size and time of the last change, ns: equal ones mean an equal file

_NO_FILE = later("It is neither a file nor a folder: a link to nothing, or a device.")
_SEEN = later("It leads to a folder that is read already.")
_NAMED_ALIKE = later("Its name is not valid UTF-8 and reads like that of another file; rename it.")


@dataclass(frozen=True, slots=True)
class FilesFound:
    """What lies below a folder."""

    images: dict[str, Path]  # name -> file, in natural order
    left_out: tuple[LeftOut, ...]  # in natural order


class FolderGallery:
    """Images that are files under one folder."""

    def __init__(
        self,
        root: Path,
        labels: Mapping[str, str | None],
        *,
        key: str,
        title: str,
        progress: Progress = silent,
    ) -> None:
        """Read every file once, for its digest.

        Args:
            root: the folder.
            labels: name -> label or None, in the gallery's order; a name is the path below
                ``root``, with ``/`` between folders.
            key: short name for links and file names.
            title: name for people.
            progress: told about every file.

        Raises:
            GalleryError: a file is gone or can't be read.
        """
        self.root = root
        self.key = key
        self.title = title
        self.left_out: tuple[LeftOut, ...] = ()
        self._paths = {name: root / name for name in labels}
        self._stamps = _stamps(self._paths.values())  # before reading: a change is never missed
        digests, unreadable = _digests(self._paths, progress)
        for name, error in unreadable.items():
            raise _unreadable(self._paths[name], error) from error
        self._take(digests, labels)

    def _take(self, digests: Mapping[str, str], labels: Mapping[str, str | None]) -> None:
        self.items = tuple(
            GalleryItem(id=id, name=name, label=labels[name], digest=digest)
            for id, (name, digest) in enumerate(digests.items())
        )
        self.digest = digest_of(self.items)

    def read(self, id: int) -> bytes:
        """Return the file of one image, undecoded.

        Raises:
            GalleryError: the file is gone, can't be read or is not the one it was when the
                gallery was opened.
        """
        item = self.items[id]
        path = self._paths[item.name]
        try:
            data = path.read_bytes()
        except OSError as error:
            raise _unreadable(path, error) from error
        if file_digest(data) != item.digest:
            raise GalleryError(
                tr("{path} has changed since the gallery was opened; open it again.", path=path)
            )
        return data

    def is_current(self) -> bool:
        """Whether the images are still those that were there when the gallery was opened.

        A file is read again only where its size or time has changed.
        """
        stamps = _stamps(self._paths.values())
        changed = [
            item
            for item in self.items
            if stamps.get(path := self._paths[item.name]) != self._stamps.get(path)
        ]
        for item in changed:
            try:
                if file_digest(self._paths[item.name]) != item.digest:
                    return False
            except OSError:
                return False
        self._stamps = stamps
        return True


class OwnFolder(LabelledByFolders, FolderGallery):
    """A folder of a person's own: what is no image in it is left out and named."""

    def __init__(
        self, root: Path, *, label_level: int | None = None, progress: Progress = silent
    ) -> None:
        """Look through the folder, and read every image once, for its digest.

        Args:
            root: the folder.
            label_level: which folder of a name is the label; None: the rule of ``labels`` says.
            progress: told about every image.

        Raises:
            GalleryError: there is no such folder, or no image in it.
            SettingError: no image lies so deep that it could have such a label.
        """
        self.root = root
        self.title = root.resolve().name or str(root)
        self.key = f"folder-{slug(self.title)}"
        found = look_through(root)
        masks = {it.name: it for it in masks_among(found.images)}
        self._found = dict(found.images)
        self._paths = {name: path for name, path in found.images.items() if name not in masks}
        self._stamps = _stamps(self._paths.values())
        digests, unreadable = _digests(self._paths, progress)
        self.left_out = _in_order(
            *found.left_out,
            *masks.values(),
            *(LeftOut(name, _cant_be_read(error)) for name, error in unreadable.items()),
        )
        if not digests:
            raise GalleryError(no_images(str(root), self.left_out))
        self.label_level = find_level(digests) if label_level is None else label_level
        self._take(digests, labels_from_folders(digests, self.label_level))

    def is_current(self) -> bool:
        """Whether the folder still holds the same images, and no others."""
        try:
            return look_through(self.root).images == self._found and super().is_current()
        except GalleryError:
            return False


def open_folder(
    root: Path, *, label_level: int | None = None, progress: Progress = silent
) -> OwnFolder:
    """Open any folder of images: ``OwnFolder``.

    Raises:
        GalleryError: there is no such folder, or no image in it.
        SettingError: no image lies so deep that it could have such a label.
    """
    return OwnFolder(root, label_level=label_level, progress=progress)


def image_names(root: Path) -> list[str]:
    """Names of all images below a folder, in natural order.

    Raises:
        GalleryError: there is no such folder, or no image in it.
    """
    found = look_through(root)
    if not found.images:
        raise GalleryError(no_images(str(root), found.left_out))
    return list(found.images)


def look_through(root: Path) -> FilesFound:
    """Find all images below a folder; what is none is named with its reason.

    Links to folders are followed, each folder is read once: a loop of links does no harm.

    Raises:
        GalleryError: there is no such folder, or it can't be read.
    """
    if not root.is_dir():
        raise GalleryError(
            tr(
                "{folder} is a file, not a folder; give the path of a folder with images.",
                folder=root,
            )
            if root.exists()
            else tr("{folder} does not exist; give the path of a folder with images.", folder=root)
        )
    found, left_out = _walk(root)
    images = {}
    for name in sorted(found, key=natural):
        reason = None if is_image_name(name) else _why_no_image(found[name])
        if reason:
            left_out.append(LeftOut(name, reason))
        else:
            images[name] = found[name]
    return FilesFound(images, _in_order(*left_out))


def no_images(what: str, left_out: Iterable[LeftOut]) -> str:
    """The sentence for a folder or zip without a single image."""
    those = list(left_out)
    none = later(
        "{what} holds no images; put {formats} files into it.", what=what, formats=FORMAT_NAMES
    )
    if not those:
        return none
    name, reason = those[0].name, those[0].reason
    if len(those) == 1:
        return later("{none} {name} was left out: {reason}", none=none, name=name, reason=reason)
    return later(
        "{none} {name}, and {n:,} more were left out: {reason}",
        none=none,
        name=name,
        n=len(those) - 1,
        reason=reason,
    )


# Inside -----------------------------------------------------------------------------------


def _walk(root: Path) -> tuple[dict[str, Path], list[LeftOut]]:
    """Return all files below a folder by name, and what was not even looked at."""
    files: dict[str, Path] = {}
    left_out: list[LeftOut] = []
    seen: set[tuple[int, int]] = set()
    folders, links = deque([("", root)]), deque[tuple[str, Path]]()
    while folders or links:  # links last: a folder goes by its own name, not by that of a link
        name, folder = folders.popleft() if folders else links.popleft()
        try:
            status = folder.stat()
            if (status.st_dev, status.st_ino) in seen:
                left_out.append(LeftOut(name, _SEEN))
                continue
            seen.add((status.st_dev, status.st_ino))
            entries = list(os.scandir(folder))
        except OSError as error:
            if folder == root:
                raise _unreadable(root, error) from error
            left_out.append(LeftOut(name, _cant_be_read(error)))
            continue
        for entry in entries:
            inside, path = name + _as_text(entry.name), Path(entry.path)
            is_folder = path.is_dir()  # unlike the entry's, False for a link to itself
            if reason := why_no_photographs(entry.name):
                left_out.append(LeftOut(inside + "/" * is_folder, reason))
            elif is_folder:
                (links if entry.is_symlink() else folders).append((f"{inside}/", path))
            elif not path.is_file():
                left_out.append(LeftOut(inside, _NO_FILE))
            elif inside in files:
                left_out.append(LeftOut(inside, _NAMED_ALIKE))
            else:
                files[inside] = path
    return files, left_out


def _as_text(name: str) -> str:
    """Return a name that links and digests can hold: on disk it may be any bytes."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name).decode("cp1252", "replace")  # of an old system, most likely
    return name


def _why_no_image(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return why_no_image(file)
    except OSError as error:
        return _cant_be_read(error)


def _digests(
    paths: Mapping[str, Path], progress: Progress
) -> tuple[dict[str, str], dict[str, OSError]]:
    """Return the digest of each file, or what keeps it from being read, by name."""
    digests: dict[str, str] = {}
    unreadable: dict[str, OSError] = {}
    for done, (name, path) in enumerate(paths.items(), start=1):
        try:
            digests[name] = file_digest(path)
        except OSError as error:
            unreadable[name] = error
        progress(done, len(paths), tr("reading files"))
    return digests, unreadable


def _stamps(paths: Iterable[Path]) -> dict[Path, _Stamp]:
    stamps = {}
    for path in paths:
        try:
            status = path.stat()
        except OSError:
            continue
        stamps[path] = (status.st_size, status.st_mtime_ns)
    return stamps


def _in_order(*left_out: LeftOut) -> tuple[LeftOut, ...]:
    return tuple(sorted(left_out, key=lambda it: natural(it.name)))


def _cant_be_read(error: OSError) -> str:
    return later("It can't be read ({reason}).", reason=(error.strerror or str(error)).lower())


def _unreadable(path: Path, error: OSError) -> GalleryError:
    reason = (error.strerror or str(error)).lower()
    return GalleryError(
        tr(
            "{path} can't be read ({reason}); put it back or open the gallery again.",
            path=path,
            reason=reason,
        )
    )
