"""The gallery that Home searches, and the built-in one, whose pictures are its examples."""

from dataclasses import dataclass

from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.galleries.uploads import UploadedGallery
from pages.parts.home import stage
from pages.parts.home.frame import Frame
from pages.ui import galleries, resources, uploads
from pages.ui.inputs import Query
from pages.ui.view import DEFAULT_GALLERY, View


@dataclass(frozen=True, slots=True, eq=False)
class Scenes:
    """The built-in gallery, with its embeddings where they are there."""

    gallery: Gallery
    stored: StoredGallery | None


def open_scenes() -> Scenes:
    """Open the built-in gallery.

    Raises:
        HashlightError: it can't be opened.
    """
    gallery = resources.finished(resources.opened(DEFAULT_GALLERY))
    work = resources.embedded(gallery)
    return Scenes(gallery, resources.finished(work) if work else None)


def open_shown(shown: View, scenes: Scenes) -> tuple[Gallery | None, View]:
    """Open the gallery of a view, or show what has to happen first; the built-in one for none.

    Raises:
        GalleryError: it can't be opened.
    """
    if own := uploads.opened(shown.gallery):
        return own, shown
    if shown.gallery == galleries.OWN or shown.gallery.startswith(resources.PREFIX):
        uploads.warn_if_gone(shown.gallery)
        shown = shown.with_gallery(DEFAULT_GALLERY)
    if shown.gallery == DEFAULT_GALLERY:
        return scenes.gallery, shown
    return galleries.open_chosen(shown), shown


def embeddings(frame: Frame, gallery: Gallery, query: Query, shown: View) -> StoredGallery | None:
    """Return a gallery's embeddings; of an uploaded one, show first hits while they come.

    Raises:
        HashlightError: they can't be computed.
    """
    if not isinstance(gallery, UploadedGallery):
        with frame.progress.container():
            return galleries.embeddings(gallery)
    stored = stage.embeddings_as_they_come(frame, gallery, query, shown)
    uploads.panel(gallery, stored, shown)
    return stored
