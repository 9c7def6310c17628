"""Galleries: opened, uploaded, downloaded, and their thumbnails."""

from collections import Counter
from time import monotonic

from core.galleries import registry
from core.galleries.base import Gallery
from core.galleries.folder import FolderGallery
from core.galleries.uploads import UploadedGallery
from core.images import thumbnail
from pages.ui.resources.cache import MB, Cache
from pages.ui.resources.embeddings import forget_embeddings
from pages.ui.resources.maps import forget_maps
from pages.ui.resources.model import forget_queries
from pages.ui.resources.uploads import (
    MAX_BYTES,
    MINUTES,
    Uploads,
    is_connected,
    session,
    start_sweeping,
)
from pages.ui.resources.work import Work, WorkCache

LOOK_EVERY = 5  # seconds between two looks at whether a gallery's files have changed

_openings: WorkCache[Gallery] = WorkCache(100 * MB)  # names and digests: 10 MB for 13,000 images
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


def hold(gallery: UploadedGallery) -> None:
    """Take an uploaded gallery in under its key, or another state of one that is here."""
    start_sweeping(_uploads)
    _uploads.hold(gallery, session())


def uploaded(key: str) -> UploadedGallery | None:
    """Return the uploaded gallery of a key, if it is here."""
    return _uploads.find(key, session())


def forget(key: str) -> None:
    """Let go of an uploaded gallery, and of all that was made of it, at once."""
    _uploads.forget(key)


def _let_go(gallery: UploadedGallery) -> None:
    digests = {gallery.digest, *(item.digest for item in gallery.items)}
    _thumbnails.drop(digests)
    forget_embeddings(digests)
    forget_maps(digests)
    forget_queries(digests)


_uploads = Uploads(MAX_BYTES, seconds=60 * MINUTES, is_connected=is_connected, let_go=_let_go)


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
