"""How many buckets a query reads so as to keep a promise: none of K and L need be chosen.

A bucket of K bits holds what agrees with the query in all K of them. In a table sorted by key, all
that agrees in the first K - 1 bits lies side by side as well: a bucket about twice as large, and so
on, up to no bits at all and the whole gallery. So a query reads its bucket of the longest keys in
every table, then those that are one bit shorter, and goes on until it has read enough.

When is it enough? Two embeddings of cosine s share a bit with probability p(s), and so a bucket of
i bits with p^i. Once j of the L tables are read down to i bits and the others to i + 1, an image as
near as the k-th best that has been found is missed with probability

    (1 - p^i)^j (1 - p^(i + 1))^(L - j)

and the query stops as soon as this is no more than the share of neighbours that may be missed.

That keeps the promise, for each query: what is found can't be nearer than the true neighbours, so
its k-th best is at most s, the cosine of the k-th true neighbour. Hence the query doesn't stop
before the step at which the probability is small enough at s itself, whichever hyperplanes were
drawn; and by that step, each true neighbour has been met with the probability that was promised.

M. Aumüller, T. Christiani, R. Pagh, M. Vesterli, "PUFFINN: Parameterless and Universally Fast
FInding of Nearest Neighbors", ESA 2019; keys that are shortened are from M. Bawa, T. Condie,
P. Ganesan, "LSH Forest", WWW 2005.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from ..errors import SettingError
from ..language import tr
from .exact import MAX_K, Excluded, Hits, left_out, rerank
from .families.hyperplanes import Hyperplanes, collision_probability
from .lsh import LSHConfig, LSHIndex
from .vectors import Embedding, checked_whole, similarities, unit_vector


@dataclass(frozen=True, slots=True, eq=False)
class PrefixStep:
    """One bucket more, and how things stand then."""

    length: int  # bits of its key
    table: int  # 0 … L-1
    new: NDArray[np.int64]  # (n,) ids that no bucket before it held; the query's own is none
    n_read: int  # images that have been read so far
    kth: float | None  # the k-th best cosine among them; None while there are fewer
    missing: float  # probability that an image of this cosine has not been read


@dataclass(frozen=True, slots=True, eq=False)
class Assured:
    """What a query found, and all that it did for that."""

    hits: Hits
    steps: tuple[PrefixStep, ...]  # at the last one it stopped


class PrefixTables:
    """The hash tables of an index, each sorted by key: a prefix of a key is a bucket as well."""

    def __init__(self, index: LSHIndex, keys: NDArray[np.int64]) -> None:
        """Sort the tables.

        Args:
            index: of uniform hyperplanes: only their probabilities depend on the cosine alone.
            keys: (N, L) of its vectors (``functions.keys``).

        Raises:
            SettingError: its hash functions are others.
        """
        if type(index.functions) is not Hyperplanes:
            raise SettingError(
                tr(
                    "The family {name!r} can't promise a recall; build the index with {other!r}.",
                    name=index.functions.name,
                    other=Hyperplanes.name,
                )
            )
        self._index, self._functions = index, index.functions
        rows = keys.argsort(axis=0, kind="stable")  # (N, L)
        self._keys = np.take_along_axis(keys, rows, axis=0).T  # (L, N) ascending
        self._ids = index.vectors.ids[rows].T  # (L, N)

    def bucket(self, table: int, key: int, length: int) -> NDArray[np.int64]:
        """Ids (n,) of all that agree with a key in its first bits, so many of them."""
        width = 1 << (self._index.config.n_bits - length)  # keys that begin alike
        first = key // width * width
        begin, end = np.searchsorted(self._keys[table], [first, first + width])
        return self._ids[table, begin:end]

    def query(
        self, embedding: Embedding, *, k: int, recall: float, exclude: Excluded = None
    ) -> Assured:
        """Read buckets until each of the k nearest has been met with the promised probability.

        Args:
            embedding: (D,) of unit length.
            k: how many hits at most.
            recall: the promise, from 0 to 1: the share of the k nearest that are found at least,
                on average over all hyperplanes that could have been drawn.
            exclude: an id that is no hit, or several.

        Raises:
            SettingError: a number outside its range, or not an embedding of this gallery.
        """
        if not 0 <= recall <= 1:
            raise SettingError(
                tr("The promised recall is {recall}; choose a number from 0 to 1.", recall=recall)
            )
        checked_whole("k", k, low=1, high=MAX_K)
        index, vectors, config = self._index, self._index.vectors, self._index.config
        query = unit_vector(embedding, index.dim)
        keys = self._functions.hash(query).keys.tolist()
        own = {id for id in left_out(exclude) if id in vectors}
        read, best = set(own), np.empty(0, np.float32)  # the k best cosines so far, ascending
        steps: list[PrefixStep] = []
        for length, table in product(range(config.n_bits, -1, -1), range(config.n_tables)):
            new = sorted({*self.bucket(table, keys[table], length).tolist()} - read)
            read.update(new)
            if new:
                found = similarities(query.numbers, vectors.rows(new))
                best = np.sort(np.concatenate([best, found]))[-k:]
            n_read, kth = len(read) - len(own), float(best[0]) if len(best) == k else None
            chance = 1.0 if kth is None else missing(kth, config, length=length, table=table)
            steps.append(PrefixStep(length, table, np.array(new, np.int64), n_read, kth, chance))
            is_enough = kth is not None and chance <= 1 - recall
            if is_enough or n_read == len(vectors) - len(own):
                break
        return Assured(rerank(query, vectors, list(read - own), k=k), tuple(steps))


def missing(cosine: float, config: LSHConfig, *, length: int, table: int) -> float:
    """Probability that an embedding of this cosine is in none of the buckets read so far.

    Args:
        cosine: between it and the query.
        config: K, and L.
        length: of the keys whose buckets are being read; those of all longer ones are.
        table: the last in which it has been read, from 0.
    """
    p = float(collision_probability(cosine))
    apart = 1 - p**length
    before = 1 - p ** (length + 1) if length < config.n_bits else 1.0  # nothing was read yet
    return apart ** (table + 1) * before ** (config.n_tables - table - 1)
