"""How the embeddings of a gallery lie: around which point, and how far in which direction."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from .vectors import mean_of, sample_of


class Spread(NamedTuple):
    """What a family of hash functions may know of a gallery."""

    centre: NDArray[np.float32]  # (D,) the mean of the embeddings
    axes: NDArray[np.float32]  # (R, D) the directions in which they differ, perpendicular to each
    #                            other, each as long as the standard deviation along it; R may be 0

    @classmethod
    def of(cls, rows: NDArray[np.generic], *, axes: bool) -> Self:
        """Measure a gallery.

        Args:
            rows: (N, D) embeddings.
            axes: measure in which directions they differ, all D of them: the eigenvectors of
                their covariance. It takes D³ steps; else there are none.
        """
        centre = mean_of(rows)
        if not axes:
            return cls(centre, np.zeros((0, len(centre)), np.float32))
        around = sample_of(rows) - centre
        covariance = around.T @ around / max(len(around), 1)  # (D, D)
        variances, directions = np.linalg.eigh(covariance.astype(np.float64))
        deviations = np.sqrt(np.maximum(variances, 0))  # rounding can leave it just below
        return cls(centre, (directions * deviations).T.astype(np.float32))

    @classmethod
    def nowhere(cls, dim: int) -> Self:
        """Return what is known of a gallery before there is any: the origin of (D,)."""
        return cls(np.zeros(dim, np.float32), np.zeros((0, dim), np.float32))
