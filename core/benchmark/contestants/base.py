"""What a contestant is: two verbs, fit and query, and the grid of settings that it is tried with.

What is chosen when building is an argument of the class, reported by ``parameters``; ``builds``
lists the arguments that are tried. What is chosen per query is a setting. Settings stand in
*ladders*, each from cheap to expensive: a method with two of them, such as cells to read and
vectors to rerank, has a ladder of the first for each value of the second.

Everyone gets the same contiguous unit vectors, float32 or float16, and answers with ids = row
numbers. ``query`` is asked for one query on one thread, ``batch`` for many on as many threads as it
is given; the race limits the threads of BLAS and OpenMP around both, so a class minds only threads
of another kind.

Needs NumPy; a contestant imports its library when it is made.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..data import Matrix

Setting = Mapping[str, int | float]
Ids = NDArray[np.int64]
Queries = NDArray[np.float32]

FLOAT = 4  # bytes


@dataclass(frozen=True, slots=True)
class Grid:
    """The values of one search setting that are tried, each a little more than the last."""

    name: str
    lowest: int
    highest: int | None = None  # None where it depends on what was built
    per_doubling: int = 6  # values on the way to twice as much
    parts: int = 1  # the values are whole numbers of 1/parts

    def settings(self, highest: int | None = None) -> list[Setting]:
        """Return them from cheap to expensive, up to ``highest`` where the grid leaves it open."""
        top = max(self.lowest, self.highest or highest or 0)
        n = int(np.ceil(self.per_doubling * np.log2(top / self.lowest)))
        grown = (self.lowest * 2 ** (np.arange(n + 1) / self.per_doubling)).round().astype(int)
        values = sorted({min(it, top) for it in grown.tolist()})
        return [{self.name: it if self.parts == 1 else it / self.parts} for it in values]


class Contestant(ABC):
    """One way to search."""

    name: ClassVar[str]  # in tables and result files
    builds: ClassVar[Sequence[Mapping[str, int | float]]] = ({},)  # arguments that are tried
    takes_all_at_once: ClassVar[bool] = False  # in float32: of a float16 gallery a copy is made

    def needs(self, n: int, dim: int) -> int:
        """Bytes of memory that it keeps for N vectors of D numbers, about: its own copy."""
        return n * dim * FLOAT

    def needs_to_build(self, gallery: Matrix) -> int:
        """Bytes that it takes while it is built of a gallery (N, D), about."""
        copied = self.takes_all_at_once and gallery.dtype != np.float32
        return self.needs(*gallery.shape) + (gallery.size * FLOAT if copied else 0)

    def refusal(self, n: int, dim: int) -> str | None:
        """Say in a sentence why it doesn't race on N vectors of D numbers, or nothing."""
        return None

    def warm_up(self, dim: int) -> None:  # noqa: B027  most have nothing to compile
        """Do once, untimed, what no later index has to wait for: compile."""

    @abstractmethod
    def fit(self, vectors: Matrix, threads: int) -> None:
        """Build the index of vectors (N, D)."""

    def parameters(self) -> Mapping[str, Any]:
        """What was chosen for building."""
        return {}

    def ladders(self, k: int) -> Sequence[Sequence[Setting]]:
        """The settings that a query for k can be asked with, each ladder from cheap to dear."""
        return [[{}]]

    def query(self, query: Queries, k: int, setting: Setting) -> Ids:
        """Find k ids for one query (D,), best first; fewer, or -1, where it finds fewer."""
        ids: Ids = self.batch(query[np.newaxis], k, setting, 1)[0]
        return ids

    @abstractmethod
    def batch(self, queries: Queries, k: int, setting: Setting, threads: int) -> Ids:
        """Find ids (Q, k) for queries (Q, D); -1 where it finds fewer."""

    def candidates(self, query: Queries, k: int, setting: Setting) -> int | None:
        """How many vectors are compared with the query exactly; None where nobody can tell."""
        return None

    def add(self, ids: Ids, vectors: NDArray[np.float32]) -> None:
        """Add vectors (m, D) under the ids (m,) that follow the last one.

        Raises:
            NotImplementedError: it can't grow.
        """
        raise NotImplementedError

    def remove(self, ids: Ids) -> None:
        """Find the last vectors, those with these ids (m,), no more.

        Raises:
            NotImplementedError: it can't forget.
        """
        raise NotImplementedError

    @abstractmethod
    def extra_bytes(self) -> int:
        """Bytes that the index takes beyond one copy of the vectors."""


class OneByOne(Contestant):
    """Who answers a batch query by query, and so has a ``query`` of its own."""

    @abstractmethod
    def query(self, query: Queries, k: int, setting: Setting) -> Ids:
        """Find k ids for one query (D,), best first; fewer where it finds fewer."""

    def batch(self, queries: Queries, k: int, setting: Setting, threads: int) -> Ids:
        """One after the other."""
        ids = np.full((len(queries), k), -1)
        for row, query in zip(ids, queries, strict=True):
            found = self.query(query, k, setting)
            row[: len(found)] = found
        return ids


def as_float32(vectors: Matrix) -> NDArray[np.float32]:
    """Return the vectors as most libraries take them: converted once, when building."""
    return np.ascontiguousarray(vectors, np.float32)
