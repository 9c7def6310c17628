"""A promise of recall in the place of K, L and probes (PUFFINN's rule): ``core.index.promise``."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...index.lsh import LSHConfig, LSHIndex
from ...index.promise import Assured, PrefixTables
from ...language import later
from ..data import Matrix
from .base import Ids, OneByOne, Queries, Setting

LONGEST = LSHConfig(n_bits=16, n_tables=24)  # K so long that few share a key, in any gallery


class PromisedRecall(OneByOne):
    """Written to be read, as the lesson shows it: its sums are Python's, and so is its time."""

    name = "LSHIndex, promise"
    grid = (0.3, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99)  # recalls that are promised

    MOST_KEYS = 300_000  # in dictionaries: 100 MB, a few seconds

    def refusal(self, n: int, dim: int) -> str | None:
        """Race where it can be built in seconds."""
        most = self.MOST_KEYS // LONGEST.n_tables
        if n <= most:
            return None
        return later(
            "{n:,} images in {n_tables} of Python's tables would take too long to build; it takes "
            "at most {most:,}.",
            n=n,
            n_tables=LONGEST.n_tables,
            most=most,
        )

    def fit(self, vectors: Matrix, threads: int) -> None:
        """Hash the vectors, and sort each table by key."""
        self._index = LSHIndex.build(vectors, config=LONGEST)
        self._tables = PrefixTables(self._index, self._index.functions.keys(vectors))

    def parameters(self) -> Mapping[str, Any]:
        """K of the longest keys, and L."""
        return {"K": LONGEST.n_bits, "L": LONGEST.n_tables}

    def ladders(self, k: int) -> Sequence[Sequence[Setting]]:
        """From a promise that is soon kept to one that takes nearly all."""
        return [[{"promised": recall} for recall in self.grid]]

    def query(self, query: Queries, k: int, setting: Setting) -> Ids:
        """Read buckets until the promise is kept."""
        return self._asked(query, k, setting).hits.ids

    def candidates(self, query: Queries, k: int, setting: Setting) -> int | None:
        """What it has read when it stops."""
        return self._asked(query, k, setting).steps[-1].n_read

    def _asked(self, query: Queries, k: int, setting: Setting) -> Assured:
        return self._tables.query(query, k=k, recall=setting["promised"])

    def extra_bytes(self) -> int:
        """A key and an id per vector and table, and the hyperplanes."""
        n_keys = len(self._index) * LONGEST.n_tables
        return int(2 * 8 * n_keys + self._index.hyperplanes.normals.nbytes)
