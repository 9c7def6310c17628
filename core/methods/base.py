"""What a retrieval method is: two verbs, ``fit`` and ``rank``.

A method sees ``Pictures`` and nothing else of a data set: the gallery with its labels when it
is fitted, the queries without theirs when it ranks. So a query can't be trained on by mistake.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..galleries.base import Gallery
from ..images import decode
from ..language import tr
from ..progress import Progress, silent

T = TypeVar("T")
Pixels = NDArray[np.uint8]  # (H, W, 3) RGB

User = Callable[[int, NDArray[np.intp]], NDArray[np.bool_]]
"""Someone who answers: (row of the query, rows of gallery images) -> which are relevant, (n,)."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """Some images of a gallery, in a fixed order: ``row`` counts them from 0.

    Attributes:
        gallery: where they are read from.
        ids: (n,) their ids in the gallery.
        computed: what ``compute`` has found for single images; subsets of one gallery share it.
    """

    gallery: Gallery
    ids: NDArray[np.intp]
    computed: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.ids)

    def subset(self, ids: NDArray[np.intp]) -> "Pictures":
        """Return other images of the same gallery, with the same memory of what was computed."""
        return Pictures(self.gallery, ids, self.computed)

    def read(self, row: int) -> bytes:
        """Return the file of one image."""
        return self.gallery.read(int(self.ids[row]))

    def pixels(self, row: int) -> Pixels:
        """Decode one image: (H, W, 3).

        Raises:
            ImageError: it can't be decoded.
        """
        return decode(self.read(row)).pixels

    def compute(
        self, what: Hashable, function: Callable[[Pixels], T], *, progress: Progress = silent
    ) -> list[T]:
        """Apply a function to every image's pixels, each image once in a lifetime.

        Only what depends on one image alone may be computed here: it is shared between
        gallery and queries.

        Args:
            what: names the function with its settings.
            function: of the pixels (H, W, 3).
            progress: told after each image.
        """
        values = []
        for row, id in enumerate(self.ids.tolist()):
            if (what, id) not in self.computed:
                self.computed[what, id] = function(self.pixels(row))
                progress(
                    row + 1, len(self), tr("{what} of {title}", what=what, title=self.gallery.title)
                )
            values.append(self.computed[what, id])
        return values


class Method(Protocol):
    """One system of the paper's tables."""

    @property
    def key(self) -> str:
        """Name in result files, such as ``sift``."""

    @property
    def title(self) -> str:
        """Name for people, such as ``SIFT + k-means``."""

    def settings(self) -> dict[str, Any]:
        """Return every setting as plain values, for the result file."""

    def fit(
        self, gallery: Pictures, labels: NDArray[np.int64], *, seed: int, progress: Progress
    ) -> None:
        """Learn from the gallery and keep it to be searched.

        Args:
            gallery: N images.
            labels: (N,) class numbers.
            seed: of everything random.
            progress: told now and then.
        """

    def rank(self, queries: Pictures, user: User, *, progress: Progress) -> list[NDArray[np.intp]]:
        """Rank the gallery for each query: rows of the gallery, the best first.

        A method that looks at candidates only leaves the others out. Equal scores go to the
        lower row.

        Args:
            queries: the images searched with.
            user: answers for relevance feedback; a method that needs none never asks.
            progress: told now and then.
        """
