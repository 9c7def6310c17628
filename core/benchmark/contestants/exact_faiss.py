"""The exact scan of faiss."""

from ..data import Matrix
from .base import Queries, Setting
from .faiss_index import FaissIndex


class ExactFaiss(FaissIndex):
    """faiss IndexFlatIP."""

    name = "exact scan, faiss"

    def __init__(self) -> None:
        super().__init__()

    def fit(self, vectors: Matrix, threads: int) -> None:
        """Copy the vectors."""
        self._index = self._faiss.IndexFlatIP(vectors.shape[1])
        self._add(vectors)

    def candidates(self, query: Queries, k: int, setting: Setting) -> int | None:
        """All of them."""
        return int(self._index.ntotal)

    def extra_bytes(self) -> int:
        """None: the vectors are all there is."""
        return 0
