"""Families of hash functions: from an embedding to a key per table (section 3.3).

A family is a class, one in each file, and an object of it is one draw of functions for L
tables; ``HashFamily`` says what it can do. An index takes the class:
``LSHIndex(config, dim, family=StructuredHyperplanes)``. To add a family takes its file and its
line in ``FAMILIES``, by whose name a saved index finds it again.
"""

from collections.abc import Iterator
from typing import ClassVar, Protocol, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import SettingError
from ...language import tr
from ..spread import Spread
from ..vectors import Embedding
from .hyperplanes import HashCode, Hyperplanes, Number
from .leaning import LeaningHyperplanes
from .structured import StructuredHyperplanes


class HashFamily(Protocol):
    """Hash functions drawn from one family: a key of K bits in each of L tables."""

    name: ClassVar[str]
    looks_at_axes: ClassVar[bool]  # whether it wants to know in which directions a gallery differs

    @classmethod
    def draw(cls, *, n_tables: int, n_bits: int, spread: Spread, seed: int) -> Self:
        """Draw functions that are equal for equal arguments, on every machine.

        Args:
            n_tables: L.
            n_bits: K.
            spread: how the gallery lies, as far as the family looks at it.
            seed: 0 or more.

        Raises:
            SettingError: a number outside its range.
        """

    def hash(self, embedding: Embedding) -> HashCode:
        """Hash one embedding (D,).

        Raises:
            SettingError: not an embedding of D numbers and unit length.
        """

    def keys(self, embeddings: ArrayLike) -> NDArray[np.int64]:
        """Keys of many embeddings (N, D): (N, L), exactly those that ``hash`` gives each.

        Raises:
            SettingError: as ``hash``.
        """

    def neighbours(self, code: HashCode, table: int) -> Iterator[tuple[int, float]]:
        """Yield keys of a table with their cost, lowest first, each once.

        The first is the code's own, at no cost. What a cost means is the family's own affair:
        only their order counts.
        """

    @staticmethod
    def collision_probability(cosine: Number) -> Number:
        """Probability that two embeddings of this cosine agree in one of the K parts of a key."""


FAMILIES: dict[str, type[HashFamily]] = {
    family.name: family for family in (Hyperplanes, LeaningHyperplanes, StructuredHyperplanes)
}


def family_named(name: str) -> type[HashFamily]:
    """Return a family by its name.

    Raises:
        SettingError: there is none of that name.
    """
    if name not in FAMILIES:
        raise SettingError(
            tr(
                "There is no hash family named {name!r}; choose one of {families}.",
                name=name,
                families=", ".join(FAMILIES),
            )
        )
    return FAMILIES[name]
