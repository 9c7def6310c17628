"""The paper's hash tables at machine speed: ``lsh``, with the same answers.

Each table is one list of all vectors, sorted by key, so that a bucket is a stretch of it; a
directory over the highest bits of the key says where to look. Between the buckets and the rerank
stand the codes of ``coded``: the entries of the buckets that are read are compared by their
sketches, the last 64 bits of each code, which lie in the bucket; the nearest by all bits; and only
the nearest of these are reranked. ``n_rerank=0`` leaves that out, and is the paper's index (figures
8 and 9) to the letter.
"""

from dataclasses import dataclass
from math import ceil, log2
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import SettingError
from ..index.families.hyperplanes import bit_values, draw_hyperplanes, keys_of
from ..index.lsh import MAX_PROBES, LSHConfig
from ..index.vectors import checked_embeddings, checked_ids, checked_whole
from ..progress import Progress, silent
from . import persistence
from .base import (
    WORD,
    CodedVectors,
    compiled_kernels,
    given_rows,
    in_threads,
    n_threads,
    suited_bits,
)

Family = Literal["structured", "gaussian"]

_MAX_DIRECTORY = 22  # bits: 16 MB per table


@dataclass(frozen=True, kw_only=True, slots=True)
class BucketSearch:
    """How far a query goes; a change costs nothing. ``calibration`` chooses these."""

    n_probes: int = 8  # buckets read per table, the query's own included
    n_sketch: int = 400  # entries of buckets that go on by their sketches
    n_rerank: int = 100  # candidates whose cosine is computed; 0 for all, as in the paper

    def __post_init__(self) -> None:
        checked_whole("n_probes", self.n_probes, low=1, high=MAX_PROBES)
        checked_whole("n_sketch", self.n_sketch, low=1, high=2**31)
        checked_whole("n_rerank", self.n_rerank, low=0, high=2**31)


class BucketIndex(CodedVectors):
    """L hash tables over one set of embeddings. Make one with ``build`` or ``load``."""

    def __init__(
        self,
        config: LSHConfig,
        family: Family,
        rows: Any,
        ids: NDArray[np.int64],
        *,
        code_bits: int,
        kernels: Any,
    ) -> None:
        if family not in ("structured", "gaussian"):
            raise SettingError(f"There are no {family} hyperplanes: take structured or gaussian.")
        self.kernels = kernels
        self.config = config
        self.family = family
        self.settings = BucketSearch()
        super().__init__(rows, ids, code_bits, config.seed)
        self.gaussian = (
            draw_hyperplanes(
                n_tables=config.n_tables, n_bits=config.n_bits, dim=self.dim, seed=config.seed
            )
            if family == "gaussian"
            else None
        )
        self._no_margins = np.empty((0, config.n_tables, config.n_bits), np.float32)
        self.codes = np.empty((0, self.n_words), np.uint64)  # (≥ N, W) by row
        # (L, N, 2) rows by key, and their sketches
        self.tables = np.empty((config.n_tables, 0, 2), np.uint64)
        self.keys = np.empty((config.n_tables, 0), np.uint32)  # (L, N) their keys, ascending
        self.directory = np.empty((config.n_tables, 0), np.int32)  # where each range begins

    @classmethod
    def build(
        cls,
        embeddings: ArrayLike,
        ids: ArrayLike | None = None,
        *,
        config: LSHConfig | None = None,
        family: Family = "structured",
        threads: int | None = None,
        progress: Progress = silent,
        kernels: Any = None,
    ) -> Self:
        """Hash a gallery into L tables.

        Args:
            embeddings: (N, D), rows of unit length, float32 or float16; not copied.
            ids: (N,) whole numbers, 0 or more; 0 … N-1 where left out.
            config: K, L and the seed; None for K and L that suit N (``suited``).
            family: structured hyperplanes through the gallery's mean, or the Gaussian ones
                through the origin that ``LSHIndex`` has.
            threads: None for as many as the machine has cores.
            progress: called with how far it is.
            kernels: ``readable`` to run on NumPy alone.

        Raises:
            SettingError: not embeddings, or a number outside its range.
        """
        rows, checked = given_rows(embeddings, ids)
        config = config or suited(len(rows))
        words_of_keys = ceil(config.n_tables * config.n_bits / WORD)
        code_bits = max(suited_bits(*rows.shape), WORD * words_of_keys)
        index = cls(
            config,
            family,
            rows,
            checked,
            code_bits=code_bits,
            kernels=kernels or compiled_kernels(),
        )
        threads = threads or n_threads()
        index.codes = index.codes_of(rows, threads, progress)
        all_rows = np.arange(len(rows), dtype=np.int32)
        keys = index._keys_of(rows, index.codes)
        index._arrange(all_rows, keys, threads, progress)
        return index

    def __len__(self) -> int:
        return self.tables.shape[1]

    @property
    def order(self) -> NDArray[np.int32]:
        """(N,) the rows in use."""
        return np.flatnonzero(self.ids >= 0).astype(np.int32)

    @property
    def nbytes(self) -> int:
        """Bytes beyond the embeddings themselves."""
        arrays = (self.ids, self.codes, self.tables, self.keys, self.directory)
        return sum(array.nbytes for array in arrays)

    def answers(
        self,
        queries: NDArray[np.float32],
        exclude: NDArray[np.int64],
        k: int,
        settings: BucketSearch | None,
    ) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.int64]]:
        """Search with queries (Q, D) that have been checked, in the caller's thread."""
        chosen = settings or self.settings
        found: tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.int64]] = (
            self.kernels.search_buckets(
                queries,
                self.hyperplanes.centre,
                self.hyperplanes.signs,
                self._gaussian_margins(queries),
                exclude,
                self.rows_to_read,
                self.ids,
                self.codes,
                self.tables,
                self.keys,
                self.directory,
                chosen.n_probes,
                max(chosen.n_sketch, k),
                max(chosen.n_rerank, k) if chosen.n_rerank else 0,
                k,
                self.workspace(5 * len(self.codes) + 16),
            )
        )
        return found

    def add(self, ids: ArrayLike, embeddings: ArrayLike) -> None:
        """Add embeddings (n, D) under new ids (n,): all of them, or none after an error.

        All tables are copied once per call, so add many at a time.

        Raises:
            SettingError: an id is there already, or not embeddings of this gallery.
        """
        new = checked_embeddings(embeddings, self.dim)
        rows = self.take_rows(checked_ids(ids, distinct=True), new).astype(np.int32)
        codes = self.codes_of(new)
        if len(self.rows) > len(self.codes):
            more = np.empty((len(self.rows) - len(self.codes), self.n_words), np.uint64)
            self.codes = np.concatenate([self.codes, more])
        self.codes[rows] = codes
        before, keys = self._keys_by_row()
        self._arrange(
            np.concatenate([before, rows]), np.concatenate([keys, self._keys_of(new, codes)])
        )

    def remove(self, ids: ArrayLike) -> None:
        """Remove these ids (n,): all of them, or none after an error.

        Raises:
            SettingError: an id is not in the gallery, or twice in ``ids``.
        """
        gone = self.free_rows(ids)
        rows, keys = self._keys_by_row()
        stays = ~gone[rows]
        self._arrange(rows[stays], keys[stays])

    def save(self, folder: Path) -> None:
        """Write the index and its embeddings into a folder.

        Raises:
            StoreError: it can't be written.
        """
        rows, keys = self._keys_by_row()
        by_row = np.argsort(rows)
        arrays: dict[str, NDArray[Any]] = {
            "codes": self.codes[self.order],
            "keys": keys[by_row],
            "centre": self.hyperplanes.centre,
        }
        config = self.config
        about = {
            "lsh": {"n_bits": config.n_bits, "n_tables": config.n_tables, "seed": config.seed},
            "family": self.family,
            "code_bits": WORD * self.n_words,
        }
        persistence.write(folder, self, arrays, about)

    @classmethod
    def load(cls, folder: Path, *, mapped: bool = True, kernels: Any = None) -> Self:
        """Read an index that ``save`` wrote.

        Args:
            folder: where it lies.
            mapped: leave the embeddings in their file, from which the few that a query reranks
                are read; nothing can be added then.
            kernels: ``readable`` to run on NumPy alone.

        Raises:
            StoreError: there is none, or it is damaged.
        """
        rows, ids, arrays, about = persistence.read(folder, cls.__name__, mapped=mapped)
        config, family, code_bits = LSHConfig(**about["lsh"]), about["family"], about["code_bits"]
        index = cls(
            config, family, rows, ids, code_bits=code_bits, kernels=kernels or compiled_kernels()
        )
        index.hyperplanes = index.hyperplanes.through(arrays["centre"])
        index.codes = arrays["codes"]
        index._arrange(np.arange(len(rows), dtype=np.int32), arrays["keys"])
        return index

    def _gaussian_margins(self, queries: NDArray[np.float32]) -> NDArray[np.float32]:
        """Margins to the hyperplanes of the tables: (Q, L, K), or (0, L, K) if not Gaussian."""
        if self.gaussian is None:
            return self._no_margins
        margins: NDArray[np.float32] = np.vecdot(self.gaussian, queries[:, np.newaxis, np.newaxis])
        return margins

    def key_margins(self, queries: NDArray[np.float32]) -> NDArray[np.float32]:
        """Margins whose signs are the keys of queries (Q, D): (Q, L, K)."""
        if self.gaussian is not None:
            return self._gaussian_margins(queries)
        n_tables, n_bits = self.config.n_tables, self.config.n_bits
        return self.margins(queries)[:, : n_tables * n_bits].reshape(-1, n_tables, n_bits)

    def _keys_of(
        self, embeddings: NDArray[np.floating], codes: NDArray[np.uint64]
    ) -> NDArray[np.uint32]:
        """Keys (n, L): of structured hyperplanes they are stretches of the code."""
        if self.gaussian is not None:
            return keys_of(embeddings, self.gaussian).astype(np.uint32)
        n_tables, n_bits = self.config.n_tables, self.config.n_bits
        keys = np.empty((len(codes), n_tables), np.uint32)
        values = bit_values(n_bits)
        for table in range(n_tables):
            bits = np.arange(table * n_bits, (table + 1) * n_bits)
            words = codes[:, bits // 64] >> (bits % 64).astype(np.uint64)
            keys[:, table] = (words & np.uint64(1)).astype(np.int64) @ values
        return keys

    def _keys_by_row(self) -> tuple[NDArray[np.int32], NDArray[np.uint32]]:
        """All rows in use, in the order of the first table, and their keys (N, L)."""
        by_row = np.empty((len(self.rows), len(self.tables)), np.uint32)
        rows = self.tables[:, :, 0].astype(np.int32)
        for table, rows_by_key in enumerate(rows):
            by_row[rows_by_key, table] = self.keys[table]
        return rows[0], by_row[rows[0]]

    def _arrange(
        self,
        rows: NDArray[np.int32],
        keys: NDArray[np.uint32],
        threads: int = 1,
        progress: Progress = silent,
    ) -> None:
        """Sort rows by key (n, L), table by table."""
        n_tables, n_bits = self.config.n_tables, self.config.n_bits
        self.tables = np.empty((n_tables, len(rows), 2), np.uint64)
        self.keys = np.empty((n_tables, len(rows)), np.uint32)
        bits = min(n_bits, _MAX_DIRECTORY, max(1, ceil(log2(max(len(rows), 2)))))
        ranges = np.arange(2**bits + 1, dtype=np.int64) << (n_bits - bits)
        self.directory = np.empty((n_tables, len(ranges)), np.int32)

        def sort_some(some: slice) -> None:
            for table in range(some.start, some.stop):
                by_key = np.argsort(keys[:, table], kind="stable")
                self.tables[table, :, 0] = rows[by_key]
                self.tables[table, :, 1] = self.codes[rows[by_key], -1]
                self.keys[table] = keys[by_key, table]
                self.directory[table] = np.searchsorted(self.keys[table], ranges)

        in_threads(sort_some, n_tables, threads, progress=progress, what="Filling tables", block=1)


def suited(n: int, seed: int = 0) -> LSHConfig:
    """K and L for a gallery of n vectors: buckets of about six, in 24 tables.

    Half as many or twice as many in a bucket take about as long, and find as much.
    """
    return LSHConfig(n_bits=max(4, round(log2(max(n, 2)) - 2.6)), n_tables=24, seed=seed)
