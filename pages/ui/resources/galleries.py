"""Galleries: opened, uploaded, downloaded, and their thumbnails."""

from collections import Counter
from io import BytesIO
from time import monotonic

from PIL import Image

from core import locations
from core.errors import GalleryError
from core.galleries import registry
from core.galleries.base import Gallery
from core.galleries.folder import FolderGallery
from core.galleries.registry import GallerySource
from core.galleries.scenes import ScenesGallery
from core.galleries.uploads import UploadedGallery
from core.images import thumbnail
from core.language import tr
from core.progress import Progress
from pages.ui.resources.cache import MB, Cache
from pages.ui.resources.clutter import forget_crowded
from pages.ui.resources.decoding import decode
from pages.ui.resources.embeddings import forget_embeddings
from pages.ui.resources.maps import find_sheet, forget_maps
from pages.ui.resources.model import forget_queries
from pages.ui.resources.regions import forget_places
from pages.ui.resources.uploads import (
    MAX_BYTES,
    MINUTES,
    Uploads,
    is_connected,
    session,
    start_sweeping,
)
from pages.ui.resources.work import Work, WorkCache

SIDES = (96, 224, 384, 640)  # pixels of the thumbnails that have an address
LOOK_EVERY = 5  # seconds between two looks at whether a gallery's files have changed

_openings: WorkCache[Gallery] = WorkCache(100 * MB)  # names and digests: 10 MB for 13,000 images
_downloads: WorkCache[None] = WorkCache(1 * MB)
_thumbnails: Cache[bytes] = Cache(64 * MB)  # each some 15 KB
_ratios: Cache[float] = Cache(4 * MB)  # each 200 bytes
_sources: Cache[tuple[float, tuple[GallerySource, ...]]] = Cache(1 * MB)
_readings: Counter[str] = Counter()  # how often a gallery was read again
_looks: Cache[tuple[float, bool]] = Cache(1 * MB)  # when, and whether its files had changed


def opened(key: str) -> Work[Gallery]:
    """Return the opening of a gallery by key, under way or done."""
    return _openings.start(
        (key, _readings[key]), lambda progress: registry.open_known(key, progress=progress)
    )


def sources() -> tuple[GallerySource, ...]:
    """All galleries that have a key, and the state of each as of a second ago at most.

    To look costs a dozen questions to the disk, and every run of a page asks several times.
    """
    key = (locations.data(), locations.home())
    seen = _sources.find(key)
    if seen is None or monotonic() - seen[0] > 1:
        seen = (monotonic(), registry.available())
        _sources.put(key, seen)
    return seen[1]


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
    digests = {gallery.digest, *gallery.digests}
    _thumbnails.drop(digests)
    _ratios.drop(digests)
    forget_embeddings(digests)
    forget_maps(digests)
    forget_places(digests)
    forget_queries(digests)
    forget_crowded(digests)


_uploads = Uploads(MAX_BYTES, seconds=60 * MINUTES, is_connected=is_connected, let_go=_let_go)


def downloading(key: str) -> Work[None] | None:
    """Return the download of a gallery, where somebody has started it."""
    return _downloads.find(key)


def download(key: str) -> Work[None]:
    """Start the download of a gallery, once for all who ask."""

    def task(progress: Progress) -> None:
        registry.download(key, progress=progress)
        _sources.clear()  # it is there now

    return _downloads.start(key, task)


def is_public(gallery: Gallery) -> bool:
    """Whether everybody can choose this gallery: an uploaded one is its visitor's alone."""
    return gallery.key in registry.known_keys()


def named_thumbnail(key: str, digest: str, side: int) -> bytes:
    """Return a small JPEG of an image of a gallery that everybody can choose.

    Args:
        key: of the gallery.
        digest: of the image.
        side: one of ``SIDES``.

    Raises:
        GalleryError: there is no such gallery or image.
        ImageError: the file is no image.
    """
    if key not in registry.known_keys() or side not in SIDES:
        raise GalleryError(
            tr("There are no thumbnails of {side} pixels of a gallery {key!r}.", side=side, key=key)
        )
    gallery = opened(key).result()
    for item in gallery.items:
        if item.digest == digest:
            return gallery_thumbnail(gallery, item.id, max_side=side)
    raise GalleryError(tr("{title} has no image of this digest.", title=gallery.title))


def named_sheet(key: str, digest: str, n: int) -> bytes:
    """Return the sheet of small pictures of a gallery that everybody can choose, a JPEG.

    Args:
        key: of the gallery.
        digest: of the gallery as it was read.
        n: its images that have an embedding.

    Raises:
        GalleryError: there is no such gallery, or no page has had the sheet drawn.
    """
    is_its = key in registry.known_keys() and opened(key).result().digest == digest
    sheet = find_sheet(digest, n) if is_its else None
    if sheet is None:
        raise GalleryError(
            tr(
                "There is no sheet of {n} pictures of a gallery {key!r}; open its map.",
                n=n,
                key=key,
            )
        )
    return sheet.file


def thumbnail_ratio(gallery: Gallery, id: int, *, max_side: int) -> float:
    """Return the width of a gallery image's thumbnail over its height.

    Raises:
        GalleryError: as ``gallery_thumbnail``.
        ImageError: as ``gallery_thumbnail``.
    """
    if isinstance(gallery, ScenesGallery):
        return gallery.ratio(id)

    def measure() -> float:
        with Image.open(BytesIO(gallery_thumbnail(gallery, id, max_side=max_side))) as image:
            return image.width / image.height

    return _ratios.get(gallery.items[id].digest, measure)


def gallery_thumbnail(gallery: Gallery, id: int, *, max_side: int = 384) -> bytes:
    """Return a small JPEG of a gallery image.

    Raises:
        GalleryError: the file is gone.
        ImageError: the file is no image.
    """
    key = (gallery.items[id].digest, max_side)
    return _thumbnails.get(
        key, lambda: thumbnail(gallery.read(id), max_side=max_side, decode=decode)
    )
