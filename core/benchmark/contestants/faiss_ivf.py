"""faiss's inverted file: k-means cells, of which a query reads the nearest."""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

import numpy as np

from ..data import Matrix
from .base import FLOAT, Grid, Queries, Setting
from .faiss_index import FaissIndex

GRAPH_FROM = 1_000_000  # vectors, from which a graph finds the nearest cells, as faiss advises


def cells_for(n: int) -> int:
    """How many cells N vectors get: four times the root, as faiss advises."""
    return min(n, round(4 * sqrt(n)))


def cells_in_words(n: int) -> str:
    """The cells for N vectors in faiss's words: ``IVF4000_HNSW32``."""
    return f"IVF{cells_for(n)}{'_HNSW32' if n >= GRAPH_FROM else ''}"


class FaissIVF(FaissIndex):
    """faiss IndexIVFFlat; where the gallery is float16, its cells hold float16 as well."""

    name = "faiss IndexIVFFlat"
    grid = Grid("nprobe", 1)  # cells that are read

    def __init__(self) -> None:
        super().__init__()

    def needs_to_build(self, gallery: Matrix) -> int:
        """A copy of the vectors, float16 or float32 as they are."""
        return gallery.nbytes

    def fit(self, vectors: Matrix, threads: int) -> None:
        """Find the cells by k-means, and put the vectors into them."""
        faiss, (n, dim) = self._faiss, vectors.shape
        self._n_cells = cells_for(n)
        is_half = vectors.dtype != np.float32
        self._factory = f"{cells_in_words(n)},{'SQfp16' if is_half else 'Flat'}"
        self._index = faiss.index_factory(dim, self._factory, faiss.METRIC_INNER_PRODUCT)
        if is_half:
            self._index.by_residual = False  # the vectors themselves, as the gallery has them
        self._index.cp.min_points_per_centroid = 1  # no warning where cells are small
        self._learn_and_add(vectors)

    def parameters(self) -> Mapping[str, Any]:
        """The index in faiss's words."""
        return {"factory": self._factory}

    def ladders(self, k: int) -> Sequence[Sequence[Setting]]:
        """The grid, up to all cells."""
        return [self.grid.settings(self._n_cells)]

    def candidates(self, query: Queries, k: int, setting: Setting) -> int | None:
        """What the cells hold that are read."""
        cells = self._index.quantizer.search(query[np.newaxis], int(setting["nprobe"]))[1][0]
        return int(sum(self._index.invlists.list_size(int(cell)) for cell in cells))

    def extra_bytes(self) -> int:
        """An id per vector, and the centres of the cells."""
        return int(8 * self._index.ntotal + self._n_cells * self._index.d * FLOAT)
