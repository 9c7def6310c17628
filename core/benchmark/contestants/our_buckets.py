"""The engine's hash tables: the paper's, with codes between buckets and rerank."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...engine.buckets import BucketIndex, BucketSearch
from ...index.lsh import LSHConfig
from ..data import Matrix
from .engine_index import EngineIndex


class OurBuckets(EngineIndex):
    """``core.engine.buckets``.

    Args:
        config: K, L and the seed; None for what suits the gallery.
        recalls: for which the engine chooses settings; None for the grid.
        kernels: compiled or readable; None for the compiled ones.
    """

    name = "ours: buckets"
    _index: BucketIndex
    _search = BucketSearch

    LARGEST = 2_000_000  # vectors: sixteen tables more of 8 bytes each are 256 MB by then

    def __init__(
        self,
        config: LSHConfig | None = None,
        *,
        recalls: Sequence[float] | None = None,
        kernels: Any = None,
    ) -> None:
        super().__init__(recalls=recalls, kernels=kernels)
        self._config = config

    def refusal(self, n: int, dim: int) -> str | None:
        """Race where the tables take less than the vectors."""
        if n > self.LARGEST:
            return f"Its tables would be large; at most {self.LARGEST:,} vectors are given to it."
        return None

    def fit(self, vectors: Matrix, threads: int) -> None:
        """Hash into tables."""
        self._index = BucketIndex.build(
            vectors, config=self._config, threads=threads, kernels=self._kernels
        )

    def parameters(self) -> Mapping[str, Any]:
        """K and L, and bits of a code."""
        config, n_words = self._index.config, self._index.n_words
        return {"K": config.n_bits, "L": config.n_tables, "bits": 64 * n_words}
