"""Maps of galleries: where each image lies, and the sheets of small pictures."""

from collections.abc import Collection

from core.galleries.base import Gallery
from core.galleries.maps import layout
from core.galleries.maps.layout import Layout
from core.galleries.maps.settling import settle_apart
from core.galleries.maps.sprites import SpriteSheet, draw_sprites
from core.galleries.store import StoredGallery
from core.galleries.uploads import UploadedGallery
from core.model.attention import AttentionMode
from pages.ui.resources.cache import MB, Cache
from pages.ui.resources.work import Work, WorkCache

_SOON = 0.05  # seconds: what is on the disk is there by then

_rough: Cache[Layout] = Cache(1 * MB)  # 8 bytes an image
_settled: WorkCache[Layout] = WorkCache(2 * MB)
_sheets: WorkCache[SpriteSheet] = WorkCache(6 * MB)  # each some 1 MB


def places(
    gallery: Gallery, stored: StoredGallery, attention: AttentionMode
) -> tuple[Layout, bool]:
    """Return where a gallery's images lie, and whether that is where they stay.

    Until they have settled, which goes on in the background, it is the rough layout. That of an
    uploaded gallery stays in memory, and it settles once the gallery is embedded.
    """
    key = (stored.gallery_digest, stored.embedder_digest, attention, len(stored.ids))
    embeddings = stored.of(attention)
    if len(stored.ids) + len(stored.failures) == len(gallery.items):
        work = _settled.start(
            key,
            lambda progress: (
                settle_apart(embeddings)
                if isinstance(gallery, UploadedGallery)
                else layout.load_or_settle(stored, attention, by=settle_apart)
            ),
        )
        if _is_there(work):
            return work.result(), True
    return _rough.get(key, lambda: layout.rough(embeddings)), False


def sheet(gallery: Gallery, stored: StoredGallery) -> SpriteSheet | None:
    """Return the sheet of a gallery's pictures once it is drawn; the first call starts that."""
    work = _sheets.start(
        (stored.gallery_digest, len(stored.ids)),
        lambda progress: draw_sprites(gallery, stored, progress=progress),
    )
    return work.result() if _is_there(work) else None


def find_sheet(digest: str, n: int) -> SpriteSheet | None:
    """Return the sheet of a gallery of this digest with n embeddings, where it is drawn."""
    work = _sheets.find((digest, n))
    return work.result() if work and work.wait(0) and not work.error else None


def forget_maps(digests: Collection[str]) -> None:
    """Let go of the maps of these galleries."""
    for kept in (_rough, _settled, _sheets):
        kept.drop(digests)


def _is_there(work: Work[Layout] | Work[SpriteSheet]) -> bool:
    return work.wait(_SOON) and work.error is None
