"""What faiss's cells with short codes share: read cells, compare codes, rerank the best."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from ..data import Matrix
from .base import FLOAT, Grid, Queries, Setting
from .faiss_index import FaissIndex
from .faiss_ivf import cells_for, cells_in_words


class FaissRefined(FaissIndex):
    """An inverted file of codes, made by ``index_factory``, inside IndexRefineFlat."""

    grid = Grid("nprobe", 1, per_doubling=4)  # cells that are read
    k_factors: ClassVar[Mapping[int, Sequence[float]]] = {  # how many times k are reranked, by k
        10: (4, 10, 20, 40),
        100: (1.5, 2.5, 5, 10),
    }

    def __init__(self) -> None:
        super().__init__()

    @abstractmethod
    def code(self, dim: int) -> str:
        """The code of D numbers, in faiss's words."""

    @abstractmethod
    def code_bytes(self, dim: int) -> int:
        """Bytes of one code."""

    def fit(self, vectors: Matrix, threads: int) -> None:
        """Find the cells, learn the codes, encode, and copy the vectors for the reranking."""
        faiss, (n, dim) = self._faiss, vectors.shape
        self._n_cells = cells_for(n)
        self._factory = f"{cells_in_words(n)},{self.code(dim)},RFlat"
        self._index = faiss.index_factory(dim, self._factory, faiss.METRIC_INNER_PRODUCT)
        self._cells: Any = faiss.downcast_index(self._index.base_index)
        self._cells.cp.min_points_per_centroid = 1  # no warning where cells are small
        self._learn_and_add(vectors)

    def parameters(self) -> Mapping[str, Any]:
        """The index in faiss's words."""
        return {"factory": self._factory}

    def ladders(self, k: int) -> Sequence[Sequence[Setting]]:
        """For each number that is reranked, more and more cells."""
        return [
            [{**setting, "k_factor": k_factor} for setting in self.grid.settings(self._n_cells)]
            for k_factor in self.k_factors[min(self.k_factors, key=lambda it: abs(it - k))]
        ]

    def _use(self, setting: Setting) -> None:
        if setting is not self._setting:
            self._setting = setting
            self._cells.nprobe = int(setting["nprobe"])
            self._index.k_factor = setting["k_factor"]

    def candidates(self, query: Queries, k: int, setting: Setting) -> int | None:
        """What is reranked, where the cells hold as many."""
        return min(int(k * setting["k_factor"]), int(self._index.ntotal))

    def extra_bytes(self) -> int:
        """A code and an id per vector, and the centres of the cells."""
        n, dim = self._index.ntotal, self._index.d
        return int(n * (self.code_bytes(dim) + 8) + self._n_cells * dim * FLOAT)
