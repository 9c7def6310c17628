"""What one change of a query does to its embedding, its bits, its buckets and its ranks.

The change turns the embedding by an angle theta. A random hyperplane passes between the old and
the new embedding with probability theta/pi, and then their bit differs. Everything else follows:

    bits flipped     K·L·theta/pi         on average, each bit on its own (binomial)
    buckets kept     L·(1 - theta/pi)^K   because all K bits of a table must stay

Both are averages over all draws of hyperplanes; the index that is asked has one draw.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..index.cosine import cosine
from ..index.exact import exact_scan, neighbour_recall, rerank
from ..index.families.hyperplanes import HashCode
from ..index.lsh import Candidates, LSHIndex
from .turn import Turn


@dataclass(frozen=True, slots=True)
class Move:
    """One image that is in the top k before the change, after it, or both."""

    id: int
    before: int | None  # rank from 1, which may lie beyond k; None: not ranked at all
    after: int | None


@dataclass(frozen=True, slots=True)
class Ranks:
    """How the change moved the hits of one way to search."""

    moves: tuple[Move, ...]  # the old top k by rank, then those that came in, by theirs
    n_old: int  # images in the old top k: fewer than k where fewer were candidates
    kept: float  # share of them that is in the new top k; 1 where there are none


@dataclass(frozen=True, slots=True, eq=False)
class Shift(Turn):
    """What a change did to one query."""

    read_as: NDArray[np.int64]  # (L,) which probe of the changed query reads the old bucket:
    #                             1 is its own, 0 that none does
    lsh: Ranks
    exact: Ranks

    @property
    def n_buckets_kept(self) -> int:
        """In how many tables the key is the old one."""
        return int(self.key_kept.sum())

    @property
    def flips_deviation(self) -> float:
        """Standard deviation of the number of flips: that of a binomial distribution."""
        return float(np.sqrt(self.expected_flips * (1 - self.flip_probability)))

    @property
    def expected_buckets_kept(self) -> float:
        """L·(1 - theta/pi)^K."""
        n_tables, n_bits = self.flipped.shape
        return float(n_tables * (1 - self.flip_probability) ** n_bits)


def shift(
    before: ArrayLike,
    after: ArrayLike,
    index: LSHIndex,
    *,
    k: int,
    n_probes: int = 1,
    exclude: int | None = None,
) -> Shift:
    """Ask an index with a query as it was and as it is now.

    Args:
        before: (D,) embedding of the unchanged query, unit length.
        after: (D,) embedding of the changed one.
        index: over the gallery.
        k: how many hits count.
        n_probes: buckets read per table.
        exclude: the query's own id, when it is in the gallery.

    Raises:
        SettingError: a number outside its range, or not an embedding of this gallery.
    """
    codes = index.hash(before), index.hash(after)
    candidates = [index.candidates(code, n_probes=n_probes) for code in codes]
    found, scanned = [], []
    for embedding, them in zip((before, after), candidates, strict=True):
        everyone = len(index)
        ranked = rerank(embedding, index.vectors, them.ids, k=everyone, exclude=exclude)
        found.append(ranked.ids)
        scanned.append(exact_scan(embedding, index.vectors, k=everyone, exclude=exclude).ids)
    return Shift(
        cosine=cosine(before, after),
        before=codes[0],
        after=codes[1],
        read_as=_read_as(codes[0], candidates[1]),
        lsh=compare_ranks(*found, k=k),
        exact=compare_ranks(*scanned, k=k),
    )


def compare_ranks(before: NDArray[np.int64], after: NDArray[np.int64], *, k: int) -> Ranks:
    """Follow the images of either top k from one ranking to the other.

    Args:
        before: (n,) ids, best first, as far as they were ranked.
        after: (m,) the same after the change.
        k: how many count.
    """
    old, new = before[:k].tolist(), after[:k].tolist()
    rank_before = {id: rank for rank, id in enumerate(before.tolist(), start=1)}
    rank_after = {id: rank for rank, id in enumerate(after.tolist(), start=1)}
    moves = tuple(
        Move(id, rank_before.get(id), rank_after.get(id)) for id in dict.fromkeys(old + new)
    )
    return Ranks(moves, len(old), neighbour_recall(new, old))


def _read_as(old: HashCode, candidates: Candidates) -> NDArray[np.int64]:
    """Number of the probe in each table that reads the old bucket, 0 where none does: (L,)."""
    read = np.zeros(len(old.keys), dtype=np.int64)
    number = np.zeros(len(old.keys), dtype=np.int64)
    for probe in candidates.probes:
        number[probe.table] += 1
        if probe.key == old.keys[probe.table]:
            read[probe.table] = number[probe.table]
    return read
