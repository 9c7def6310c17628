"""hnswlib: a graph of near neighbours, walked greedily."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..data import Matrix
from ..judge import blocks
from .base import FLOAT, Contestant, Grid, Ids, Queries, Setting


class Hnsw(Contestant):
    """hnswlib's only index; it doesn't say how many vectors it compares.

    Args:
        n_links: M, links per vector.
        ef_construction: how long the list of nearest so far is while building.
    """

    name = "hnswlib"
    grid = Grid("ef", 10, 1600)  # how long the list of nearest so far is

    def __init__(self, n_links: int = 16, ef_construction: int = 200) -> None:
        import hnswlib  # noqa: PLC0415  optional: a peer

        self._hnswlib = hnswlib
        self._n_links, self._ef_construction = n_links, ef_construction
        self._ef = 0

    def fit(self, vectors: Matrix, threads: int) -> None:
        """Link the vectors one by one."""
        self._shape = n, dim = vectors.shape
        self._index = self._hnswlib.Index(space="ip", dim=dim)
        self._index.init_index(
            max_elements=n, M=self._n_links, ef_construction=self._ef_construction, random_seed=0
        )
        for start, block in blocks(vectors):
            self._index.add_items(block, np.arange(start, start + len(block)), num_threads=threads)

    def parameters(self) -> Mapping[str, Any]:
        """Links per vector, and how long the list is while building."""
        return {"M": self._n_links, "ef_construction": self._ef_construction}

    def ladders(self, k: int) -> Sequence[Sequence[Setting]]:
        """The grid."""
        return [self.grid.settings()]

    def batch(self, queries: Queries, k: int, setting: Setting, threads: int) -> Ids:
        """Walk the graph."""
        if (ef := max(int(setting["ef"]), k)) != self._ef:
            self._index.set_ef(ef)
            self._ef = ef
        ids = self._index.knn_query(queries, k, num_threads=threads)[0]
        return ids.astype(np.int64)  # type: ignore[no-any-return]

    def add(self, ids: Ids, vectors: Queries) -> None:
        """Make room, and link them."""
        self._index.resize_index(int(ids[-1]) + 1)
        self._index.add_items(vectors, ids, num_threads=1)

    def remove(self, ids: Ids) -> None:
        """Mark them; they stay in the graph."""
        for id in ids.tolist():
            self._index.mark_deleted(id)

    def extra_bytes(self) -> int:
        """The links and labels: all but the vectors."""
        n, dim = self._shape
        return int(self._index.index_file_size() - n * dim * FLOAT)
