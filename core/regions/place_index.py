"""Search the places of a gallery's images with a region: by the engine's codes, and by exact scan.

    all n places                   in cells; the engine reads the nearest cells' sketches
    some thousand sketches         then whole codes, then rows: the exact cosine
    some hundred places            the best of each image is its hit
    k images                       each with the place that is most like the region

Neighbouring places of an image look alike, so k images take more places than k: as many are asked
for as hold k images.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engine.codes import CodeIndex, CodeSearch
from ..index.vectors import checked_embedding
from .places import Places
from .region import Grid, Region

PLACES_A_HIT = 8  # that are asked for at first
SETTINGS = CodeSearch(n_cells=48, n_words=4, n_sketch=4_000, n_rerank=400)
_BLOCK = 8_192  # rows that are scanned at once

_Ask = Callable[[int], tuple[NDArray[np.int64], NDArray[np.float32]]]
"""Returns the ids and cosines of so many places, the best first; fewer where there are no more."""


@dataclass(frozen=True, slots=True)
class PlaceHit:
    """One image that has the part, and where."""

    rank: int  # from 1
    image: int  # its id
    place: int  # of H · W, row by row
    similarity: float  # cosine of the place to the region

    def region(self, grid: Grid) -> Region:
        """Return where it lies."""
        return Region.of_place(self.place, grid)


@dataclass(frozen=True, slots=True)
class PlaceHits:
    """What a look-up found, and what it cost."""

    hits: tuple[PlaceHit, ...]
    looked_at: tuple[int, int, int]  # sketches, whole codes and rows that were read
    seconds: float

    @property
    def images(self) -> list[int]:
        """Ids of the images, the best first."""
        return [hit.image for hit in self.hits]


class PlaceIndex:
    """The places of a gallery's images by code.

    Args:
        codes: over the rows of places, by the places' ids.
        grid: of an image's places.
        per_image: how many of them each image has in the index.
    """

    def __init__(self, codes: CodeIndex, grid: Grid, per_image: int) -> None:
        codes.settings = SETTINGS
        self.codes, self.grid, self.per_image = codes, grid, per_image

    @classmethod
    def build(
        cls, places: Places, *, kernels: Any = None, threads: int | None = None
    ) -> "PlaceIndex":
        """Hash places and learn their cells.

        Args:
            places: of a gallery's images.
            kernels: the engine's; ``readable`` to run on NumPy alone.
            threads: None for as many as the machine has cores.
        """
        rows = places.embeddings()
        codes = CodeIndex.build(rows, places.ids, kernels=kernels, threads=threads)
        return cls(codes, places.grid, places.per_image)

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def n_images(self) -> int:
        """Images that have places here."""
        return len(self) // self.per_image

    @property
    def nbytes(self) -> int:
        """Bytes in memory: codes and embeddings."""
        return self.codes.nbytes + int(self.codes.rows.nbytes)

    def find(
        self, embedding: NDArray[np.float32], *, k: int = 10, exclude: Collection[int] = ()
    ) -> PlaceHits:
        """Return the k images that have the most similar places, by the engine's codes.

        Args:
            embedding: (D,) of the region, of unit length.
            k: images.
            exclude: ids of images that are no hits: the region's own.

        Raises:
            SettingError: not an embedding of this gallery.
        """
        start = perf_counter()
        read = np.zeros(3, np.int64)

        def ask(wanted: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
            found = self.codes.query_batch(embedding[np.newaxis], k=wanted)
            read[:] = found.looked_at[0]
            is_there = found.ids[0] >= 0
            return found.ids[0, is_there], found.similarities[0, is_there]

        hits = self._of_images(ask, k, exclude)
        sketches, codes, rows = read.tolist()
        return PlaceHits(hits, (sketches, codes, rows), perf_counter() - start)

    def scan(
        self, embedding: NDArray[np.float32], *, k: int = 10, exclude: Collection[int] = ()
    ) -> PlaceHits:
        """Return what ``find`` should: every place is compared, in NumPy.

        Rows are turned into float32 some at a time, and that is not timed: a scan that is to be
        fast has them so in memory.

        Raises:
            SettingError: not an embedding of this gallery.
        """
        query = checked_embedding(embedding, self.codes.dim)
        rows, ids = self.codes.rows, self.codes.ids
        cosines = np.empty(len(rows), np.float32)
        seconds = 0.0
        for first in range(0, len(rows), _BLOCK):
            block = rows[first : first + _BLOCK].astype(np.float32)
            start = perf_counter()
            np.matmul(block, query, out=cosines[first : first + _BLOCK])
            seconds += perf_counter() - start
        start = perf_counter()

        def ask(wanted: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
            wanted = min(wanted, len(cosines))
            best = np.argpartition(-cosines, wanted - 1)[:wanted]
            best = best[np.lexsort((ids[best], -cosines[best]))]
            return ids[best], cosines[best]

        hits = self._of_images(ask, k, exclude)
        return PlaceHits(hits, (0, 0, len(ids)), seconds + perf_counter() - start)

    def _of_images(self, ask: _Ask, k: int, exclude: Collection[int]) -> tuple[PlaceHit, ...]:
        """Ask for ever more of the best places until they lie in k images, or there are no more."""
        wanted = PLACES_A_HIT * k + self.per_image * len(exclude)
        while True:
            ids, cosines = ask(wanted)
            images, places = np.divmod(ids, self.grid[0] * self.grid[1])
            _, firsts = np.unique(images, return_index=True)  # the best place of each
            firsts.sort()
            firsts = firsts[~np.isin(images[firsts], list(exclude))][:k]
            if len(firsts) == k or len(ids) < wanted or wanted >= len(self):
                break
            wanted *= 2
        return tuple(
            PlaceHit(rank, int(images[at]), int(places[at]), float(cosines[at]))
            for rank, at in enumerate(firsts.tolist(), start=1)
        )
