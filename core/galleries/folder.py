"""Any folder of images as a gallery: flat, or one folder per label.

Also the base of every gallery that lies on disk: Corel and the downloaded data sets are
folders with labels of their own.
"""

import os
import posixpath
import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from ..errors import GalleryError
from ..files import file_digest
from ..progress import Progress, silent
from .base import GalleryItem, digest_of

SUFFIXES = frozenset(
    (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif")
)


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
        self.items = tuple(self._items(labels, progress))
        self.digest = digest_of(self.items)

    def _items(self, labels: Mapping[str, str | None], progress: Progress) -> Iterable[GalleryItem]:
        for id, (name, label) in enumerate(labels.items()):
            try:
                digest = file_digest(self.root / name)
            except OSError as error:
                raise _unreadable(self.root / name, error) from error
            yield GalleryItem(id=id, name=name, label=label, digest=digest)
            progress(id + 1, len(labels), "reading files")

    def read(self, id: int) -> bytes:
        """Return the file of one image, undecoded.

        Raises:
            GalleryError: the file is gone, can't be read or is not the one it was when the
                gallery was opened.
        """
        item = self.items[id]
        path = self.root / item.name
        try:
            data = path.read_bytes()
        except OSError as error:
            raise _unreadable(path, error) from error
        if file_digest(data) != item.digest:
            raise GalleryError(f"{path} has changed since the gallery was opened; open it again.")
        return data


def open_folder(root: Path, *, progress: Progress = silent) -> FolderGallery:
    """Open any folder of images; the first folder level that differs gives the labels.

    Raises:
        GalleryError: there is no such folder, or no image in it.
    """
    return FolderGallery(
        root,
        labels_from_folders(image_names(root)),
        key=f"folder-{slug(root.resolve().name)}",
        title=root.resolve().name or str(root),
        progress=progress,
    )


def image_names(root: Path) -> list[str]:
    """Names of all images below a folder, in natural order; hidden ones are left out.

    Links to folders are not followed, so a loop of links does no harm.

    Raises:
        GalleryError: there is no such folder, or no image in it.
    """
    if not root.is_dir():
        what = "is a file, not a folder" if root.exists() else "does not exist"
        raise GalleryError(f"{root} {what}; give the path of a folder with images.")
    names = []
    for folder, folders, files in os.walk(root, onerror=_refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        parent = PurePosixPath(Path(folder).relative_to(root).as_posix())
        images = filter(is_image_name, files)
        names += [str(parent / it) for it in images if os.path.isfile(os.path.join(folder, it))]
    if not names:
        raise GalleryError(f"{root} holds no images; put {suffix_names()} files into it.")
    for name in names:
        _check_is_text(name)
    return sorted(names, key=natural)


def labels_from_folders(names: Iterable[str]) -> dict[str, str | None]:
    """Label each name with its first folder, below the folders that all of them share.

    A folder around everything (``photos/cats/1.jpg``, ``photos/dogs/1.jpg``) says nothing
    about a single image; images that lie beside the folders have no label.
    """
    parents = {name: PurePosixPath(name).parent for name in names}
    shared = len(PurePosixPath(posixpath.commonpath(parents.values())).parts)
    return {
        name: parent.parts[shared] if len(parent.parts) > shared else None
        for name, parent in parents.items()
    }


def is_image_name(name: str) -> bool:
    """Whether a file's name is that of an image we list: no hidden file, a known suffix."""
    return not name.startswith(".") and os.path.splitext(name)[1].lower() in SUFFIXES


def natural(name: str) -> list[tuple[int, str]]:
    """Sort key that puts ``2.jpg`` before ``10.jpg``, in any part of a path."""
    parts = re.split("([0-9]+)", name)  # text, digits, text, ...: like always meets like
    texts = [(0, part.lower()) for part in parts[::2]]
    numbers = [(len(part.lstrip("0")), part.lstrip("0")) for part in parts[1::2]]
    mixed = [key for pair in zip(texts, [*numbers, (0, "")], strict=True) for key in pair]
    return [*mixed, (0, name)]  # the name itself decides between a1 and a01


def slug(name: str) -> str:
    """Return the name with nothing in it that a link or a file name would mind."""
    return re.sub("[^a-z0-9]+", "-", name.lower()).strip("-") or "images"


def suffix_names() -> str:
    """The kinds of files that are listed, for an error's sentence."""
    return ", ".join(sorted(SUFFIXES))


def _check_is_text(name: str) -> None:
    """Names go into links and digests, but a file's name may be any bytes."""
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise GalleryError(f"The file name {name!a} is not valid UTF-8; rename it.") from error


def _refuse(error: OSError) -> None:
    raise _unreadable(Path(error.filename), error) from error


def _unreadable(path: Path, error: OSError) -> GalleryError:
    reason = (error.strerror or str(error)).lower()
    return GalleryError(f"{path} can't be read ({reason}); put it back or open the gallery again.")
