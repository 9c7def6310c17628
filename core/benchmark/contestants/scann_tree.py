"""ScaNN: cells, codes learnt for inner products, then rerank.

R. Guo et al., "Accelerating Large-Scale Inference with Anisotropic Vector Quantization", ICML 2020.
"""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any, ClassVar

import numpy as np

from ..data import Matrix
from .base import FLOAT, Contestant, Grid, Ids, Queries, Setting, as_float32


class Scann(Contestant):
    """ScaNN's tree with asymmetric hashing, as its guide advises. It doesn't grow here.

    Args:
        dims_per_block: numbers of a vector that share 4 bits.
        threshold: of anisotropic quantization.
    """

    name = "ScaNN"
    takes_all_at_once = True
    grid = Grid("leaves", 1, per_doubling=4)  # cells that are read
    reranked: ClassVar[Mapping[int, Sequence[int]]] = {  # vectors that are reranked, by k
        10: (40, 100, 200, 400),
        100: (150, 250, 500, 1000),
    }

    def __init__(self, dims_per_block: int = 2, threshold: float = 0.2) -> None:
        from scann.scann_ops.py import scann_ops_pybind  # noqa: PLC0415  optional: a peer

        self._builder = scann_ops_pybind.builder
        self._dims_per_block, self._threshold = dims_per_block, threshold
        self._threads = 0

    def fit(self, vectors: Matrix, threads: int) -> None:
        """Find the cells, learn the codes, and encode."""
        self._shape = n, _ = vectors.shape
        self._n_leaves = max(1, round(2 * sqrt(n)))
        self._index = (
            self._builder(as_float32(vectors), 10, "dot_product")
            .set_n_training_threads(threads)
            .tree(num_leaves=self._n_leaves, num_leaves_to_search=self._n_leaves)
            .score_ah(self._dims_per_block, anisotropic_quantization_threshold=self._threshold)
            .reorder(100)
            .build()
        )

    def parameters(self) -> Mapping[str, Any]:
        """Cells, and the codes."""
        return {
            "leaves": self._n_leaves,
            "dims_per_block": self._dims_per_block,
            "threshold": self._threshold,
        }

    def ladders(self, k: int) -> Sequence[Sequence[Setting]]:
        """For each number that is reranked, more and more cells."""
        return [
            [{**setting, "reranked": reranked} for setting in self.grid.settings(self._n_leaves)]
            for reranked in self.reranked[min(self.reranked, key=lambda it: abs(it - k))]
        ]

    def query(self, query: Queries, k: int, setting: Setting) -> Ids:
        """Read cells, compare codes, rerank."""
        reranked = max(k, int(setting["reranked"]))
        ids = self._index.search(query, k, reranked, int(setting["leaves"]))[0]
        return np.asarray(ids).astype(np.int64)

    def batch(self, queries: Queries, k: int, setting: Setting, threads: int) -> Ids:
        """The same for many."""
        if threads != self._threads:  # to set them starts them anew
            self._index.set_num_threads(threads)
            self._threads = threads
        ask = self._index.search_batched if threads == 1 else self._index.search_batched_parallel
        ids = ask(queries, k, max(k, int(setting["reranked"])), int(setting["leaves"]))[0]
        return np.asarray(ids).astype(np.int64)

    def candidates(self, query: Queries, k: int, setting: Setting) -> int | None:
        """What is reranked, where the cells hold as many."""
        return min(max(k, int(setting["reranked"])), int(self._shape[0]))

    def extra_bytes(self) -> int:
        """Half a byte for each block of a vector, an id, and the centres of the cells."""
        n, dim = self._shape
        blocks = -(-dim // self._dims_per_block)
        return int(n * (-(-blocks // 2) + 4) + self._n_leaves * dim * FLOAT)
