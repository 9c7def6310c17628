"""SymphonyQG: a graph whose links carry RaBitQ codes, compared many at a time.

Y. Gou, J. Gao, Y. Xu, C. Long, "SymphonyQG: Towards Symphonious Integration of Quantization and
Graph for Approximate Nearest Neighbor Search", SIGMOD 2025.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..data import Matrix
from .base import Contestant, Grid, Ids, Queries, Setting, as_float32


class SymphonyQG(Contestant):
    """``rabitqlib.SymqgIndex``; for unit vectors its Euclidean distance ranks as the cosine does.

    Args:
        n_links: links per vector, a multiple of 32.
        ef_construction: how long the list of nearest so far is while building.
    """

    name = "SymphonyQG"
    builds = ({"n_links": 32}, {"n_links": 64})
    takes_all_at_once = True
    grid = Grid("ef", 10, 1600)  # how long the list of nearest so far is

    def __init__(self, n_links: int = 32, ef_construction: int = 200) -> None:
        import rabitqlib  # noqa: PLC0415  optional: a peer

        self._rabitqlib = rabitqlib
        self._n_links, self._ef_construction = n_links, ef_construction

    def needs(self, n: int, dim: int) -> int:
        """Its copy of the vectors, and a code for each link."""
        return super().needs(n, dim) + n * self._bytes_of_links(dim)

    def fit(self, vectors: Matrix, threads: int) -> None:
        """Link the vectors."""
        self._shape = vectors.shape
        self._index = self._rabitqlib.SymqgIndex(vectors.shape[1], self._n_links, "l2")
        self._index.build(as_float32(vectors), self._ef_construction, threads)

    def parameters(self) -> Mapping[str, Any]:
        """Links per vector, and how long the list is while building."""
        return {"R": self._n_links, "ef_construction": self._ef_construction}

    def ladders(self, k: int) -> Sequence[Sequence[Setting]]:
        """The grid, from k on: the list must hold what is asked for."""
        return [[setting for setting in self.grid.settings() if setting["ef"] >= k]]

    def batch(self, queries: Queries, k: int, setting: Setting, threads: int) -> Ids:
        """Walk the graph."""
        ef = max(k, int(setting["ef"]))
        ids = self._index.search(queries, k, ef, threads)[0]
        return np.asarray(ids).astype(np.int64)

    def _bytes_of_links(self, dim: int) -> int:
        """An id, three factors and a bit for each number, padded to 64 of them."""
        return self._n_links * (4 + 12 + 8 * -(-dim // 64))

    def extra_bytes(self) -> int:
        """The links with their codes."""
        n, dim = self._shape
        return int(n * self._bytes_of_links(dim))
