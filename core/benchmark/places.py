"""The network's own feature map as a data set: every place of every image is a vector.

F'' has 8 × 8 places of 2,048 channels at 256 pixels. Its spatial gate scales a place and so changes
no direction: what is compared are the channels, weighed by the channel gate. Such vectors are what
a search for *parts* of images would index: many, long, and real. Queries are places of other
images than those of the gallery.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ..galleries.base import Gallery
from ..model.embedder import Embedder
from ..model.feature_maps import AugmentedView, load_or_compute
from ..progress import Progress, silent
from .data import N_FOR_AXES, N_TEST, N_TUNING, DataSet, principal_axes

N_AXES = 256
QUERIES_AN_IMAGE = 4
_IMAGES = 64  # whose places are read at once
_NAME = re.compile(r"places(256)?-(.+?)(?:-(\d+)([km]))?")


@dataclass(frozen=True, slots=True)
class PlacesName:
    """What ``places256-corel5k-100k`` says."""

    gallery: str  # its key
    is_reduced: bool  # to 256 numbers, by PCA
    most: int | None  # places; None for all


def parse_places(name: str) -> PlacesName | None:
    """Read ``places-corel5k``, ``places256-corel5k-100k``; None where it is no such name."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    most = int(match[3]) * {"k": 1000, "m": 1_000_000}[match[4]] if match[3] else None
    return PlacesName(match[2], bool(match[1]), most)


def open_places(
    name: str,
    gallery: Gallery,
    embedder: Embedder,
    seed: int,
    *,
    folder: Path,
    progress: Progress = silent,
) -> DataSet:
    """Take the places of a gallery's feature maps, which are computed once.

    Args:
        name: ``places-KEY`` or ``places256-KEY``, with how many are wanted: ``-100k``.
        gallery: of that key; every image must be readable.
        embedder: whose feature map it is.
        seed: chooses the images that queries come from, and those that places are taken from.
        folder: where feature maps are kept.
        progress: called with how far it is.

    Raises:
        SettingError: a name of something else.
        HashlightError: an image can't be read, or the disk is full.
    """
    wanted = parse_places(name)
    assert wanted is not None
    view = AugmentedView(0, 0)
    maps = load_or_compute(gallery, embedder, view, folder, progress=progress)  # (N, C, H, W)
    rng = np.random.default_rng(seed)
    images = rng.permutation(len(maps))
    n_query_images = min((N_TUNING + N_TEST) // QUERIES_AN_IMAGE, len(images) // 5)
    places = maps.shape[2] * maps.shape[3]
    most = wanted.most or places * len(images)
    n_gallery_images = min(len(images) - n_query_images, -(-most // places))
    asked, searched = np.split(images[: n_query_images + n_gallery_images], [n_query_images])
    rows = _places(maps, searched, embedder, progress)[:most]
    of_each = _places(maps, asked, embedder, progress)
    queries = rng.permutation(of_each)[: N_TUNING + N_TEST]
    if wanted.is_reduced:
        sample = rng.permutation(len(rows))[:N_FOR_AXES]
        mean, axes = principal_axes(rows[sample], N_AXES)
        rows, queries = _unit((rows - mean) @ axes), _unit((queries - mean) @ axes)
    size = f"{len(rows):,} × {rows.shape[1]}"
    reduced = ", reduced by PCA" if wanted.is_reduced else ""
    return DataSet(
        name=name,
        family="places256" if wanted.is_reduced else "places",
        title=f"Places of {gallery.title}{reduced}, {size}",
        gallery=np.ascontiguousarray(rows),
        queries=np.ascontiguousarray(queries),
        own=np.full(len(queries), -1),
        n_tuning=min(N_TUNING, len(queries) // 2),
    )


@torch.inference_mode()
def _places(
    maps: NDArray[np.float16], images: NDArray[np.int64], embedder: Embedder, progress: Progress
) -> NDArray[np.float32]:
    """Places of F'' of some images, (n · H · W, C), of unit length where they are not all 0."""
    layer = embedder.checkpoint.network.attention_layer
    found = []
    for start in range(0, len(images), _IMAGES):
        some = np.asarray(maps[np.sort(images[start : start + _IMAGES])], np.float32)
        refined = layer(torch.from_numpy(some)).refined  # (B, C, H, W)
        rows = refined.permute(0, 2, 3, 1).reshape(-1, refined.shape[1]).numpy()
        found.append(_unit(rows[np.square(rows).sum(axis=1) > 0]))
        progress(min(start + _IMAGES, len(images)), len(images), "Places")
    return np.concatenate(found)


def _unit(rows: NDArray[np.floating]) -> NDArray[np.float32]:
    unit = rows.astype(np.float32)
    unit /= np.sqrt(np.vecdot(unit, unit))[:, np.newaxis]
    return unit
