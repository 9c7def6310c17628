"""The places of a gallery are embedded once per model, and kept on disk beside its embeddings.

    HOME/embeddings/GALLERY-EMBEDDER.places-VERSION/        the engine's index of them
    HOME/embeddings/GALLERY-EMBEDDER.places-VERSION.lock    held by the one process that builds it

The rows stay in their file, mapped: a query reads the few hundred that its codes leave. What is
handed over by visitors is never written.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from ..engine.codes import CodeIndex
from ..errors import GalleryError, StoreError
from ..files import lock
from ..galleries.base import Gallery
from ..galleries.store import Notice, StoredGallery, folder_of, log, name_of
from ..progress import Progress, silent
from .place_index import PlaceIndex
from .places import MOST_PLACES, PlaceEmbedder, embed_in_steps, kept_per_image

VERSION = 1  # of what is in the folder


def load(
    stored: StoredGallery,
    embedder: PlaceEmbedder,
    *,
    kernels: Any = None,
    home: Path | None = None,
) -> PlaceIndex | None:
    """Return the index of a gallery's places if it is on disk; compute nothing."""
    per_image = kept_per_image(embedder.grid, len(stored.ids))
    with suppress(StoreError):
        codes = CodeIndex.load(_path(stored, home), kernels=kernels)
        return PlaceIndex(codes, embedder.grid, per_image)
    return None


def is_stored(stored: StoredGallery, *, home: Path | None = None) -> bool:
    """Whether there is a folder of the right name: quick, and blind to damage (see ``load``)."""
    return _path(stored, home).is_dir()


def build_in_steps(
    gallery: Gallery,
    stored: StoredGallery,
    embedder: PlaceEmbedder,
    *,
    kernels: Callable[[], Any],
    threads: int | None = None,
    most: int = MOST_PLACES,
    progress: Progress = silent,
) -> Iterator[PlaceIndex]:
    """Yield indexes of the places that are embedded so far, the last time of all.

    Args:
        gallery: whose images are read.
        stored: its embeddings: only images that have one are looked at.
        embedder: embeds their places.
        kernels: returns the engine's, asked before each step: they may compile meanwhile.
        threads: that hash; None for as many as the machine has cores.
        most: places that are kept in all.
        progress: told how many images are done.

    Raises:
        GalleryError: no image can be read any more, or one has changed.
    """
    images = stored.ids.tolist()
    for places in embed_in_steps(gallery, images, embedder, most=most, progress=progress):
        if not len(places.ids):
            raise GalleryError(f"{gallery.title} has no image that can be read; open it again.")
        yield PlaceIndex.build(places, kernels=kernels(), threads=threads)


def load_or_build(
    gallery: Gallery,
    stored: StoredGallery,
    embedder: PlaceEmbedder,
    *,
    kernels: Callable[[], Any],
    step: Callable[[PlaceIndex], None] = lambda index: None,
    threads: int | None = None,
    home: Path | None = None,
    progress: Progress = silent,
    notice: Notice = log,
) -> PlaceIndex:
    """Return the index of all places of a gallery, built unless it is on disk.

    Of several who ask at once, one builds it and the others wait. Where the home can't be written,
    ``notice`` says so and it is only in memory.

    Args:
        gallery: whose images are read.
        stored: its embeddings.
        embedder: embeds their places.
        kernels: returns the engine's.
        step: called with an index of what is there so far, to search in meanwhile.
        threads: that hash.
        home: the cache directory; None means ``locations.home()``.
        progress: told how many images are done.
        notice: called where the home can't be written.

    Raises:
        GalleryError: as ``build_in_steps``.
    """
    path = _path(stored, home)
    waiting = f"Waiting for another process that embeds the places of {gallery.title}"
    with ExitStack() as held:
        try:
            held.enter_context(lock(path, lambda: progress(0, len(stored.ids), waiting)))
        except StoreError as error:
            notice(_not_kept(error))
        found = load(stored, embedder, kernels=kernels(), home=home)
        if found is not None:
            return found
        for index in build_in_steps(
            gallery, stored, embedder, kernels=kernels, threads=threads, progress=progress
        ):
            step(index)
        try:
            index.codes.save(path)
        except StoreError as error:
            notice(_not_kept(error))
            return index
        return load(stored, embedder, kernels=index.codes.kernels, home=home) or index


def _path(stored: StoredGallery, home: Path | None) -> Path:
    own = Path(name_of(stored.gallery_digest, stored.embedder_digest)).stem
    return folder_of(home) / f"{own}.places-{VERSION}"


def _not_kept(error: StoreError) -> str:
    return f"{error} Until then, the places of its images are embedded anew at every start."
