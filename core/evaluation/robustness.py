"""Does a changed picture find what the picture itself finds (section 4.4.3, Figure 10)?

The query is turned, cropped, scaled, brightened or overlaid with noise, in several strengths;
the gallery stays as it is and is scanned exactly. Two figures for each change: precision@8 by
the labels, and the share of the unchanged query's top 8 that stays in the top 8.

The paper shows the top 8 of examples and gives neither strengths nor figures.

``alter`` changes one picture in the same ways by strengths that someone chooses, where
``changed`` leaves side and window to chance; contrast and blur are there too.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageFilter

from ..errors import SettingError
from ..index.exact import Hits, exact_scan, neighbour_recall
from ..index.vectors import Vectors
from ..language import later, tr
from ..model.attention import AttentionMode
from ..model.augment import Pixels, add_noise, change_contrast, crop, rotate, scale
from ..model.embedder import Embedder
from ..model.preprocess import preprocess
from ..progress import Progress, silent
from .metrics import precision_at

BATCH = 16

Embed = Callable[[Sequence[Pixels]], NDArray[np.float32]]
"""Pictures, each (H, W, 3), to their embeddings, (B, D) of unit length."""

Apply = Callable[[Pixels, float, np.random.Generator], Pixels]
"""A picture (H, W, 3), a strength and a source of chance to the changed picture."""


@dataclass(frozen=True, slots=True)
class QueryChange:
    """One way to change a picture."""

    key: str
    unit: str  # of the strengths
    strengths: tuple[float, ...]
    apply: Apply


def brighten(pixels: Pixels, factor: float) -> Pixels:
    """Multiply every value; what would be above white is white."""
    brighter: Pixels = np.clip(np.rint(pixels * factor), 0, 255).astype(np.uint8)
    return brighter


def stretch_contrast(pixels: Pixels, factor: float) -> Pixels:
    """Stretch (factor > 1) or flatten all colour channels alike, each about its mean."""
    return change_contrast(pixels, (factor, factor, factor))


def blur(pixels: Pixels, radius: float) -> Pixels:
    """Blur by a Gaussian whose standard deviation is ``radius`` pixels."""
    return np.array(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(radius)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Alteration:
    """What is done to one picture, all at once; by default nothing."""

    scale: float = 1.0  # factor, about the centre
    rotate: float = 0.0  # degrees, counter-clockwise
    crop: float = 1.0  # share of each side that is kept, about the centre
    brightness: float = 1.0  # factor
    contrast: float = 1.0  # factor
    blur: float = 0.0  # pixels, standard deviation
    noise: float = 0.0  # grey levels, standard deviation


_IN_ORDER: Mapping[str, Callable[[Pixels, float], Pixels]] = {
    "scale": scale,
    "rotate": rotate,
    "crop": lambda pixels, kept: crop(pixels, kept, 0.5, 0.5),
    "brightness": brighten,
    "contrast": stretch_contrast,
    "blur": blur,
    # The same grain each time, so that twice the strength is the same noise, doubled.
    "noise": lambda pixels, deviation: add_noise(pixels, deviation, np.random.default_rng(0)),
}


def alter(pixels: Pixels, by: Alteration) -> Pixels:
    """Change a picture, (H, W, 3); always the same way for the same strengths.

    What is at its default isn't done, so an alteration that says nothing returns the picture.
    """
    for name, apply in _IN_ORDER.items():
        strength: float = getattr(by, name)
        if strength != getattr(Alteration(), name):
            pixels = apply(pixels, strength)
    return pixels


def _leave(pixels: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    return pixels


def _turn(pixels: Pixels, degrees: float, rng: np.random.Generator) -> Pixels:
    """Turn to the left or to the right, as chance has it."""
    return rotate(pixels, float(rng.choice((-degrees, degrees))))


def _cut(pixels: Pixels, kept: float, rng: np.random.Generator) -> Pixels:
    """Cut out a window anywhere."""
    return crop(pixels, kept, rng.random(), rng.random())


def _scale(pixels: Pixels, factor: float, rng: np.random.Generator) -> Pixels:
    return scale(pixels, factor)


def _brighten(pixels: Pixels, factor: float, rng: np.random.Generator) -> Pixels:
    return brighten(pixels, factor)


CHANGES = (
    QueryChange("none", "", (0.0,), _leave),
    QueryChange(later("rotation"), "°", (5.0, 15.0, 30.0, 45.0, 90.0), _turn),  # to either side
    QueryChange(later("cropping"), later("of each side"), (0.9, 0.75, 0.6, 0.5), _cut),
    QueryChange(later("scaling"), "×", (0.5, 0.75, 1.25, 1.5), _scale),
    QueryChange(later("brightness"), "×", (0.5, 0.75, 1.25, 1.5), _brighten),
    QueryChange(later("noise"), later("grey levels"), (8.0, 16.0, 32.0, 64.0), add_noise),
)


def changed(
    pixels: Pixels, change: QueryChange, strength: float, *, seed: int, image: int
) -> Pixels:
    """Change a picture: always the same way for the same seed and image.

    Every strength sees the same chance, so 32 grey levels are the noise of 16, doubled.

    Args:
        pixels: (H, W, 3), left as they are.
        change: one of ``CHANGES``.
        strength: in the change's unit.
        seed: of side, window and noise.
        image: number of the picture.
    """
    return change.apply(pixels, strength, np.random.default_rng([seed, image]))


def embed_with(embedder: Embedder, attention: AttentionMode = "both") -> Embed:
    """Return what a checkpoint makes of pictures in one attention mode."""
    mode = embedder.modes.index(attention)

    def embed(pictures: Sequence[Pixels]) -> NDArray[np.float32]:
        tensors = [preprocess(picture, embedder.preprocess) for picture in pictures]
        embeddings: NDArray[np.float32] = embedder.embed(tensors)[:, mode]  # (B, D)
        return embeddings

    return embed


def measure_robustness(
    embed: Embed,
    queries: Sequence[Pixels],
    query_labels: ArrayLike,
    gallery_embeddings: ArrayLike,
    gallery_labels: ArrayLike,
    *,
    k: int = 8,
    seed: int = 0,
    changes: Sequence[QueryChange] = CHANGES,
    progress: Progress = silent,
) -> list[dict[str, Any]]:
    """Search with every query in every change and strength.

    Args:
        embed: the system that is judged.
        queries: Q pictures that are not in the gallery, each (H, W, 3).
        query_labels: (Q,).
        gallery_embeddings: (N, D) of unit length, by the same system, nothing changed.
        gallery_labels: (N,).
        k: how many hits count.
        seed: of all chance.
        changes: what is done to the queries.
        progress: told after each query.

    Returns:
        For each change and strength: ``change``, ``strength``, ``unit``, and over the queries
        the means ``precision_at_8`` and ``kept_of_top_8`` (of whatever ``k`` is).

    Raises:
        SettingError: no query, labels that don't fit, or not embeddings of one size.
    """
    asked, known = np.asarray(query_labels), np.asarray(gallery_labels)
    gallery = Vectors.from_matrix(gallery_embeddings)
    _check_labels(len(queries), asked, "queries")
    _check_labels(len(gallery), known, "gallery images")
    plain = [hits.ids for hits in _top(embed, iter(queries), gallery, k)]
    total, done = len(queries) * sum(len(change.strengths) for change in changes), 0
    rows = []
    for change in changes:
        for strength in change.strengths:
            pictures = (
                changed(pixels, change, strength, seed=seed, image=image)
                for image, pixels in enumerate(queries)
            )
            precision, kept = [], []
            for query, hits in enumerate(_top(embed, pictures, gallery, k)):
                precision.append(precision_at(known[hits.ids] == asked[query], k))
                kept.append(neighbour_recall(hits.ids, plain[query]))
                done += 1
                progress(done, total, "Changed queries")
            rows.append(
                {
                    "change": change.key,
                    "strength": strength,
                    "unit": change.unit,
                    f"precision_at_{k}": float(np.mean(precision)),
                    f"kept_of_top_{k}": float(np.mean(kept)),
                }
            )
    return rows


def _top(embed: Embed, pictures: Iterator[Pixels], gallery: Vectors, k: int) -> Iterator[Hits]:
    """Scan for each picture, embedding some at a time."""
    while batch := list(islice(pictures, BATCH)):
        for embedding in embed(batch):
            yield exact_scan(embedding, gallery, k=k)


def _check_labels(n_images: int, labels: NDArray[Any], what: str) -> None:
    if labels.shape != (n_images,) or not n_images:
        raise SettingError(
            tr(
                "Labels of shape {shape} came with {n_images} {what}; give one label for "
                "each, and at least one.",
                shape=labels.shape,
                n_images=n_images,
                what=what,
            )
        )
