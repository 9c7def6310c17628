"""Hyperplanes that share their work: hundreds of bits for the price of a few additions.

A dense hyperplane costs D multiplications per bit. Here a vector is turned by a random
rotation, and every coordinate of the result is the margin to one hyperplane:

    flip random signs, Walsh-Hadamard transform, three times over

The transform needs additions alone, P log2 P of them for P bits, and any two of its rows are
perpendicular. Three rounds are close enough to a rotation drawn at random that no difference
in recall was seen (A. Andoni et al., "Practical and Optimal LSH for Angular Distance", NIPS
2015, section 3, use the same three).

The embeddings are centred first. All of them lie in one narrow cone, since a ReLU never gives
a negative number; a hyperplane through the origin would have most of them on one side. One
through the gallery's mean cuts it in two.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..spread import Spread
from ..vectors import Embedding, checked_embedding, checked_embeddings, checked_whole
from .hyperplanes import HashCode, Number, bit_values, collision_probability, keys_in_order

ROUNDS = 3
LANES = 16  # the transform treats a vector as a matrix of so many columns
MIN_SIZE = LANES * LANES

PLANES = 3  # a bit's weight in the distance between codes is a number of so many bits
HEAVIEST = 2**PLANES - 1
FULL_WEIGHT = np.float32(0.6)  # of the largest margin: from here on a bit has the heaviest weight


_BLOCK = 1_024  # embeddings hashed at once: bounds the margins in memory to a few MB


class Rotations(NamedTuple):
    """Rotations of space, each giving P margins."""

    centre: NDArray[np.float32]  # (D,) the gallery's mean: what all hyperplanes pass through
    signs: NDArray[np.float32]  # (R, ROUNDS, P) of -1 and 1; P is a power of two, P >= D

    @property
    def n_margins(self) -> int:
        """How many margins, and so bits, an embedding gets."""
        return int(self.signs.shape[0] * self.signs.shape[-1])


@dataclass(frozen=True, slots=True, eq=False)
class StructuredHyperplanes:
    """The family: table by table, K of the margins that rotations give."""

    name: ClassVar[str] = "structured"
    looks_at_axes: ClassVar[bool] = False

    rotations: Rotations
    n_tables: int
    n_bits: int

    @classmethod
    def draw(cls, *, n_tables: int, n_bits: int, spread: Spread, seed: int) -> Self:
        """Draw the hash functions of L tables, of K bits each, through the gallery's centre.

        Raises:
            SettingError: a size or the seed is outside its range.
        """
        rotations = draw_rotations(n_bits=n_tables * n_bits, centre=spread.centre, seed=seed)
        return cls(rotations, n_tables, n_bits)

    def hash(self, embedding: Embedding) -> HashCode:
        """Hash one embedding (D,).

        Raises:
            SettingError: not an embedding of D numbers and unit length.
        """
        vector = checked_embedding(embedding, len(self.rotations.centre))
        margins = self._margins(vector[np.newaxis])[0]  # (L, K)
        bits = margins >= 0  # (L, K)
        return HashCode(margins=margins, bits=bits, keys=bits @ bit_values(self.n_bits))

    def keys(self, embeddings: ArrayLike) -> NDArray[np.int64]:
        """Keys of many embeddings (N, D) in every table: (N, L).

        Raises:
            SettingError: as ``hash``.
        """
        matrix = checked_embeddings(embeddings, len(self.rotations.centre))
        keys = np.empty((len(matrix), self.n_tables), np.int64)
        for start in range(0, len(matrix), _BLOCK):
            bits = self._margins(matrix[start : start + _BLOCK]) >= 0  # (B, L, K)
            keys[start : start + _BLOCK] = bits @ bit_values(self.n_bits)
        return keys

    def neighbours(self, code: HashCode, table: int) -> Iterator[tuple[int, float]]:
        """Keys of one table in order of their cost: ``keys_in_order``."""
        return keys_in_order(code, table)

    @staticmethod
    def collision_probability(cosine: Number) -> Number:
        """Probability that two embeddings share one bit, cosine as seen from the centre."""
        return collision_probability(cosine)

    def _margins(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, L, K)."""
        all_margins = margins(embeddings, self.rotations)
        first = all_margins[:, : self.n_tables * self.n_bits]
        return first.reshape(-1, self.n_tables, self.n_bits)


def draw_rotations(*, n_bits: int, centre: NDArray[np.float32], seed: int) -> Rotations:
    """Draw as many rotations as ``n_bits`` margins need; more bits begin with the same rotations.

    Raises:
        SettingError: ``n_bits`` or the seed is outside its range.
    """
    n_bits = checked_whole("n_bits", n_bits, low=1, high=65_536)
    rng = np.random.default_rng(checked_whole("seed", seed, low=0, high=2**63 - 1))
    size = max(MIN_SIZE, 1 << (len(centre) - 1).bit_length())
    n_rotations = -(-n_bits // size)
    signs = rng.integers(0, 2, (n_rotations, ROUNDS, size)).astype(np.float32) * 2 - 1
    return Rotations(np.ascontiguousarray(centre, np.float32), signs)


def margins(embeddings: NDArray[np.floating], rotations: Rotations) -> NDArray[np.float32]:
    """Signed distances, up to one factor, of embeddings (n, D) to all hyperplanes: (n, R·P)."""
    centre, signs = rotations
    n_rotations, rounds, size = signs.shape
    padded = np.zeros((len(embeddings), size), np.float32)
    padded[:, : len(centre)] = embeddings.astype(np.float32) - centre
    turned = []
    for rotation in range(n_rotations):
        x = padded
        for round_ in range(rounds):
            x = _transform(x * signs[rotation, round_])
        turned.append(x)
    return np.concatenate(turned, axis=1)


def _transform(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Walsh-Hadamard transform of each row (n, P), its outputs in an order of their own.

    It is a product of two smaller ones: over the columns of a matrix of 16 columns, and then
    over its rows. Leaving the result transposed changes only which hyperplane comes first.
    """
    matrix = x.reshape(len(x), -1, LANES)
    columns = _butterflies(matrix)  # (n, P/16, 16)
    return _butterflies(columns.swapaxes(1, 2)).reshape(len(x), -1)  # over 16, of P/16 each


def _butterflies(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Walsh-Hadamard transform along axis 1 of (n, m, …): sums and differences, m log2 m."""
    n, m, *rest = x.shape
    h = 1
    while h < m:
        pairs = x.reshape(n, m // (2 * h), 2, h, *rest)
        a, b = pairs[:, :, 0], pairs[:, :, 1]
        x = np.stack([a + b, a - b], axis=2).reshape(n, m, *rest)
        h *= 2
    return x
