"""Hash tables over random hyperplanes: build (figure 8), look up (figure 9), probe more.

Each of L tables maps a key of K bits to a bucket of gallery ids. A query reads its own
bucket in every table; what it finds there, each id counted once, are its candidates, and
only they are reranked by cosine.

With ``n_probes > 1`` it also reads the buckets next door, nearest first, an idea of Lv,
Josephson, Wang, Charikar and Li, "Multi-Probe LSH" (VLDB 2007).
"""

import heapq
from array import array
from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import SettingError
from .exact import Hits, rerank
from .families.hyperplanes import (
    MAX_BITS,
    MAX_TABLES,
    HashCode,
    bit_values,
    draw_hyperplanes,
    hash_code,
    keys_of,
)
from .vectors import Vectors, checked_whole

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


class LSHIndex:
    """L hash tables over one set of embeddings."""

    def __init__(self, config: LSHConfig, dim: int) -> None:
        self.config = config
        self.hyperplanes = draw_hyperplanes(  # (L, K, D)
            n_tables=config.n_tables, n_bits=config.n_bits, dim=dim, seed=config.seed
        )
        self.vectors = Vectors(dim)
        self._tables: list[dict[int, Bucket]] = [{} for _ in range(config.n_tables)]

    def __len__(self) -> int:
        return len(self.vectors)

    def add(self, ids: ArrayLike, embeddings: ArrayLike) -> None:
        """Add embeddings (n, D) under new ids (n,): all of them, or none after an error.

        Raises:
            SettingError: as ``Vectors.add``.
        """
        self.vectors.add(ids, embeddings)
        for id, keys in self._keys(ids):
            for table, key in zip(self._tables, keys, strict=True):
                insort(table.setdefault(key, array("q")), id)  # kept ascending

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

    def hash(self, embedding: ArrayLike) -> HashCode:
        """Hash one embedding (D,) with the hyperplanes of this index.

        Raises:
            SettingError: not an embedding of D numbers and unit length.
        """
        return hash_code(embedding, self.hyperplanes)

    def candidates(self, code: HashCode, *, n_probes: int = 1) -> Candidates:
        """Read ``n_probes`` buckets per table, the query's own first, then the nearest.

        Raises:
            SettingError: ``n_probes`` is outside 1 … 4,096, or the code is of another index.
        """
        checked_whole("n_probes", n_probes, low=1, high=MAX_PROBES)
        expected = (self.config.n_tables, self.config.n_bits)
        if code.margins.shape != expected:
            raise SettingError(
                f"A hash code of (tables, bits) {code.margins.shape} does not fit an index of "
                f"{expected}; hash the embedding with this index."
            )
        probes = tuple(
            probe
            for table in range(self.config.n_tables)
            for probe in islice(self._probes(table, code), n_probes)
        )
        found = np.concatenate([probe.ids for probe in probes])
        tables = np.repeat([probe.table for probe in probes], [len(probe.ids) for probe in probes])
        ids, position = np.unique(found, return_inverse=True)
        found_by = np.zeros((len(ids), self.config.n_tables), dtype=np.bool_)
        found_by[position, tables] = True
        return Candidates(ids=ids, found_by=found_by, probes=probes)

    def query(
        self, embedding: ArrayLike, *, k: int, n_probes: int = 1, exclude: int | None = None
    ) -> Hits:
        """Hash, probe, rerank: the k best candidates by cosine.

        Args:
            embedding: (D,) of unit length.
            k: how many hits at most; there are fewer where there are fewer candidates.
            n_probes: buckets read per table, the query's own included.
            exclude: an id to leave out: the query's own, when it is in the gallery.

        Raises:
            SettingError: a number outside its range, or not an embedding of this gallery.
        """
        candidates = self.candidates(self.hash(embedding), n_probes=n_probes)
        return rerank(embedding, self.vectors, candidates.ids, k=k, exclude=exclude)

    def bucket(self, table: int, key: int) -> NDArray[np.int64]:
        """Ids (n,) in one bucket, ascending; none where nothing has that key.

        Raises:
            SettingError: no such table.
        """
        return np.array(self._table(table).get(key, ()), dtype=np.int64)

    def bucket_sizes(self, table: int) -> dict[int, int]:
        """How many ids each bucket holds that is not empty: key -> size, keys ascending.

        Raises:
            SettingError: no such table.
        """
        return {key: len(ids) for key, ids in sorted(self._table(table).items())}

    def _table(self, table: int) -> dict[int, Bucket]:
        return self._tables[checked_whole("The table", table, low=0, high=self.config.n_tables - 1)]

    def _keys(self, ids: ArrayLike) -> list[tuple[int, list[int]]]:
        """Each id with its key in every table."""
        keys = keys_of(self.vectors.rows(ids), self.hyperplanes)  # (n, L)
        return list(zip(np.asarray(ids).tolist(), keys.tolist(), strict=True))

    def _probes(self, table: int, code: HashCode) -> Iterator[Probe]:
        """All buckets of one table, from the query's own to the farthest."""
        buckets, own = self._tables[table], int(code.keys[table])
        values = bit_values(self.config.n_bits).tolist()
        for flipped, cost in flips_in_order(code.margins[table]):
            key = own ^ sum([values[bit] for bit in flipped])
            ids = np.array(buckets.get(key, ()), dtype=np.int64)
            yield Probe(table=table, key=key, flipped=flipped, cost=cost, ids=ids)


def flips_in_order(margins: NDArray[np.float32]) -> Iterator[tuple[tuple[int, ...], float]]:
    """Yield every set of bits to flip, with its cost, the cheapest first: 2^K sets in all.

    A neighbour whose bit differs lies beyond that hyperplane, at least |margin| away. If the
    hyperplanes of a set were perpendicular to each other, the sum of their squared margins
    would be the squared distance to the nearest point beyond all of them; random directions
    in many dimensions nearly are. That sum is the cost.

    Only the sets asked for are made. Number the bits by rising cost, so that bit 0 is the most
    fragile. Every set but the first two comes from exactly one cheaper set, by one of two steps
    on its highest bit j: *shift* replaces j by j + 1, *expand* adds j + 1. A heap that holds
    the steps from all sets yielded so far therefore has the next cheapest set on top.

    Args:
        margins: (K,) of one table.
    """
    yield (), 0.0
    costs = np.square(margins, dtype=np.float64)
    by_cost = np.argsort(costs, kind="stable").tolist()
    rising = costs[by_cost].tolist()
    # Each entry: the set's cost, the cost without its highest bit j, the bits below j, j.
    heap: list[tuple[float, float, tuple[int, ...], int]] = [(rising[0], 0.0, (), 0)]
    while heap:
        cost, lower_cost, lower, j = heapq.heappop(heap)
        chosen = (*lower, j)
        yield tuple(sorted([by_cost[i] for i in chosen])), cost
        if j + 1 < len(rising):
            step = rising[j + 1]
            heapq.heappush(heap, (lower_cost + step, lower_cost, lower, j + 1))  # shift
            heapq.heappush(heap, (cost + step, cost, chosen, j + 1))  # expand
