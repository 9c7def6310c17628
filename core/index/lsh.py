"""Hash tables over random hyperplanes: build (figure 8), look up (figure 9), probe more.

Each of L tables maps a key of K bits to a bucket of gallery ids. A query reads its own
bucket in every table; what it finds there, each id counted once, are its candidates, and
only they are reranked by cosine.

With ``n_probes > 1`` it also reads the buckets next door, nearest first, an idea of Lv,
Josephson, Wang, Charikar and Li, "Multi-Probe LSH" (VLDB 2007).
"""

from array import array
from bisect import insort
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from math import log2
from pathlib import Path
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import SettingError
from ..language import later, tr
from . import persistence
from .exact import Hits, HitsBatch, query_each, rerank
from .families import HashFamily, family_named
from .families.hyperplanes import MAX_BITS, MAX_TABLES, HashCode, Hyperplanes
from .spread import Spread
from .vectors import Embedding, Vectors, as_matrix, checked_whole, unit_vector

Bucket: TypeAlias = "array[int]"  # 8 bytes per id, and NumPy copies it without a loop

MAX_PROBES = 4_096  # per table; long before that, the exact scan is faster


@dataclass(frozen=True, kw_only=True, slots=True)
class LSHConfig:
    """How an index is built; a change means building it again."""

    n_bits: int = 12  # K: more bits, smaller buckets, fewer candidates
    n_tables: int = 8  # L: more tables, more candidates, fewer neighbours missed
    seed: int = 0  # of the hyperplanes

    def __post_init__(self) -> None:
        checked_whole("n_bits", self.n_bits, low=1, high=MAX_BITS)
        checked_whole("n_tables", self.n_tables, low=1, high=MAX_TABLES)
        checked_whole("seed", self.seed, low=0, high=2**63 - 1)

    @classmethod
    def for_size(
        cls, n: int, *, n_tables: int = 3, bucket_size: float = 300, seed: int = 0
    ) -> Self:
        """K for a gallery of n images: as many bits as leave so many of them in a bucket."""
        n_bits = round(log2(max(n, 2) / bucket_size))
        return cls(n_bits=min(max(4, n_bits), MAX_BITS), n_tables=n_tables, seed=seed)


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """One bucket that was read; it may have been empty."""

    table: int  # 0 … L-1
    key: int
    flipped: tuple[int, ...]  # the bits that differ from the query's key; () is its own bucket
    cost: float  # sum of their squared margins
    ids: NDArray[np.int64]  # (n,) what the bucket holds, ascending


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """What the probed buckets hold."""

    ids: NDArray[np.int64]  # (n,) ascending, each id once
    found_by: NDArray[np.bool_]  # (n, L) which tables found it
    probes: tuple[Probe, ...]  # table by table, the query's own bucket first

    @property
    def n_probes(self) -> int:
        """How many buckets were read in each table."""
        n_tables: int = self.found_by.shape[1]
        return len(self.probes) // n_tables


class HashTables:
    """What indexes with L hash tables share: from a query's code to its candidates."""

    config: LSHConfig
    functions: HashFamily

    def hash(self, embedding: Embedding) -> HashCode:
        """Hash one embedding (D,) with the functions of this index.

        Raises:
            SettingError: not an embedding of D numbers and unit length.
        """
        return self.functions.hash(embedding)

    def candidates(self, code: HashCode, *, n_probes: int = 1) -> Candidates:
        """Read ``n_probes`` buckets per table, the query's own first, then the nearest.

        Raises:
            SettingError: ``n_probes`` is outside 1 … 4,096, or the code is of another index.
        """
        checked_whole("n_probes", n_probes, low=1, high=MAX_PROBES)
        expected = (self.config.n_tables, self.config.n_bits)
        if code.bits.shape != expected:
            raise SettingError(
                tr(
                    "A hash code of (tables, bits) {shape} does not fit an index of "
                    "{expected}; hash the embedding with this index.",
                    shape=code.bits.shape,
                    expected=expected,
                )
            )
        tables = [self.probes(table, code) for table in range(self.config.n_tables)]
        return self.gathered([list(islice(table, n_probes)) for table in tables])

    def gathered(self, by_table: Sequence[Sequence[Probe]]) -> Candidates:
        """Put together what has been read in each table: as many buckets in one as in another."""
        probes = tuple(probe for probes in by_table for probe in probes)
        found = np.concatenate([probe.ids for probe in probes])
        tables = np.repeat([probe.table for probe in probes], [len(probe.ids) for probe in probes])
        ids, position = np.unique(found, return_inverse=True)
        found_by = np.zeros((len(ids), self.config.n_tables), dtype=np.bool_)
        found_by[position, tables] = True
        return Candidates(ids=ids, found_by=found_by, probes=probes)

    def bucket(self, table: int, key: int) -> NDArray[np.int64]:
        """Ids (n,) in one bucket, ascending; none where nothing has that key.

        Raises:
            SettingError: no such table.
        """
        raise NotImplementedError

    def probes(self, table: int, code: HashCode) -> Iterator[Probe]:
        """Read all buckets of one table, one by one, from the query's own to the farthest."""
        own, n_bits = int(code.keys[table]), self.config.n_bits
        for key, cost in self.functions.neighbours(code, table):
            flipped = _bits_in(key ^ own, n_bits)
            yield Probe(table, key, flipped, cost, self.bucket(table, key))

    def _checked_table(self, table: int) -> int:
        return checked_whole(later("The table"), table, low=0, high=self.config.n_tables - 1)


class LSHIndex(HashTables):
    """L hash tables over one set of embeddings."""

    def __init__(
        self,
        config: LSHConfig,
        dim: int,
        *,
        family: type[HashFamily] = Hyperplanes,
        spread: Spread | None = None,
    ) -> None:
        self.config = config
        self.vectors = Vectors(dim)
        self.spread = spread or Spread.nowhere(dim)
        self._family = family
        self.functions = self.draw(config.n_tables)
        self._tables: list[dict[int, Bucket]] = [{} for _ in range(config.n_tables)]

    @classmethod
    def build(
        cls,
        embeddings: ArrayLike,
        ids: ArrayLike | None = None,
        *,
        config: LSHConfig | None = None,
        family: type[HashFamily] = Hyperplanes,
    ) -> Self:
        """Hash a whole gallery into L tables (figure 8), by functions that may look at it.

        Args:
            embeddings: (N, D), rows of unit length.
            ids: (N,) whole numbers, 0 or more; 0 … N-1 where left out.
            config: K, L and the seed.
            family: of the hash functions.

        Raises:
            SettingError: as ``Vectors.from_matrix``.
        """
        rows = as_matrix(embeddings)
        spread = Spread.of(rows, axes=family.looks_at_axes)
        index = cls(config or LSHConfig(), rows.shape[1], family=family, spread=spread)
        index.add(np.arange(len(rows)) if ids is None else ids, rows)
        return index

    def __len__(self) -> int:
        return len(self.vectors)

    @property
    def dim(self) -> int:
        """Length D of an embedding."""
        return self.vectors.dim

    def draw(self, n_tables: int) -> HashFamily:
        """Draw the hash functions of so many tables, which begin with those of this index.

        Raises:
            SettingError: the number is outside its range.
        """
        return self._family.draw(
            n_tables=n_tables, n_bits=self.config.n_bits, spread=self.spread, seed=self.config.seed
        )

    @property
    def hyperplanes(self) -> Hyperplanes:
        """The hash functions, where each bit is a hyperplane with a normal.

        Raises:
            SettingError: the family is another.
        """
        if isinstance(self.functions, Hyperplanes):
            return self.functions
        raise SettingError(
            tr(
                "The family {name!r} has no normals to show; build the index with {other!r}.",
                name=self.functions.name,
                other=Hyperplanes.name,
            )
        )

    def add(self, ids: ArrayLike, embeddings: ArrayLike) -> None:
        """Add embeddings (n, D) under new ids (n,): all of them, or none after an error.

        Raises:
            SettingError: as ``Vectors.add``.
        """
        self.vectors.add(ids, embeddings)
        for id, keys in self._keys(ids):
            for table, key in zip(self._tables, keys, strict=True):
                insort(table.setdefault(key, array("q")), id)  # ascending

    def remove(self, ids: ArrayLike) -> None:
        """Remove these ids (n,): all of them, or none after an error.

        Raises:
            SettingError: as ``Vectors.remove``.
        """
        keys_by_id = self._keys(ids)
        self.vectors.remove(ids)
        for id, keys in keys_by_id:
            for table, key in zip(self._tables, keys, strict=True):
                table[key].remove(id)
                if not table[key]:
                    del table[key]

    def query(
        self, embedding: Embedding, *, k: int, exclude: int | None = None, n_probes: int = 1
    ) -> Hits:
        """Hash, probe, rerank: the k best candidates by cosine.

        Args:
            embedding: (D,) of unit length.
            k: how many hits at most; there are fewer where there are fewer candidates.
            exclude: an id to leave out: the query's own, when it is in the gallery.
            n_probes: buckets read per table, the query's own included.

        Raises:
            SettingError: a number outside its range, or not an embedding of this gallery.
        """
        vector = unit_vector(embedding, self.dim)
        candidates = self.candidates(self.hash(vector), n_probes=n_probes)
        return rerank(vector, self.vectors, candidates.ids, k=k, exclude=exclude)

    def query_batch(
        self,
        embeddings: ArrayLike,
        *,
        k: int,
        exclude: ArrayLike | None = None,
        n_probes: int = 1,
    ) -> HitsBatch:
        """Answer many queries (Q, D); each gets what ``query`` gives it.

        Raises:
            SettingError: as ``query``.
        """

        def query(vector: Embedding, own: int) -> Hits:
            return self.query(vector, k=k, exclude=own, n_probes=n_probes)

        return query_each(query, embeddings, self.vectors, k=k, exclude=exclude)

    def bucket(self, table: int, key: int) -> NDArray[np.int64]:
        """Ids (n,) in one bucket, ascending; none where nothing has that key.

        Raises:
            SettingError: no such table.
        """
        return np.array(self._tables[self._checked_table(table)].get(key, ()), dtype=np.int64)

    def bucket_sizes(self, table: int) -> dict[int, int]:
        """How many ids each bucket holds that is not empty: key -> size, keys ascending.

        Raises:
            SettingError: no such table.
        """
        buckets = self._tables[self._checked_table(table)]
        return {key: len(ids) for key, ids in sorted(buckets.items())}

    def save(self, folder: Path) -> None:
        """Write the embeddings, and what the tables can be made of again.

        Raises:
            StoreError: it can't be written.
        """
        about = {**asdict(self.config), "family": self.functions.name}
        kind = type(self).__name__
        persistence.save_vectors(folder, kind, self.vectors, about, **self.spread._asdict())

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read an index that ``save`` wrote, and hash its embeddings again.

        Raises:
            StoreError: there is none, or it is damaged.
            SettingError: its family is not in ``FAMILIES``.
        """
        vectors, about, arrays = persistence.load_vectors(folder, cls.__name__)
        family = family_named(about.pop("family", "none"))
        spread = Spread(**arrays)
        index = cls(LSHConfig(**about), vectors.dim, family=family, spread=spread)
        index.add(vectors.ids, vectors.matrix)
        return index

    def _keys(self, ids: ArrayLike) -> list[tuple[int, list[int]]]:
        """Each id with its key in every table."""
        keys = self.functions.keys(self.vectors.rows(ids))  # (n, L)
        return list(zip(np.asarray(ids).tolist(), keys.tolist(), strict=True))


def _bits_in(number: int, n_bits: int) -> tuple[int, ...]:
    """Which of so many bits are 1 in a number, the highest being bit 0: ascending."""
    bits = []
    while number:
        bits.append(n_bits - number.bit_length())
        number ^= 1 << (number.bit_length() - 1)
    return tuple(bits)
