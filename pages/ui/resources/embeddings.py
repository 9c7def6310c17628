"""Embeddings of galleries, and what is built on them."""

from collections.abc import Callable, Collection
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.engine.buckets import BucketIndex
from core.galleries import store
from core.galleries.base import Gallery
from core.galleries.growing import Known, embed_in_steps
from core.galleries.labels import LabelledByFolders
from core.galleries.store import StoredGallery
from core.galleries.tables import BringsEmbeddings
from core.galleries.uploads import UploadedGallery
from core.index.families.hyperplanes import Hyperplanes
from core.index.fitting import Fitting, fit
from core.index.lsh import LSHConfig, LSHIndex
from core.lessons.crossing import Crossing, measure
from core.lessons.hashing import PairSample, sample_pairs
from core.model.attention import AttentionMode
from core.progress import Progress
from core.search import build_index
from pages.ui.resources.benchmark import compiled_kernels, forget_measurements
from pages.ui.resources.cache import MB, Cache
from pages.ui.resources.model import embedder
from pages.ui.resources.work import Work, WorkCache

T = TypeVar("T")

AUTOMATIC = 300  # images that are embedded without asking: well under a minute


def index_size(index: LSHIndex) -> int:
    """Return the bytes that an index takes at most: counting them would take as long as building.

    An id in a bucket of its own, which is the worst, costs a bucket (an array), a key and a place
    in a dictionary that is a third full.
    """
    n, dim = index.vectors.matrix.shape
    size: int = n * (4 * dim + 200 + 256 * index.config.n_tables) + index.hyperplanes.normals.nbytes
    return size


_embeddings: WorkCache[StoredGallery] = WorkCache(300 * MB)  # 4 KB an image
_indexes: Cache[LSHIndex] = Cache(500 * MB, index_size)  # at K = 24, L = 32 up to 9 KB an image
_fast_indexes: Cache[BucketIndex] = Cache(200 * MB, lambda index: index.nbytes)
_keys: Cache[NDArray[np.int64]] = Cache(16 * MB)  # 8 bytes an image and table
_fittings: Cache[Fitting] = Cache(4 * MB)  # each 2 KB
_crossings: Cache[Crossing] = Cache(1 * MB)
_samples: Cache[PairSample] = Cache(24 * MB)
_descriptions: WorkCache[Any] = WorkCache(150 * MB)  # 2 KB an image
_uploaded: Cache[Known] = Cache(48 * MB)  # 4 KB an uploaded image, by its digest
_steps: Cache[StoredGallery] = Cache(48 * MB)  # of uploaded galleries: what is there so far


def embedded(gallery: Gallery) -> Work[StoredGallery] | None:
    """Return the embedding of a gallery, under way or done; started where no one need be asked."""
    digest = embedder().digest
    if work := _embeddings.find((gallery.digest, digest)):  # no look at the disk
        return work
    is_small = len(gallery.items) <= AUTOMATIC or isinstance(
        gallery, UploadedGallery | BringsEmbeddings
    )
    return embed(gallery) if is_small or store.is_stored(gallery, digest) else None


def embed(gallery: Gallery) -> Work[StoredGallery]:
    """Start the embedding of a gallery, once for all who ask; an uploaded one stays in memory."""
    model = embedder()

    def task(progress: Progress) -> StoredGallery:
        if isinstance(gallery, BringsEmbeddings):
            return gallery.embeddings(model.digest)
        if not isinstance(gallery, UploadedGallery):
            return store.load_or_build(gallery, model, progress=progress)
        for step in embed_in_steps(gallery, model, _uploaded, progress=progress):
            _steps.put((gallery.digest, model.digest), step)
        return step

    return _embeddings.start((gallery.digest, model.digest), task)


def embedded_so_far(gallery: UploadedGallery) -> StoredGallery | None:
    """Return what is embedded of an uploaded gallery, as soon as that is anything."""
    return _steps.find((gallery.digest, embedder().digest))


def forget_embeddings(digests: Collection[str]) -> None:
    """Let go of all that was made of these galleries and images."""
    for made in (_embeddings, _indexes, _fast_indexes, _keys, _fittings, _crossings, _samples):
        made.drop(digests)
    for found in (_descriptions, _uploaded, _steps):
        found.drop(digests)
    forget_measurements(digests)


def index(
    stored: StoredGallery,
    attention: AttentionMode,
    config: LSHConfig,
    family: type[Hyperplanes] = Hyperplanes,
) -> LSHIndex:
    """Return the hash tables of a gallery for one attention mode and one setting."""

    def build() -> LSHIndex:
        index = build_index(stored, attention, config, family)
        index.query(index.vectors.matrix[0], k=1)  # as in embedder: the first of anything is slow
        return index

    return _indexes.get((*_digests(stored), attention, config, family), build)


def keys(stored: StoredGallery, attention: AttentionMode, *built: Any) -> NDArray[np.int64]:
    """Return the keys of all images in every table, (n, L), in the order of the index's vectors.

    Args:
        stored: the gallery.
        attention: the mode.
        built: the rest of what ``index`` takes.
    """

    def hashed() -> NDArray[np.int64]:
        its = index(stored, attention, *built)
        values = its.functions.keys(its.vectors.matrix)
        values.setflags(write=False)
        return values

    return _keys.get((*_digests(stored), attention, *built), hashed)


def fast_index(
    stored: StoredGallery,
    attention: AttentionMode,
    config: LSHConfig,
    family: type[Hyperplanes] = Hyperplanes,
) -> BucketIndex | None:
    """Return the engine's index with the same hyperplanes, once the engine has compiled."""
    kernels = compiled_kernels()
    if kernels is None:
        return None

    def build() -> BucketIndex:
        return BucketIndex.build(
            stored.of(attention),
            stored.ids,
            config=config,
            family=family,
            threads=1,
            kernels=kernels,
        )

    return _fast_indexes.get((*_digests(stored), attention, config, family), build)


def fitting(
    stored: StoredGallery,
    attention: AttentionMode,
    *,
    n_bits: int,
    n_tables: int,
    seed: int,
    family: type[Hyperplanes] | None,
) -> Fitting:
    """Return the settings that fit a gallery; those are chosen that are 0 or None."""

    def key(n_bits: int, n_tables: int, family: type[Hyperplanes] | None) -> tuple[object, ...]:
        return (*_digests(stored), attention, n_bits, n_tables, seed, family)

    def choose() -> Fitting:
        found = fit(
            stored.of(attention),
            n_bits=n_bits or None,
            n_tables=n_tables or None,
            seed=seed,
            family=family,
        )
        # The page asks next what fits what was chosen: this, the best of all that were tried.
        _fittings.put(key(found.lsh.n_bits, found.lsh.n_tables, found.family), found)
        return found

    return _fittings.get(key(n_bits, n_tables, family), choose)


def crossing(stored: StoredGallery, attention: AttentionMode, fitting: Fitting) -> Crossing | None:
    """Return where the look-up's and the scan's times cross, once the engine has compiled."""
    built = fitting.lsh, fitting.family
    engine = fast_index(stored, attention, *built)
    if engine is None:
        return None
    return _crossings.get(
        (*_digests(stored), attention, *built),
        lambda: measure(engine, index(stored, attention, *built).vectors, fitting.rule),
    )


def pair_sample(
    gallery: Gallery, stored: StoredGallery, attention: AttentionMode, *, by_label: bool, k: int
) -> PairSample:
    """Return the angles between some images and all others: of one label, or the k nearest."""

    def sample() -> PairSample:
        labels = [gallery.items[id].label for id in stored.ids.tolist()] if by_label else None
        return sample_pairs(stored.ids, stored.of(attention), labels=labels, k=k)

    level = gallery.label_level if isinstance(gallery, LabelledByFolders) else None
    key = (*_digests(stored), attention, by_label, level if by_label else k)
    return _samples.get(key, sample)


def described(gallery: Gallery) -> Work[Any] | None:
    """Return the measuring of a gallery's colours and textures, where somebody has started it."""
    return _descriptions.find(gallery.digest)


def describe(gallery: Gallery, task: Callable[[Progress], T]) -> Work[T]:
    """Start the measuring of a gallery's colours and textures, once for all who ask.

    Args:
        gallery: whose digest is the key.
        task: measures them. The caller brings it: scikit-learn, which it needs, takes a second
            to import, and most pages do without.
    """
    return _descriptions.start(gallery.digest, task)


def _digests(stored: StoredGallery) -> tuple[str, str, int]:
    """What tells embeddings from others; of a gallery that still grows, how many there are."""
    return stored.gallery_digest, stored.embedder_digest, len(stored.ids)
