"""The exact scan: one product with the whole gallery."""

import numpy as np

from ...index.exact import best
from ..data import Matrix
from ..judge import scan
from .base import Contestant, Ids, Queries, Setting, as_float32


class ExactNumPy(Contestant):
    """NumPy's product; everyone is measured against it."""

    name = "exact scan, NumPy"

    def fit(self, vectors: Matrix, threads: int) -> None:
        """Take the vectors as they are, or in float32 where they are float16."""
        self._vectors = as_float32(vectors)
        self._ids = np.arange(len(vectors))

    def query(self, query: Queries, k: int, setting: Setting) -> Ids:
        """Score all, rank the best."""
        return best(self._ids, self._vectors @ query, k)

    def batch(self, queries: Queries, k: int, setting: Setting, threads: int) -> Ids:
        """Score blocks of the gallery against all queries at once."""
        return scan(self._vectors, queries, k)[0]

    def candidates(self, query: Queries, k: int, setting: Setting) -> int | None:
        """All of them."""
        return len(self._vectors)

    def extra_bytes(self) -> int:
        """None: the vectors are all there is."""
        return 0
