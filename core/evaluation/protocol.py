"""Who searches whom: ten random queries of each class, all others the gallery (section 4.2).

The gallery is also the training set. Five seeds give five splits; every system gets the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import GalleryError, SettingError
from ..galleries.base import Gallery, GalleryItem, LeftOut
from ..language import tr
from ..methods.base import Pictures

QUERIES_PER_CLASS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """One division of a data set; no image is on both sides."""

    seed: int
    queries: NDArray[np.intp]  # (Q,) ids, ascending
    gallery: NDArray[np.intp]  # (N - Q,) ids, ascending

    @property
    def digest(self) -> str:
        """SHA-256 of both sides, 64 hex digits: equal digests mean equal splits."""
        sides = (self.queries.tolist(), self.gallery.tolist())
        return sha256(repr(sides).encode()).hexdigest()


class Unlabelled:
    """A gallery whose items keep their class to themselves: all that a method gets to see."""

    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery
        self.key = gallery.key
        self.title = gallery.title
        self.digest = gallery.digest
        self.items: Sequence[GalleryItem] = [replace(item, label=None) for item in gallery.items]
        self.left_out: Sequence[LeftOut] = ()

    def read(self, id: int) -> bytes:
        """Return the file of one image, undecoded."""
        return self._gallery.read(id)


def class_numbers(gallery: Gallery) -> NDArray[np.int64]:
    """Number the classes in the order of their names: (N,), one number per image.

    Raises:
        GalleryError: an image has no label.
    """
    labels = [item.label for item in gallery.items]
    if None in labels:
        raise GalleryError(
            tr(
                "{name} of {title} has no label, so nothing "
                "can be judged by it; choose a gallery with one folder per class.",
                name=gallery.items[labels.index(None)].name,
                title=gallery.title,
            )
        )
    return np.unique(np.array(labels), return_inverse=True)[1].astype(np.int64)


def draw_split(labels: ArrayLike, seed: int, per_class: int = QUERIES_PER_CLASS) -> Split:
    """Draw the queries: ``per_class`` images of each class, without replacement.

    Args:
        labels: (N,) one label per image.
        seed: equal seeds give equal splits; 0 or more.
        per_class: queries of each class.

    Raises:
        SettingError: a class that would have no image left in the gallery, no query at all, or
            a negative seed.
    """
    if seed < 0:
        raise SettingError(tr("The seed of a split is {seed}; choose 0 or more.", seed=seed))
    classes, numbers = np.unique(np.asarray(labels), return_inverse=True)
    smallest = int(np.bincount(numbers, minlength=1).min())
    if not 1 <= per_class < smallest:
        raise SettingError(
            tr(
                "{per_class} queries of each class don't leave a gallery: the smallest class has "
                "{smallest} images; choose at least 1 and fewer than the smallest class has.",
                per_class=per_class,
                smallest=smallest,
            )
        )
    rng = np.random.default_rng(seed)
    drawn = [
        rng.choice(np.flatnonzero(numbers == number), per_class, replace=False)
        for number in range(len(classes))
    ]
    queries = np.sort(np.concatenate(drawn))
    return Split(seed, queries, np.setdiff1d(np.arange(len(numbers)), queries))


def both_sides(
    gallery: Gallery, seed: int
) -> tuple[tuple[Pictures, NDArray[np.int64]], tuple[Pictures, NDArray[np.int64]]]:
    """Draw one split: the pictures and class numbers of its gallery, and those of its queries.

    Raises:
        GalleryError: an image has no label.
        SettingError: as ``draw_split``.
    """
    labels = class_numbers(gallery)
    split = draw_split(labels, seed)
    pictures = Pictures(Unlabelled(gallery), np.arange(len(labels)))
    return (
        (pictures.subset(split.gallery), labels[split.gallery]),
        (pictures.subset(split.queries), labels[split.queries]),
    )
