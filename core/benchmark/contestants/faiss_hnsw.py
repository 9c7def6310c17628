"""faiss's graph over vectors of 8 bits a number, which are all that it keeps."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..data import Matrix
from .base import FLOAT, Grid, Setting
from .faiss_index import FaissIndex


class FaissHNSW(FaissIndex):
    """faiss ``HNSW32,SQ8``; nothing is reranked, so its recall ends where 8 bits end.

    Args:
        n_links: M, links per vector.
        ef_construction: how long the list of nearest so far is while building.
    """

    name = "faiss HNSW32,SQ8"
    grid = Grid("efSearch", 10, 1600)  # how long the list of nearest so far is

    def __init__(self, n_links: int = 32, ef_construction: int = 200) -> None:
        super().__init__()
        self._n_links, self._ef_construction = n_links, ef_construction

    def needs(self, n: int, dim: int) -> int:
        """Vectors of a byte a number, and the links."""
        return n * (dim + 2 * self._n_links * 4)

    def fit(self, vectors: Matrix, threads: int) -> None:
        """Learn the range of each number, and link the vectors one by one."""
        faiss, dim = self._faiss, vectors.shape[1]
        factory = f"HNSW{self._n_links},SQ8"
        self._index = faiss.index_factory(dim, factory, faiss.METRIC_INNER_PRODUCT)
        self._index.hnsw.efConstruction = self._ef_construction
        self._learn_and_add(vectors)

    def parameters(self) -> Mapping[str, Any]:
        """Links per vector, and how long the list is while building."""
        return {"M": self._n_links, "ef_construction": self._ef_construction}

    def ladders(self, k: int) -> Sequence[Sequence[Setting]]:
        """The grid."""
        return [self.grid.settings()]

    def _use(self, setting: Setting) -> None:
        if setting is not self._setting:
            self._setting = setting
            self._index.hnsw.efSearch = int(setting["efSearch"])

    def extra_bytes(self) -> int:
        """Twice M links at the lowest level, less than M/16 above; the vectors take a quarter."""
        n, dim = self._index.ntotal, self._index.d
        return max(0, int(n * (2 * self._n_links * 4 + dim) - n * dim * FLOAT))
