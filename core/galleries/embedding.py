"""From the files of a gallery to embeddings, batch by batch, decoding beside the forward pass.

read, check, decode    3 | 4 | 5 | 6 ...       in threads, at most BATCHES_AHEAD ahead
forward pass           1 | 2 | 3 | 4 ...       in the caller's thread
"""

import os
from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import CheckpointError, GalleryError, ImageError
from ..files import file_digest
from ..language import tr
from .base import Gallery, GalleryItem

BATCHES_AHEAD = 2  # enough to keep the forward pass fed, and a bound for the memory
DECODERS = min(4, os.cpu_count() or 1)


class Preparer(Protocol):
    """What decodes files for a network."""

    def prepare(self, data: bytes) -> Any:
        """Decode one file to what the network takes; called from several threads at once.

        Raises:
            ImageError: the bytes are not an image that can be searched with.
        """


class BatchEmbedder(Preparer, Protocol):
    """What turns files into embeddings; nothing here knows more about the model."""

    @property
    def digest(self) -> str:
        """Of checkpoint and preprocessing: equal digests mean equal embeddings."""

    @property
    def modes(self) -> tuple[str, ...]:
        """The M attention modes; one forward pass gives an embedding for each."""

    @property
    def dim(self) -> int:
        """Length D of an embedding."""

    def embed(self, batch: Sequence[Any]) -> NDArray[np.float32]:
        """Embed B prepared images: (B, M, D), unit length."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddedBatch:
    """A few images of a gallery: each has an embedding or a reason why not."""

    ids: NDArray[np.int64]  # (n,) of the images that have an embedding, ascending
    embeddings: NDArray[np.float32]  # (M, n, D), unit length
    failures: dict[int, str]  # id -> the sentence that says why this image has none


def embed_in_batches(
    gallery: Gallery, embedder: BatchEmbedder, items: Sequence[GalleryItem], batch_size: int
) -> Generator[EmbeddedBatch]:
    """Yield the embeddings of some images of a gallery, in their order.

    Close the generator (``contextlib.closing``) to end the threads when stopping early.

    Raises:
        GalleryError: a file is gone, or has changed since the gallery was opened.
        CheckpointError: the embedder returns numbers that are no embeddings.
    """
    with closing(prepare_in_batches(gallery, embedder, items, batch_size)) as batches:
        for prepared in batches:
            yield _embed(embedder, prepared)


def prepare_in_batches(
    gallery: Gallery, embedder: Preparer, items: Sequence[GalleryItem], batch_size: int
) -> Generator[dict[int, Any]]:
    """Yield some images of a gallery, prepared for the network, in their order and a few ahead.

    Each batch has by id what ``embedder.prepare`` gives, or the ImageError that it raises. Close
    the generator (``contextlib.closing``) to end the threads when stopping early.

    Raises:
        GalleryError: a file is gone, or has changed since the gallery was opened.
    """
    pool = ThreadPoolExecutor(DECODERS, thread_name_prefix="decode")
    waiting: deque[tuple[Sequence[GalleryItem], list[Future[Any]]]] = deque()

    def first() -> dict[int, Any]:
        batch, futures = waiting.popleft()
        return {item.id: future.result() for item, future in zip(batch, futures, strict=True)}

    try:
        for start in range(0, len(items), batch_size):
            batch = items[start : start + batch_size]
            waiting.append((batch, [pool.submit(_prepare, gallery, embedder, i) for i in batch]))
            if len(waiting) > BATCHES_AHEAD:
                yield first()
        while waiting:
            yield first()
    finally:
        pool.shutdown(cancel_futures=True)


def _prepare(gallery: Gallery, embedder: Preparer, item: GalleryItem) -> Any:
    """Decode one image; an ImageError is a result, because it must not end the batch."""
    data = gallery.read(item.id)
    if file_digest(data) != item.digest:  # else it would be stored under the digest of another
        raise GalleryError(
            tr("{name} has changed: open {title} again.", name=item.name, title=gallery.title)
        )
    try:
        return embedder.prepare(data)
    except ImageError as error:
        return error


def _embed(embedder: BatchEmbedder, prepared: dict[int, Any]) -> EmbeddedBatch:
    failures = {
        id: error.sentence for id, error in prepared.items() if isinstance(error, ImageError)
    }
    images = {id: image for id, image in prepared.items() if id not in failures}
    shape = (len(images), len(embedder.modes), embedder.dim)
    embeddings = embedder.embed(list(images.values())) if images else np.empty(shape, np.float32)
    _check(embeddings, shape)
    return EmbeddedBatch(
        ids=np.array(list(images), np.int64),
        # A copy: the embedder may use its own array again.
        embeddings=np.array(embeddings.swapaxes(0, 1), np.float32, order="C"),
        failures=failures,
    )


def _check(embeddings: NDArray[np.float32], shape: tuple[int, int, int]) -> None:
    """Refuse what would poison the store: NaN from damaged weights, above all."""
    lengths = np.linalg.norm(embeddings, axis=-1)  # (B, M)
    if embeddings.shape != shape or not np.all(np.abs(lengths - 1) < 1e-3):
        raise CheckpointError(
            tr(
                "The model returned an array of shape {found} where embeddings of length 1 and "
                "shape {wanted} were expected: choose another checkpoint, this one is damaged.",
                found=embeddings.shape,
                wanted=shape,
            )
        )
