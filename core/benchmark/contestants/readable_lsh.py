"""The index that the lessons show, ``core.index.lsh``, in NumPy and dictionaries."""

import statistics
from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any

import numpy as np

from ...index.lsh import LSHConfig, LSHIndex
from ...language import later
from ..data import Matrix
from .base import Grid, Ids, OneByOne, Queries, Setting

BUCKET_SIZE = 8  # images, on average


class ReadableLSH(OneByOne):
    """Written to be read, and so only for galleries that it can be built for in seconds.

    Args:
        config: K, L and the seed; by default 8 tables, with buckets of about 8 images.
        most_images: in larger galleries it doesn't race.
    """

    name = "LSHIndex, NumPy"
    grid = Grid("n_probes", 1, per_doubling=1)  # buckets of each table that are read

    MOST_BUCKETS = 300_000  # in dictionaries: 100 MB, a few seconds
    MOST_NUMBERS = 30_000_000

    def __init__(self, config: LSHConfig | None = None, *, most_images: int = 100_000) -> None:
        self._config, self._most_images = config, most_images

    def refusal(self, n: int, dim: int) -> str | None:
        """Race where it can be built in seconds."""
        config = self._config or LSHConfig.for_size(n, n_tables=8, bucket_size=BUCKET_SIZE)
        buckets = min(n, 2**config.n_bits) * config.n_tables
        most_images = min(self._most_images, self.MOST_NUMBERS // dim)
        if n <= most_images and buckets <= self.MOST_BUCKETS:
            return None
        return later(
            "{n:,} images of {dim} numbers in up to {n_buckets:,} of Python's buckets would take "
            "too long to build; it takes at most {most:,} of these, in {most_buckets:,} buckets.",
            n=n,
            dim=dim,
            n_buckets=buckets,
            most=most_images,
            most_buckets=self.MOST_BUCKETS,
        )

    def fit(self, vectors: Matrix, threads: int) -> None:
        """Hash the vectors into tables."""
        n, dim = vectors.shape
        self._index = LSHIndex(
            self._config or LSHConfig.for_size(n, n_tables=8, bucket_size=BUCKET_SIZE), dim
        )
        self._index.add(np.arange(n), vectors)

    def parameters(self) -> Mapping[str, Any]:
        """K and L."""
        return {"K": self._index.config.n_bits, "L": self._index.config.n_tables}

    def ladders(self, k: int) -> Sequence[Sequence[Setting]]:
        """The grid, up to all buckets of a table."""
        return [self.grid.settings(min(2**self._index.config.n_bits, 4096))]

    def query(self, query: Queries, k: int, setting: Setting) -> Ids:
        """Hash, probe, rerank."""
        return self._index.query(query, k=k, n_probes=int(setting["n_probes"])).ids

    def add(self, ids: Ids, vectors: Queries) -> None:
        """Hash them into the tables."""
        self._index.add(ids, vectors)

    def remove(self, ids: Ids) -> None:
        """Take them out."""
        self._index.remove(ids)

    def candidates(self, query: Queries, k: int, setting: Setting) -> int | None:
        """What the buckets hold that are read."""
        code = self._index.hash(query)
        return len(self._index.candidates(code, n_probes=int(setting["n_probes"])).ids)

    def hash_seconds(self, queries: Queries) -> float:
        """Median seconds of computing the keys of a query alone."""
        seconds = []
        for query in queries:
            begin = perf_counter()
            self._index.hash(query)
            seconds.append(perf_counter() - begin)
        return statistics.median(seconds)

    def extra_bytes(self) -> int:
        """An id per vector and table, and the hyperplanes; dictionaries come on top."""
        index = self._index
        return int(8 * len(index) * index.config.n_tables + index.hyperplanes.normals.nbytes)
