"""The paper's hash tables at machine speed.

Each table is one list of all vectors, sorted by key, so that a bucket is a stretch of it; a
directory over the highest bits of the key says where to look. Between the buckets and the rerank
stand the codes of ``base``: the entries of the buckets that are read are compared by their
sketches, the first 256 bits of each code, which lie in the bucket; of the nearest, all bits
estimate the cosine; and only the best of these are reranked.

To compare a sketch takes a nanosecond where it lies beside the last, and to reach another bucket
takes sixty. So few tables of large buckets find as much as many of small ones, in a third of the
time.

``n_rerank=0`` leaves that out, as does ``read``, and is the paper's index (figures 8 and 9) to the
letter: the same hits as ``LSHIndex`` of the same family, size and seed. Otherwise it refines: place
by place its hits are as good as those of ``LSHIndex`` or worse, and how often a neighbour is lost,
``calibration`` measures. (Cosines are sums of floats, in another order here: where two differ
by no more than their seventh digit, they may change places.)
"""

from dataclasses import asdict, dataclass
from itertools import islice
from math import ceil, log2
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..index.exact import Hits
from ..index.families import HashFamily, family_named
from ..index.families.hyperplanes import Hyperplanes, bit_values
from ..index.families.structured import Rotations, StructuredHyperplanes
from ..index.lsh import MAX_PROBES, HashTables, LSHConfig
from ..index.reading import N_STEPS, ReadingRule
from ..index.spread import Spread
from ..index.vectors import Embedding, Scalar, checked_embedding, checked_whole
from ..language import tr
from ..progress import Progress, silent
from . import persistence
from .base import (
    WORD,
    CodedVectors,
    compiled_kernels,
    given_rows,
    in_threads,
    n_threads,
    read_only,
    suited_bits,
)
from .kernels.structures import AT_ONCE, BucketStore, Tables

_MAX_DIRECTORY = 22  # bits: 16 MB per table
_SKETCH_WORDS = 4  # of each entry of a bucket: longer ones would be kept in every table


@dataclass(frozen=True, kw_only=True, slots=True)
class BucketSearch:
    """How far a query goes; a change costs nothing. ``calibration`` chooses these."""

    n_probes: int = 8  # buckets read per table, the query's own included
    n_words: int = 4  # words of 64 bits that make a sketch
    n_sketch: int = 1_000  # entries of buckets that go on by their sketches
    n_rerank: int = 100  # candidates whose cosine is computed; 0 for all, as in the paper

    def __post_init__(self) -> None:
        checked_whole("n_probes", self.n_probes, low=1, high=MAX_PROBES)
        checked_whole("n_words", self.n_words, low=1, high=2**31)
        checked_whole("n_sketch", self.n_sketch, low=1, high=2**31)
        checked_whole("n_rerank", self.n_rerank, low=0, high=2**31)


@dataclass(frozen=True, slots=True, eq=False)
class Read(Hits):
    """Hits, and how many images were read for them."""

    n_candidates: int


class BucketIndex(CodedVectors, HashTables):
    """L hash tables over one set of embeddings. Make one with ``build`` or ``load``."""

    def __init__(
        self,
        config: LSHConfig,
        family: type[HashFamily],
        rows: Any,
        ids: NDArray[np.int64],
        *,
        spread: Spread,
        code_bits: int,
        kernels: Any,
    ) -> None:
        self.kernels = kernels
        super().__init__(rows, ids, code_bits, config.seed)
        self.settings = BucketSearch()
        self.config, self.spread = config, spread
        self.functions = family.draw(
            n_tables=config.n_tables, n_bits=config.n_bits, spread=spread, seed=config.seed
        )
        # Structured hyperplanes are those that the codes come from.
        self._keys_are_in_codes = isinstance(self.functions, StructuredHyperplanes)
        self.tables = Tables(
            members=np.empty((config.n_tables, 0), np.int32),
            sketches=np.empty((_SKETCH_WORDS, 0), np.uint64),
            keys=np.empty((config.n_tables, 0), np.uint32),
            directory=np.empty((config.n_tables, 0), np.int32),
            codes=np.empty((0, self.n_words), np.uint64),
            scales=np.empty((0, 2), np.float32),
            n_bits=config.n_bits,
        )

    @classmethod
    def build(
        cls,
        embeddings: ArrayLike,
        ids: ArrayLike | None = None,
        *,
        config: LSHConfig | None = None,
        family: type[HashFamily] = StructuredHyperplanes,
        threads: int | None = None,
        progress: Progress = silent,
        kernels: Any = None,
    ) -> Self:
        """Hash a gallery into L tables.

        Args:
            embeddings: (N, D), rows of unit length; float32 and float16 are not copied.
            ids: (N,) whole numbers, 0 or more; 0 … N-1 where left out.
            config: K, L and the seed; None for K and L that suit N (``LSHConfig.for_size``).
            family: of the hash functions. The keys of structured hyperplanes are read off the
                codes; with another family every query is hashed once more, in NumPy.
            threads: None for as many as the machine has cores.
            progress: called with how far it is.
            kernels: ``readable`` to run on NumPy alone.

        Raises:
            SettingError: not embeddings, or a number outside its range.
        """
        rows, checked = given_rows(embeddings, ids)
        config = config or LSHConfig.for_size(len(rows))
        words_of_keys = ceil(config.n_tables * config.n_bits / WORD)
        code_bits = max(suited_bits(*rows.shape), WORD * words_of_keys)
        index = cls(
            config,
            family,
            rows,
            checked,
            spread=Spread.of(rows, axes=family.looks_at_axes),
            code_bits=code_bits,
            kernels=kernels or compiled_kernels(),
        )
        threads = threads or n_threads()
        coded = index.graded(rows, 1, threads, progress)
        all_rows = np.arange(len(rows), dtype=np.int32)
        keys = index._keys_of(rows, coded[0])
        index.tables = index._arranged(all_rows, keys, coded, threads, progress)
        return index

    def __len__(self) -> int:
        return int(self.tables.members.shape[1])

    @property
    def tables(self) -> Tables:
        """The buckets."""
        return self._tables

    @tables.setter
    def tables(self, tables: Tables) -> None:
        self._tables = tables
        most_read = self.config.n_tables * min(MAX_PROBES, 2**self.config.n_bits)
        self._search_in(
            BucketStore(self.rotations, self.gallery, tables),
            5 * len(self.rows) + tables.members.size + 8 * most_read + 96,
        )

    @property
    def order(self) -> NDArray[np.int32]:
        """(N,) the rows in use."""
        return np.flatnonzero(self.ids >= 0).astype(np.int32)

    @property
    def nbytes(self) -> int:
        """Bytes beyond the embeddings themselves."""
        arrays = (it for it in self.tables if isinstance(it, np.ndarray))
        return self.ids.nbytes + sum(array.nbytes for array in arrays)

    def search(
        self,
        n_queries: int,
        settings: BucketSearch | None,
        ids: NDArray[np.int64],
        cosines: NDArray[np.float32],
    ) -> int:
        """Search with the first queries on this thread's desk, for k hits each."""
        reach, (desk, bound) = settings or self.settings, self._own_desk()
        probed = self._keys_to_probe(desk.queries[:n_queries], reach.n_probes)
        n: int = self.kernels.search_buckets(bound, n_queries, probed, reach, ids, cosines)
        return n

    def margins_to_tables(self, query: Embedding) -> NDArray[np.float32]:
        """Signed distances (L, K) of a query (D,) to the hyperplanes of the tables.

        Raises:
            SettingError: not an embedding of this gallery.
        """
        if not isinstance(self.functions, Hyperplanes):
            return self.functions.hash(query).margins
        margins: NDArray[np.float32] = self.kernels.dense_margins(
            read_only(checked_embedding(query, self.dim) - self.functions.centre),
            self.functions.normals,
        )
        return margins

    def read(
        self,
        query: Embedding,
        margins: NDArray[np.float32],
        reading: int | ReadingRule,
        *,
        k: int,
        exclude: int | None = None,
    ) -> Read:
        """Return what ``LSHIndex`` of the same functions finds: no codes before the rerank.

        Args:
            query: (D,) of unit length.
            margins: (L, K) of the query (``margins_to_tables``).
            reading: how many probes per table, or the rule that says when they are enough.
            k: how many hits at most.
            exclude: an id that is no hit.

        Raises:
            SettingError: a number outside its range, or not an embedding of this gallery.
        """
        if isinstance(reading, ReadingRule):
            needed, most = reading.needed, MAX_PROBES
        else:
            most = checked_whole("n_probes", reading, low=1, high=MAX_PROBES)
            needed = np.full(N_STEPS, most, np.int32)
        ids, cosines = self.room_for(k)
        desk, bound = self.lay(query, exclude)
        n = self.kernels.read_tables(bound, margins, read_only(needed), most, ids, cosines)
        return Read(ids[:n], cosines[:n], int(desk.looked_at[0, 0]))

    def add(self, ids: ArrayLike, embeddings: ArrayLike) -> None:
        """Add embeddings (n, D) under new ids (n,): all of them, or none after an error.

        All tables are copied once per call, so add many at a time.

        Raises:
            SettingError: an id is there already, or not embeddings of this gallery.
        """
        new_ids, new = self.checked_growth(ids, embeddings)
        codes, scales = self.graded(new, 1)
        new_keys = self._keys_of(new, codes)
        rows = self.store(new)
        coded = (
            _with_rows(self.tables.codes, len(self.rows), rows, codes),
            _with_rows(self.tables.scales, len(self.rows), rows, scales),
        )
        before, keys = self._keys_by_row()
        tables = self._arranged(
            np.concatenate([before, rows]),
            np.concatenate([keys, new_keys]),
            coded,
        )
        self.ids[rows], self.tables = new_ids, tables

    def remove(self, ids: ArrayLike) -> None:
        """Remove these ids (n,): all of them, or none after an error.

        Raises:
            SettingError: an id is not in the gallery, or twice in ``ids``.
        """
        in_use = self.in_use_without(ids)
        rows, keys = self._keys_by_row()
        stays = in_use[rows]
        coded = self.tables.codes, self.tables.scales
        tables = self._arranged(rows[stays], keys[stays], coded)
        self.ids[~in_use], self.tables = -1, tables

    def bucket(self, table: int, key: int) -> NDArray[np.int64]:
        """Ids (n,) in one bucket, ascending; none where nothing has that key.

        Raises:
            SettingError: no such table.
        """
        keys = self.tables.keys[self._checked_table(table)]
        first, last = np.searchsorted(keys, [key, key + 1])
        return np.sort(self.ids[self.tables.members[table, first:last]])

    def save(self, folder: Path) -> None:
        """Write the index and its embeddings into a folder.

        Raises:
            StoreError: it can't be written.
        """
        rows, keys = self._keys_by_row()
        by_row = np.argsort(rows)
        arrays: dict[str, NDArray[Any]] = {
            "codes": self.tables.codes[self.order],
            "scales": self.tables.scales[self.order],
            "keys": keys[by_row],
            **self.spread._asdict(),
        }
        about = {
            "lsh": asdict(self.config),
            "family": self.functions.name,
            "code_bits": WORD * self.n_words,
        }
        persistence.save_index(folder, self, arrays, about)

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
            SettingError: its family is not in ``FAMILIES``.
        """
        saved = persistence.load_index(folder, cls.__name__, mapped=mapped)
        config, code_bits = LSHConfig(**saved.config["lsh"]), saved.config["code_bits"]
        family = family_named(saved.config["family"])
        rows, arrays, kernels = saved.rows, saved.arrays, kernels or compiled_kernels()
        spread = Spread(arrays["centre"], arrays["axes"])
        index = cls(
            config, family, rows, saved.ids, spread=spread, code_bits=code_bits, kernels=kernels
        )
        index.settings = BucketSearch(**saved.settings)
        index.rotations = Rotations(spread.centre, index.rotations.signs)
        all_rows = np.arange(len(rows), dtype=np.int32)
        keys, codes, scales = (arrays[it] for it in ("keys", "codes", "scales"))
        index.tables = index._arranged(all_rows, keys, (codes, scales))
        return index

    def keys_to_probe(
        self, margins: NDArray[np.float32], queries: NDArray[np.float32], n_probes: int
    ) -> NDArray[np.int64]:
        """Keys whose buckets are read, nearest first, -1 where there are no more: (Q, L, P).

        Args:
            margins: (Q, M) of the queries, to all hyperplanes of the codes.
            queries: (Q, D).
            n_probes: P.
        """
        if not self._keys_are_in_codes:
            return self._keys_to_probe(queries, n_probes)
        n_tables, n_bits = self.config.n_tables, self.config.n_bits
        of_tables = np.ascontiguousarray(margins[:, : n_tables * n_bits])
        of_tables = of_tables.reshape(-1, n_tables, n_bits)
        return np.array([self.kernels.probe_keys(each, n_probes) for each in of_tables])

    def _keys_to_probe(self, queries: NDArray[np.float32], n_probes: int) -> NDArray[np.int64]:
        """(Q, L, P), or (0, L, P) where the kernels make the keys themselves, of the codes."""
        n_tables = self.config.n_tables
        if self._keys_are_in_codes:
            return np.empty((0, n_tables, n_probes), np.int64)
        keys = np.full((len(queries), n_tables, n_probes), -1)
        for row, query in enumerate(queries):
            code = self.functions.hash(query)
            for table in range(n_tables):
                nearest = [
                    key for key, _ in islice(self.functions.neighbours(code, table), n_probes)
                ]
                keys[row, table, : len(nearest)] = nearest
        return keys

    def _keys_of(
        self, embeddings: NDArray[np.floating], codes: NDArray[np.uint64]
    ) -> NDArray[np.uint32]:
        """Keys (n, L): of structured hyperplanes they are stretches of the code."""
        if not self._keys_are_in_codes:
            return self.functions.keys(embeddings).astype(np.uint32)
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
        keys, rows = self.tables.keys, self.tables.members
        by_row = np.empty((len(self.rows), len(keys)), np.uint32)
        for table, rows_by_key in enumerate(rows):
            by_row[rows_by_key, table] = keys[table]
        return rows[0], by_row[rows[0]]

    def _arranged(
        self,
        rows: NDArray[np.int32],
        keys: NDArray[np.uint32],
        coded: tuple[NDArray[np.uint64], NDArray[np.float32]],
        threads: int = 1,
        progress: Progress = silent,
    ) -> Tables:
        """Sort rows (n,) by key (n, L), table by table; codes and scales are by row."""
        codes, scales = coded
        n, n_tables, n_bits = len(rows), self.config.n_tables, self.config.n_bits
        bits = min(n_bits, _MAX_DIRECTORY, max(1, ceil(log2(max(n, 2)))))
        ranges = np.arange(2**bits + 1, dtype=np.int64) << (n_bits - bits)
        n_sketch_words = min(_SKETCH_WORDS, self.n_words)
        tables = Tables(
            members=np.empty((n_tables, n), np.int32),
            sketches=np.zeros((n_sketch_words, n_tables * n + AT_ONCE - 1), np.uint64),
            keys=np.empty((n_tables, n), np.uint32),
            directory=np.empty((n_tables, len(ranges)), np.int32),
            codes=codes,
            scales=scales,
            n_bits=n_bits,
        )

        def sort_some(some: slice) -> None:
            for table in range(some.start, some.stop):
                by_key = np.argsort(keys[:, table], kind="stable")
                tables.members[table] = rows[by_key]
                its = slice(table * n, (table + 1) * n)
                tables.sketches[:, its] = codes[rows[by_key], :n_sketch_words].T
                tables.keys[table] = keys[by_key, table]
                tables.directory[table] = np.searchsorted(tables.keys[table], ranges)

        in_threads(
            sort_some, n_tables, threads, progress=progress, what=tr("Filling tables"), block=1
        )
        return tables


def _with_rows(
    of_rows: NDArray[Scalar], n: int, rows: NDArray[np.int32], new: NDArray[Scalar]
) -> NDArray[Scalar]:
    """Return what is kept by row, of n rows now, with what is new at some of them."""
    grown = np.empty((n, of_rows.shape[1]), of_rows.dtype)
    grown[: len(of_rows)] = of_rows
    grown[rows] = new
    return grown
