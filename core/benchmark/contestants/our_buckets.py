"""The engine's hash tables: the paper's, with codes between buckets and rerank."""

from collections.abc import Mapping
from typing import Any

from ...engine.buckets import BucketIndex, BucketSearch
from .engine_index import EngineIndex


class OurBuckets(EngineIndex):
    """``core.engine.buckets``."""

    name = "ours: buckets"
    _kind = BucketIndex
    _index: BucketIndex
    _search = BucketSearch

    LARGEST = 2_000_000  # vectors: sixteen tables more of 8 bytes each are 256 MB by then

    def refusal(self, n: int, dim: int) -> str | None:
        """Race where the tables take less than the vectors."""
        if n > self.LARGEST:
            return f"Its tables would be large; at most {self.LARGEST:,} vectors are given to it."
        return None

    def parameters(self) -> Mapping[str, Any]:
        """K and L, and bits of a code."""
        config, n_words = self._index.config, self._index.n_words
        return {"K": config.n_bits, "L": config.n_tables, "bits": 64 * n_words}
