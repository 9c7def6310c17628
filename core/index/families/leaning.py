"""Hyperplanes that lean towards the directions in which a gallery's images differ.

Most directions of space tell a gallery's images hardly apart: along them they all lie at the same
place, and a hyperplane across such a direction cuts through noise. Here a normal is a random
direction, stretched by how far the gallery reaches along each of its axes, and the hyperplane
passes through the gallery's mean:

    n = S r / |S r|,   S = Σ^power,   bit = n·(e - mean) >= 0

r is a Gaussian vector and Σ the covariance of the gallery's embeddings. Power 0 gives the uniform
directions of the paper; at 1/2, which is used, n is a random mixture of the gallery's own images.
``evaluate --strangers`` measures other powers beside it. As
n·(e - mean) is r·S(e - mean) but for its length, these are uniform hyperplanes to the embeddings
that S has stretched, and all their theory holds there (P. Jain, B. Kulis and K. Grauman, "Fast
Image Search for Learned Metrics", CVPR 2008: the same with a learned S).
"""

from dataclasses import dataclass, field
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from ...language import later
from ..spread import Spread
from .hyperplanes import Hyperplanes, draw_hyperplanes


@dataclass(frozen=True, slots=True, eq=False)
class LeaningHyperplanes(Hyperplanes):
    """The family: random normals, stretched as the gallery is, and drawn through its mean."""

    name: ClassVar[str] = "leaning"
    manner: ClassVar[str] = later("leaning")
    looks_at_axes: ClassVar[bool] = True
    power: ClassVar[float] = 0.5  # of the covariance

    stretch: NDArray[np.float32] = field(kw_only=True)  # S, (D, D), symmetric

    @classmethod
    def draw(cls, *, n_tables: int, n_bits: int, spread: Spread, seed: int) -> Self:
        """Draw the hash functions of L tables; where nothing is known of a gallery, uniform ones.

        Raises:
            SettingError: as ``draw_hyperplanes``.
        """
        stretch = stretch_of(spread, cls.power)
        dim = len(spread.centre)
        uniform = draw_hyperplanes(n_tables=n_tables, n_bits=n_bits, dim=dim, seed=seed)
        # Each normal by itself (``keys_of`` says why): further tables leave the first as they are.
        normals = np.vecdot(stretch, uniform[..., np.newaxis, :])  # (L, K, D)
        normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
        return cls(normals, spread.centre, stretch=stretch)

    def seen(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return embeddings (n, D), stretched, as they lie to hyperplanes of all directions alike.

        They are of unit length; one that lies in the centre has no direction, and stays zeros.
        """
        stretched = (embeddings - self.centre) @ self.stretch
        lengths = np.linalg.norm(stretched, axis=-1, keepdims=True)
        unit: NDArray[np.float32] = np.divide(stretched, lengths, where=lengths > 0, out=stretched)
        return unit


def stretch_of(spread: Spread, power: float) -> NDArray[np.float32]:
    """Return S = Σ^power, (D, D), up to its size; the unit matrix where there are no axes.

    Directions in which all embeddings agree are left out, as far as there are others.
    """
    dim = len(spread.centre)
    deviations = np.linalg.norm(spread.axes, axis=-1)  # (R,) the roots of Σ's eigenvalues
    used = deviations > 1e-6
    if not used.any():
        return np.eye(dim, dtype=np.float32)
    directions = spread.axes[used] / deviations[used, np.newaxis]
    weights = (deviations[used] / deviations.max()) ** (2 * power)
    stretch: NDArray[np.float32] = (directions.T * weights) @ directions
    return stretch
