"""Two embeddings of one query: the angle between them, and the bits in which their codes differ."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..index.families.hyperplanes import HashCode, collision_probability


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """How far an embedding turned, and what that did to its hash code."""

    cosine: float  # of the angle between the two embeddings
    before: HashCode
    after: HashCode

    @property
    def degrees(self) -> float:
        """The angle theta."""
        return 180 * self.flip_probability

    @property
    def flipped(self) -> NDArray[np.bool_]:
        """(L, K) which bits differ."""
        differ: NDArray[np.bool_] = self.before.bits != self.after.bits
        return differ

    @property
    def n_flipped(self) -> int:
        """How many of the K·L bits differ."""
        return int(self.flipped.sum())

    @property
    def key_kept(self) -> NDArray[np.bool_]:
        """(L,) in which tables no bit flipped, so that the bucket is the old one."""
        kept: NDArray[np.bool_] = self.before.keys == self.after.keys
        return kept

    @property
    def flip_probability(self) -> float:
        """theta/pi: what theory says of one bit."""
        return 1 - collision_probability(self.cosine)

    @property
    def expected_flips(self) -> float:
        """K·L·theta/pi: what theory expects over all draws of hyperplanes."""
        return self.flip_probability * self.flipped.size
