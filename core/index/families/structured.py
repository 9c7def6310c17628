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

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..vectors import checked_whole

ROUNDS = 3
LANES = 16  # the transform treats a vector as a matrix of so many columns
MIN_SIZE = LANES * LANES

PLANES = 3  # a bit's weight in the distance between codes is a number of so many bits
HEAVIEST = 2**PLANES - 1
FULL_WEIGHT = np.float32(0.6)  # of the largest margin: from here on a bit has the heaviest weight


@dataclass(frozen=True, slots=True, eq=False)
class StructuredHyperplanes:
    """Rotations of space, each giving P margins."""

    centre: NDArray[np.float32]  # (D,) the gallery's mean: what all hyperplanes pass through
    signs: NDArray[np.float32]  # (R, ROUNDS, P) of -1 and 1; P is a power of two, P >= D

    @property
    def n_margins(self) -> int:
        """How many margins, and so bits, an embedding gets."""
        return int(self.signs.shape[0] * self.signs.shape[-1])

    def through(self, centre: NDArray[np.float32]) -> "StructuredHyperplanes":
        """Return the same directions through another point."""
        return StructuredHyperplanes(centre, self.signs)


def draw_structured(
    *, n_bits: int, centre: NDArray[np.float32], seed: int
) -> StructuredHyperplanes:
    """Draw as many rotations as ``n_bits`` margins need.

    Raises:
        SettingError: ``n_bits`` or the seed is outside its range.
    """
    n_bits = checked_whole("n_bits", n_bits, low=1, high=65_536)
    rng = np.random.default_rng(checked_whole("seed", seed, low=0, high=2**63 - 1))
    size = max(MIN_SIZE, 1 << (len(centre) - 1).bit_length())
    n_rotations = -(-n_bits // size)
    signs = rng.integers(0, 2, (n_rotations, ROUNDS, size)).astype(np.float32) * 2 - 1
    return StructuredHyperplanes(np.ascontiguousarray(centre, np.float32), signs)
