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

    def needs(self, n: int, dim: int) -> int:
        """Codes, and a sketch in each of a few tables."""
        return n * 512

    def parameters(self) -> Mapping[str, Any]:
        """K and L, and bits of a code."""
        config, n_words = self._index.config, self._index.n_words
        return {"K": config.n_bits, "L": config.n_tables, "bits": 64 * n_words}
