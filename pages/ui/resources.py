"""Everything that is kept between runs and shared between sessions: all caching lives here.

Keys are digests and settings, never arrays or bytes (their arguments start with an
underscore, which tells Streamlit not to look at them). What is kept is bounded: the numbers
are entries, and the largest entry that each can hold is said beside it.
"""

import gc
import logging
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from core.benchmark import live
from core.benchmark.data import DataSet
from core.engine import compilation
from core.errors import GalleryError
from core.evaluation.robustness import Alteration, alter, embed_with
from core.files import file_digest
from core.galleries import registry, store
from core.galleries.archive import ArchiveGallery
from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.images import DecodedImage, decode, thumbnail
from core.index.lsh import LSHConfig, LSHIndex
from core.lessons.hashing import PairSample, sample_pairs
from core.model.attention import AttentionMode
from core.model.embedder import Embedder
from core.progress import Progress
from core.search import EmbeddedQuery, build_index, embed_query
from pages.ui import samples
from pages.ui.work import Work

T = TypeVar("T")

AUTOMATIC = 300  # images that are embedded without asking: well under a minute
QUERY_SIDE = 1024  # pixels of a query image that are kept to be shown
_BAR_AFTER = 0.4  # seconds; a bar that only flashes up is worse than none

_log = logging.getLogger(__name__)


# Model ------------------------------------------------------------------------------------


@st.cache_resource(show_spinner="Loading the model …")
def embedder() -> Embedder:
    """Return the one model of this process; all sessions share it."""
    model = Embedder()
    # The first pass through a network is several times slower than all that follow. It is
    # nobody's query, so nobody's time is measured by it.
    embed_query(samples.read("china"), model)
    _answer_sooner()
    _log.warning("Loaded the model %s.", model.digest[:16])
    return model


def _answer_sooner() -> None:
    """Settle what Python does beside a page's script, once its large libraries are loaded."""
    # Streamlit looks for garbage after every run, and no other thread runs meanwhile: 0.2 s,
    # nearly all of it for objects of PyTorch's, which stay for good. Frozen ones are passed over.
    gc.collect()
    gc.freeze()
    # What a script has drawn is sent by another thread. By default that waits 5 ms for its turn,
    # with every message anew, and a page is a hundred messages.
    sys.setswitchinterval(0.001)


def embedded_query(data: bytes, attention: AttentionMode) -> EmbeddedQuery:
    """Embed a query image, or return what the same bytes gave before.

    Raises:
        ImageError: the bytes are not an image that can be searched with.
    """
    return _embedded_query(file_digest(data), attention, embedder().digest, data)


@st.cache_data(max_entries=64, show_spinner=False)  # each at most 5 MB
def _embedded_query(
    digest: str, attention: AttentionMode, embedder_digest: str, _data: bytes
) -> EmbeddedQuery:
    query = embed_query(_data, embedder(), attention=attention)
    return replace(query, image=_to_be_shown(query.image))


def _to_be_shown(image: DecodedImage) -> DecodedImage:
    """Keep only every n-th pixel of a large photograph: it is only looked at from here on."""
    step = max(1, max(image.pixels.shape[:2]) // QUERY_SIDE)
    return replace(image, pixels=np.ascontiguousarray(image.pixels[::step, ::step]))


def small_picture(data: bytes, *, max_side: int) -> NDArray[np.uint8]:
    """Decode an image, its longer side at most so many pixels: (H, W, 3) RGB.

    Raises:
        ImageError: the bytes are not an image.
    """
    return _small_picture(file_digest(data), max_side, data)


@st.cache_data(max_entries=32, show_spinner=False)  # at 384 pixels each at most 450 KB
def _small_picture(digest: str, max_side: int, _data: bytes) -> NDArray[np.uint8]:
    image = Image.fromarray(decode(_data).pixels)
    image.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)  # a small one stays as it is
    return np.array(image)


def altered_embedding(
    data: bytes, by: Alteration, attention: AttentionMode, *, max_side: int
) -> NDArray[np.float32]:
    """Embed ``small_picture`` after a change, or return what the same change gave before: (D,).

    Raises:
        ImageError: the bytes are not an image.
    """
    return _altered_embedding(file_digest(data), by, attention, max_side, embedder().digest, data)


@st.cache_data(max_entries=4_096, show_spinner=False)  # each 1 KB
def _altered_embedding(
    digest: str,
    by: Alteration,
    attention: AttentionMode,
    max_side: int,
    embedder_digest: str,
    _data: bytes,
) -> NDArray[np.float32]:
    pixels = alter(small_picture(_data, max_side=max_side), by)
    return embed_with(embedder(), attention)([pixels])[0]


# Galleries --------------------------------------------------------------------------------


def opened(key: str) -> Work[Gallery]:
    """Return the opening of a gallery by key, under way or done."""
    return _started(_opening(key))


def opened_zip(digest: str, name: str, data: bytes | None = None) -> Work[Gallery]:
    """Return the opening of an uploaded zip; its bytes are needed only the first time."""
    return _started(_opening_zip(digest, name, data))


def downloading(key: str) -> Work[None]:
    """Return the download of a gallery, which may not have been started."""
    return _downloading(key)


@st.cache_resource(max_entries=16, show_spinner=False)  # names and digests: 10 MB
def _opening(key: str) -> Work[Gallery]:
    return Work(lambda progress: registry.open_known(key, progress=progress))


@st.cache_resource(max_entries=3, show_spinner=False)  # the whole zip: 200 MB
def _opening_zip(digest: str, name: str, _data: bytes | None) -> Work[Gallery]:
    def task(progress: Callable[[int, int, str], None]) -> Gallery:
        if _data is None:
            raise GalleryError(f"{name} has made room for newer uploads; upload it again.")
        return ArchiveGallery(_data, name=name, progress=progress)

    return Work(task)


@st.cache_resource(max_entries=8, show_spinner=False)
def _downloading(key: str) -> Work[None]:
    return Work(lambda progress: registry.download(key, progress=progress))


@st.cache_data(max_entries=4_096, show_spinner=False)  # each some 15 KB
def _thumbnail(digest: str, max_side: int, _gallery: Gallery, _id: int) -> bytes:
    return thumbnail(_gallery.read(_id), max_side=max_side)


def gallery_thumbnail(gallery: Gallery, id: int, *, max_side: int = 384) -> bytes:
    """Return a small JPEG of a gallery image.

    Raises:
        GalleryError: the file is gone.
        ImageError: the file is no image.
    """
    return _thumbnail(gallery.items[id].digest, max_side, gallery, id)


# Embeddings and index ---------------------------------------------------------------------


def embedded(gallery: Gallery) -> Work[StoredGallery]:
    """Return the embedding of a gallery; started where no one need be asked."""
    model = embedder()
    work = _embedding(gallery.digest, model.digest, gallery)
    if not work.is_started and (
        len(gallery.items) <= AUTOMATIC or store.is_stored(gallery, model.digest)
    ):
        work.start()
    return work


@st.cache_resource(max_entries=6, show_spinner=False)  # 4 KB per image: 55 MB for Imagenette
def _embedding(gallery_digest: str, embedder_digest: str, _gallery: Gallery) -> Work[StoredGallery]:
    model = embedder()
    return Work(lambda progress: store.load_or_build(_gallery, model, progress=progress))


def index(stored: StoredGallery, attention: AttentionMode, config: LSHConfig) -> LSHIndex:
    """Return the hash tables of a gallery for one attention mode and one setting."""
    return _index(stored.gallery_digest, stored.embedder_digest, attention, config, stored)


@st.cache_resource(max_entries=12, show_spinner=False)  # 2 KB per image: 25 MB for Imagenette
def _index(
    gallery_digest: str,
    embedder_digest: str,
    attention: AttentionMode,
    config: LSHConfig,
    _stored: StoredGallery,
) -> LSHIndex:
    index = build_index(_stored, attention, config)
    index.query(index.vectors.matrix[0], k=1)  # as in embedder: the first of anything is slow
    return index


def pair_sample(
    gallery: Gallery, stored: StoredGallery, attention: AttentionMode, *, by_label: bool, k: int
) -> PairSample:
    """Return the angles between some images and all others: of one label, or the k nearest."""
    digests = (stored.gallery_digest, stored.embedder_digest)
    return _pair_sample(*digests, attention, by_label, 0 if by_label else k, gallery, stored)


@st.cache_resource(max_entries=24, show_spinner=False)  # 1 MB
def _pair_sample(
    gallery_digest: str,
    embedder_digest: str,
    attention: AttentionMode,
    by_label: bool,
    k: int,
    _gallery: Gallery,
    _stored: StoredGallery,
) -> PairSample:
    labels = [_gallery.items[id].label for id in _stored.ids.tolist()] if by_label else None
    return sample_pairs(_stored.ids, _stored.of(attention), labels=labels, k=k)


def described(gallery: Gallery, describe: Callable[[Progress], T]) -> Work[T]:
    """Return the measuring of a gallery's colours and textures, which may not have been started.

    Args:
        gallery: whose digest is the key.
        describe: measures them. The caller brings it: scikit-learn, which it needs, takes a
            second to import, and most pages do without.
    """
    work: Work[T] = _describing(gallery.digest, describe)
    return work


@st.cache_resource(max_entries=6, show_spinner=False)  # 2 KB per image: 25 MB for Imagenette
def _describing(gallery_digest: str, _describe: Callable[[Progress], T]) -> Work[T]:
    return Work(_describe)


# Engine -----------------------------------------------------------------------------------


def engine() -> Work[Any]:
    """Return the loading of the engine's inner loops, under way or done.

    Only who measures the engine asks for them, and another process compiles them: nobody else's
    page or query waits for that.
    """
    return _started(_engine())


@st.cache_resource(show_spinner=False)
def _engine() -> Work[Any]:
    return Work(compilation.load)


def race(
    key: str,
    config: LSHConfig,
    n_probes: int,
    *,
    attempt: int,
    data: Callable[[Progress], DataSet],
    loops: Any,
) -> Work[live.Finish]:
    """Return a race, which may not have been started.

    Args:
        key: of the data.
        config: K, L and the seed.
        n_probes: buckets read per table.
        attempt: another number is another race.
        data: draws or takes the gallery.
        loops: the engine's.
    """
    return _race(key, config, n_probes, attempt, data, loops)


@st.cache_resource(max_entries=64, show_spinner=False)  # each 40 KB: 800 times
def _race(
    key: str,
    config: LSHConfig,
    n_probes: int,
    attempt: int,
    _data: Callable[[Progress], DataSet],
    _loops: Any,
) -> Work[live.Finish]:
    return Work(
        lambda progress: live.race(
            _data(progress), config, n_probes=n_probes, k=10, loops=_loops, progress=progress
        )
    )


def chooser(
    key: str, k: int, data: Callable[[Progress], DataSet], loops: Any
) -> Work[live.Chooser]:
    """Return the engine over some data, ready to choose its settings: under way or done."""
    return _started(_chooser(key, k, data, loops))


@st.cache_resource(max_entries=2, show_spinner=False)  # 75 MB for 50,000 images
def _chooser(
    key: str, k: int, _data: Callable[[Progress], DataSet], _loops: Any
) -> Work[live.Chooser]:
    return Work(
        lambda progress: live.Chooser(_data(progress), k=k, loops=_loops, progress=progress)
    )


# Watching ---------------------------------------------------------------------------------


def finished(work: Work[T]) -> T:
    """Wait for work that has been started, with a bar where that takes a while.

    Raises:
        HashlightError: what the work raised.
    """
    if not work.wait(_BAR_AFTER):
        place = st.empty()
        while not work.wait(0.25):
            place.progress(work.share, text=work.describe())
        place.empty()
    return work.result()


def _started(work: Work[T]) -> Work[T]:
    work.start()
    return work
