"""Intel's Scalable Vector Search: the Vamana graph of DiskANN.

Its compressed forms, LVQ and LeanVec, end the whole process on other makers' processors, and a
race can't lose its other contestants to that. So only the uncompressed graph is raced.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..data import Matrix
from .base import Contestant, Grid, Ids, Queries, Setting, as_float32


class SvsVamana(Contestant):
    """``svs.Vamana`` over float32.

    Args:
        n_links: links per vector.
        window: how long the list of nearest so far is while building.
    """

    name = "SVS Vamana"
    takes_all_at_once = True
    grid = Grid("window", 10, 1600)  # how long the list of nearest so far is

    ALPHA = 0.95  # how readily a link is dropped: its authors' value for inner products

    def __init__(self, n_links: int = 64, window: int = 128) -> None:
        import svs  # noqa: PLC0415  optional: a peer

        self._svs = svs
        self._n_links, self._window = n_links, window

    def needs(self, n: int, dim: int) -> int:
        """Its copy of the vectors, and the links."""
        return super().needs(n, dim) + n * self._n_links * 4

    def fit(self, vectors: Matrix, threads: int) -> None:
        """Link the vectors."""
        self._shape = vectors.shape
        parameters = self._svs.VamanaBuildParameters(
            graph_max_degree=self._n_links, window_size=self._window, alpha=self.ALPHA
        )
        self._index = self._svs.Vamana.build(
            parameters, as_float32(vectors), self._svs.DistanceType.MIP, num_threads=threads
        )
        self._use({"window": 10}, 1)

    def parameters(self) -> Mapping[str, Any]:
        """Links per vector, and how long the list is while building."""
        return {"R": self._n_links, "window": self._window}

    def ladders(self, k: int) -> Sequence[Sequence[Setting]]:
        """The grid, from k on: the list must hold what is asked for."""
        return [[setting for setting in self.grid.settings() if setting["window"] >= k]]

    def batch(self, queries: Queries, k: int, setting: Setting, threads: int) -> Ids:
        """Walk the graph."""
        if self._used != (setting, threads):
            self._use(setting, threads)
        return self._index.search(queries, k)[0].astype(np.int64)  # type: ignore[no-any-return]

    def _use(self, setting: Setting, threads: int) -> None:
        """Set the index up: to change its threads starts them anew."""
        self._index.search_window_size = int(setting["window"])
        if self._index.num_threads != threads:
            self._index.num_threads = threads
        self._used = (setting, threads)

    def extra_bytes(self) -> int:
        """The links, and how many each has."""
        n, _ = self._shape
        return int(n * (self._n_links + 1) * 4)
