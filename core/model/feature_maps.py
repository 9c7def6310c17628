"""What the backbone's frozen stages give for a whole gallery, computed once and written to disk.

While only attention and fc learn, the backbone gives the same F for the same picture in every
epoch. Having F on disk (float16, 147 kB an image at 192 × 192) turns an epoch from minutes into
seconds on two processor cores. Where the last stage learns too, its input
is written in place of F (295 kB an image).
"""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray
from torch import Tensor

from .. import array_files, files
from ..errors import StoreError
from ..galleries.base import Gallery
from ..images import decode
from ..language import tr
from ..progress import Progress, silent
from .augment import augment
from .embedder import Embedder
from .network import CHANNELS, Learns
from .preprocess import CELL, preprocess

BATCH = 16

FeatureMaps = NDArray[np.float16]  # (N, 2048, H, W), or the last stage's input (N, 1024, 2H, 2W)


@dataclass(frozen=True, slots=True)
class AugmentedView:
    """One picture of each image: view 0 is the image itself, the others are augmented."""

    number: int
    seed: int

    def of(self, gallery: Gallery, id: int) -> NDArray[np.uint8]:
        """Decode an image and augment it; always the same for the same image and view."""
        pixels = decode(gallery.read(id), name=gallery.items[id].name).pixels
        if self.number == 0:
            return pixels
        return augment(pixels, np.random.default_rng([self.seed, self.number, id]))


def load_or_compute(
    gallery: Gallery,
    embedder: Embedder,
    view: AugmentedView,
    folder: Path,
    *,
    learns: Learns = "head",
    progress: Progress = silent,
) -> FeatureMaps:
    """Return F for one view of every image of a gallery, memory-mapped: (N, 2048, H, W).

    Where the last stage learns, its input is returned instead: (N, 1024, 2H, 2W).

    Args:
        gallery: all its images must be readable.
        embedder: whose backbone and preprocessing are used.
        view: which picture of each image.
        folder: where the file lies; an interrupted computation leaves none. Of several processes
            that ask for the same one, one computes and the others wait.
        learns: what training will change; all stages before it are computed here.
        progress: called after each batch.

    Raises:
        ImageError: an image can't be decoded.
        StoreError: the disk is full or the folder can't be written.
    """
    finer = 2 if learns == "last stage" else 1  # the last stage halves the sides
    size = embedder.preprocess.input_size // CELL * finer
    shape = (len(gallery.items), CHANNELS // finer, size, size)
    strides = embedder.checkpoint.network.config.strides  # the same weights fit both
    settings = (strides, learns, embedder.preprocess.describe(), view)
    key = repr((gallery.digest, embedder.digest, *settings))
    path = folder / f"{hashlib.sha256(key.encode()).hexdigest()[:24]}.npy"
    what = f"Feature maps of {gallery.title}, view {view.number}"
    if not path.exists():
        waiting = f"Waiting for another process: {what}"
        with (
            _with_size(what, shape),
            files.lock(path, lambda: progress(0, len(gallery.items), waiting)),
        ):
            if not path.exists():  # else whoever was waited for computed it
                with array_files.appending(path, shape, np.float16) as append:
                    for maps in _batches(
                        gallery, embedder, view, learns, what=what, progress=progress
                    ):
                        append(maps)
    return open_memmap(path, mode="r")


@contextmanager
def _with_size(what: str, shape: tuple[int, ...]) -> Iterator[None]:
    """Say of a file that can't be written how large it is: who frees space must know."""
    try:
        yield
    except StoreError as error:
        megabytes = np.prod(shape) * np.dtype(np.float16).itemsize / 1e6
        raise StoreError(
            tr("{error} {what}: {megabytes:,.1f} MB.", error=error, what=what, megabytes=megabytes)
        ) from error


def _batches(
    gallery: Gallery,
    embedder: Embedder,
    view: AugmentedView,
    learns: Learns,
    *,
    what: str,
    progress: Progress,
) -> Iterator[NDArray[np.float32]]:
    """Yield F batch by batch, (B, C, H, W), the next batch decoding beside the forward pass."""
    total = len(gallery.items)

    def prepare(ids: range) -> list[Tensor]:
        pictures = [view.of(gallery, id) for id in ids]
        return [preprocess(picture, embedder.preprocess) for picture in pictures]

    batches = [range(start, min(start + BATCH, total)) for start in range(0, total, BATCH)]
    with ThreadPoolExecutor(1) as pool:
        ahead = pool.submit(prepare, batches[0])
        for ids, next_ids in zip_longest(batches, batches[1:], fillvalue=range(0)):
            batch = ahead.result()
            ahead = pool.submit(prepare, next_ids)
            yield embedder.frozen_maps(batch, learns).numpy()
            progress(ids.stop, total, what)
