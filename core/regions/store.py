"""The places of a gallery are embedded once per model, and kept on disk beside its embeddings.

    HOME/embeddings/GALLERY-EMBEDDER.places.safetensors         their ids and embeddings
    HOME/embeddings/GALLERY-EMBEDDER.places.safetensors.lock    held by the process that embeds them

Those of the built-in gallery lie in ``assets/embeddings``, which is looked through first and never
written. Codes and cells are made of them at each start: a second for 100,000.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from .. import array_files
from ..errors import StoreError
from ..files import lock
from ..galleries.base import Gallery
from ..galleries.store import SHIPPED, Notice, StoredGallery, beside, folder_of, log
from ..language import tr
from ..progress import Progress, silent
from .places import PlaceEmbedder, Places, embed_in_steps

VERSION = 1  # of the layout: a file with another number is made again


def load(
    stored: StoredGallery, *, home: Path | None = None, shipped: Sequence[Path] = SHIPPED
) -> Places | None:
    """Return a gallery's places if they are on disk, whole and undamaged; compute nothing."""
    for path in _paths(stored, [*shipped, folder_of(home)]):
        try:
            arrays, about = array_files.read(path)
        except (FileNotFoundError, array_files.DamagedFileError):
            continue
        if {name: about.get(name) for name in _key(stored)} == _key(stored):
            grid = about["grid"][0], about["grid"][1]
            return Places(grid, about["per_image"], arrays["ids"], arrays["rows"])
    return None


def is_stored(
    stored: StoredGallery, *, home: Path | None = None, shipped: Sequence[Path] = SHIPPED
) -> bool:
    """Whether a file of the right name is there: quick, and blind to damage (see ``load``)."""
    return any(path.is_file() for path in _paths(stored, [*shipped, folder_of(home)]))


def load_or_embed(
    gallery: Gallery,
    stored: StoredGallery,
    embedder: PlaceEmbedder,
    *,
    step: Callable[[Places], None] = lambda places: None,
    home: Path | None = None,
    shipped: Sequence[Path] = SHIPPED,
    progress: Progress = silent,
    notice: Notice = log,
) -> Places:
    """Return all places of a gallery, embedded unless they are on disk.

    Of several who ask at once, one embeds them and the others wait. Where the home can't be
    written, ``notice`` says so and they are only in memory.

    Args:
        gallery: whose images are read.
        stored: its embeddings: only images that have one are looked at.
        embedder: embeds their places.
        step: called with what is there so far, to search in meanwhile.
        home: the cache directory; None means ``locations.home()``.
        shipped: directories to look in first, never written.
        progress: told how many images are done.
        notice: called where the home can't be written.

    Raises:
        GalleryError: no image can be read any more, or one has changed.
    """
    (path,) = _paths(stored, [folder_of(home)])
    images = stored.ids.tolist()
    with ExitStack() as held:
        found = load(stored, home=home, shipped=shipped)
        if found is None:
            waiting = tr(
                "Waiting for another process that embeds the places of {title}", title=gallery.title
            )
            try:
                held.enter_context(lock(path, lambda: progress(0, len(images), waiting)))
            except StoreError as error:
                notice(_not_kept(error))
            found = load(stored, home=home, shipped=shipped)  # who had to wait finds it now
        if found is not None:
            return found
        for places in embed_in_steps(gallery, images, embedder, progress=progress):
            step(places)
        try:
            _write(path, places, stored)
        except StoreError as error:
            notice(_not_kept(error))
        return places


def save(places: Places, stored: StoredGallery, folder: Path) -> Path:
    """Write a gallery's places to a folder, to ship them; return the path.

    Raises:
        StoreError: the folder can't be written.
    """
    (path,) = _paths(stored, [folder])
    _write(path, places, stored)
    return path


def _write(path: Path, places: Places, stored: StoredGallery) -> None:
    about: dict[str, Any] = {"grid": list(places.grid), "per_image": places.per_image}
    arrays: dict[str, NDArray[Any]] = {"ids": places.ids, "rows": places.rows}
    array_files.write(path, arrays, _key(stored) | about)


def _key(stored: StoredGallery) -> dict[str, Any]:
    return {
        "version": VERSION,
        "gallery": stored.gallery_digest,
        "embedder": stored.embedder_digest,
    }


def _paths(stored: StoredGallery, places: Sequence[Path]) -> list[Path]:
    return beside(stored, "places", places=places)


def _not_kept(error: StoreError) -> str:
    return f"{error} Until then, the places of its images are embedded anew at every start."
