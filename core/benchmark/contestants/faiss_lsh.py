"""faiss's LSH: a scan of sign codes, whose best are reranked."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..data import Matrix
from .base import FLOAT, Grid, Queries, Setting
from .faiss_index import FaissIndex


class FaissLSH(FaissIndex):
    """faiss IndexLSH, its best reranked by IndexRefineFlat.

    As people use it: a random rotation, and a threshold of 0 for every bit.

    Args:
        n_bits: of a code.
    """

    name = "faiss IndexLSH + RefineFlat"
    grid = Grid("k_factor", 10, parts=10)  # how many times k are reranked; faiss takes fractions

    def __init__(self, n_bits: int = 1024) -> None:
        super().__init__()
        self._n_bits = n_bits

    def fit(self, vectors: Matrix, threads: int) -> None:
        """Encode the vectors, and copy them for the reranking."""
        self._codes = self._faiss.IndexLSH(vectors.shape[1], self._n_bits)
        self._index = self._faiss.IndexRefineFlat(self._codes)
        self._learn_and_add(vectors)

    def parameters(self) -> Mapping[str, Any]:
        """Bits of a code."""
        return {"bits": self._n_bits}

    def ladders(self, k: int) -> Sequence[Sequence[Setting]]:
        """The grid, up to a tenth of the gallery reranked for ten hits."""
        return [self.grid.settings(10 * max(1, min(2048, self._index.ntotal // 100)))]

    def candidates(self, query: Queries, k: int, setting: Setting) -> int | None:
        """What is reranked."""
        return min(int(k * setting["k_factor"]), int(self._index.ntotal))

    def extra_bytes(self) -> int:
        """The codes, and the rotation."""
        n, dim = self._index.ntotal, self._index.d
        return int(n * self._n_bits // 8 + dim * self._n_bits * FLOAT)
