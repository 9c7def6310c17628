"""Galleries: opened, uploaded, downloaded, and their thumbnails."""

from collections import Counter
from time import monotonic

from core.errors import GalleryError
from core.galleries import registry
from core.galleries.archive import ArchiveGallery
from core.galleries.base import Gallery
from core.galleries.folder import FolderGallery
from core.images import thumbnail
from core.progress import Progress
from pages.ui.resources.cache import MB, Cache
from pages.ui.resources.work import Work, WorkCache

LOOK_EVERY = 5  # seconds between two looks at whether a gallery's files have changed

_openings: WorkCache[Gallery] = WorkCache(100 * MB)  # names and digests: 10 MB for 13,000 images
_zips: WorkCache[Gallery] = WorkCache(700 * MB)  # with the zip: 200 MB and 50,000 names
_downloads: WorkCache[None] = WorkCache(1 * MB)
_thumbnails: Cache[bytes] = Cache(64 * MB)  # each some 15 KB
_readings: Counter[str] = Counter()  # how often a gallery was read again
_looks: Cache[tuple[float, bool]] = Cache(1 * MB)  # when, and whether its files had changed


def opened(key: str) -> Work[Gallery]:
    """Return the opening of a gallery by key, under way or done."""
    return _openings.start(
        (key, _readings[key]), lambda progress: registry.open_known(key, progress=progress)
    )


def read_again(key: str) -> None:
    """Let the next opening of a gallery read its files anew."""
    _readings[key] += 1


def has_changed(key: str, gallery: Gallery) -> bool:
    """Whether the files of a gallery opened by key are others now, as of some seconds ago."""
    if not isinstance(gallery, FolderGallery):
        return False
    reading = (key, gallery.digest, _readings[key])
    seen = _looks.find(reading)
    if seen is None or monotonic() - seen[0] > LOOK_EVERY:
        seen = (monotonic(), not gallery.is_current())
        _looks.put(reading, seen)
    return seen[1]


def opened_zip(digest: str, name: str, data: bytes | None = None) -> Work[Gallery]:
    """Return the opening of an uploaded zip; its bytes are needed only the first time."""

    def task(progress: Progress) -> Gallery:
        if data is None:
            raise GalleryError(f"{name} has made room for newer uploads; upload it again.")
        return ArchiveGallery(data, name=name, progress=progress)

    return _zips.start((digest, name), task)


def downloading(key: str) -> Work[None] | None:
    """Return the download of a gallery, where somebody has started it."""
    return _downloads.find(key)


def download(key: str) -> Work[None]:
    """Start the download of a gallery, once for all who ask."""
    return _downloads.start(key, lambda progress: registry.download(key, progress=progress))


def gallery_thumbnail(gallery: Gallery, id: int, *, max_side: int = 384) -> bytes:
    """Return a small JPEG of a gallery image.

    Raises:
        GalleryError: the file is gone.
        ImageError: the file is no image.
    """
    key = (gallery.items[id].digest, max_side)
    return _thumbnails.get(key, lambda: thumbnail(gallery.read(id), max_side=max_side))
