"""PyNNDescent: a graph of near neighbours, improved until it stays; compiled by numba.

W. Dong, C. Moses, K. Li, "Efficient K-Nearest Neighbor Graph Construction for Generic Similarity
Measures", WWW 2011.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..data import Matrix
from .base import Contestant, Grid, Ids, Queries, Setting, as_float32


class PyNNDescent(Contestant):
    """``pynndescent.NNDescent``; it answers on one thread, also many queries at once.

    Args:
        n_links: neighbours of each vector while building.
    """

    name = "PyNNDescent"
    grid = Grid("epsilon", 1, 50, parts=100)  # how much farther than the k-th it still looks

    def __init__(self, n_links: int = 30) -> None:
        import pynndescent  # noqa: PLC0415  optional: a peer

        self._pynndescent = pynndescent
        self._n_links = n_links

    def needs(self, n: int, dim: int) -> int:
        """Its copy of the vectors, links and trees."""
        return super().needs(n, dim) + n * self._n_links * 16

    def warm_up(self, dim: int) -> None:
        """Compile what building and asking need."""
        rows = np.random.default_rng(0).standard_normal((500, dim)).astype(np.float32)
        self.fit(rows / np.linalg.norm(rows, axis=1, keepdims=True), 1)
        self.query(rows[0], 10, {"epsilon": 0.1})

    def fit(self, vectors: Matrix, threads: int) -> None:
        """Find each vector's neighbours among those of its neighbours."""
        self._shape = vectors.shape
        self._index = self._pynndescent.NNDescent(
            as_float32(vectors),
            metric="dot",
            n_neighbors=min(self._n_links, len(vectors) - 1),
            n_jobs=threads,
            random_state=0,
        )
        self._index.prepare()

    def parameters(self) -> Mapping[str, Any]:
        """Neighbours of each vector while building."""
        return {"n_neighbors": self._n_links}

    def ladders(self, k: int) -> Sequence[Sequence[Setting]]:
        """The grid."""
        return [self.grid.settings()]

    def query(self, query: Queries, k: int, setting: Setting) -> Ids:
        """Walk the graph."""
        ids: Ids = self.batch(query[np.newaxis], k, setting, 1)[0]
        return ids

    def batch(self, queries: Queries, k: int, setting: Setting, threads: int) -> Ids:
        """Walk it with one after the other."""
        ids = self._index.query(queries, k=k, epsilon=setting["epsilon"])[0]
        return ids.astype(np.int64)  # type: ignore[no-any-return]

    def extra_bytes(self) -> int:
        """An id per link; the trees that find where to start come on top."""
        return int(self._shape[0] * self._n_links * 4)
