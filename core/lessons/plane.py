"""LSH in the plane, where it can be drawn: D = 2, a hyperplane is a line through the origin.

Only directions count, so an embedding of unit length is a point of the circle. The hyperplanes
are those that ``draw_hyperplanes`` draws, all at once for the most tables and bits that are
shown: one bit more leaves the others where they are.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..index.exact import exact_scan
from ..index.families.hyperplanes import (
    collision_probability,
    draw_hyperplanes,
    keys_of,
    retrieval_probability,
)
from ..index.vectors import Vectors

MOST_BITS = 8
MOST_TABLES = 4
N_NEIGHBOURS = 5

_N_IMAGES = 44
_QUERY = 52.05  # degrees; a line turned by tenths of a degree never goes just through it


@dataclass(frozen=True, slots=True, eq=False)
class PlaneGallery:
    """A gallery of directions, and a query."""

    directions: NDArray[np.float64]  # (N,) degrees, of each image
    query: float  # degrees
    neighbours: NDArray[np.int64]  # (k,) ids of the exact scan, nearest first

    def expected(self, n_bits: int, n_tables: int) -> float:
        """How many of the k neighbours are found, in the mean over all hyperplanes."""
        cosines = np.cos(np.deg2rad(self.directions[self.neighbours] - self.query))
        return float(retrieval_probability(collision_probability(cosines), n_bits, n_tables).sum())

    def candidates(self, normals: NDArray[np.float64]) -> NDArray[np.intp]:
        """Ids of the images that share the query's key in at least one table.

        Args:
            normals: (L, K) degrees.
        """
        planes = unit(normals)  # (L, K, 2)
        keys = keys_of(unit(self.directions), planes)  # (N, L)
        own = keys_of(unit(np.array([self.query])), planes)  # (1, L)
        return np.flatnonzero((keys == own).any(axis=1))


def plane_gallery() -> PlaneGallery:
    """Return the one gallery that is shown, with its query."""
    directions = np.random.default_rng(3).uniform(0, 360, _N_IMAGES)
    vectors = Vectors.from_matrix(unit(directions))
    hits = exact_scan(unit(np.array([_QUERY]))[0], vectors, k=N_NEIGHBOURS)
    return PlaneGallery(directions, _QUERY, hits.ids)


def plane_normals(seed: int) -> NDArray[np.float64]:
    """Return the directions of the normals, in degrees from 0 to 360: (L, K) of the most."""
    normals = draw_hyperplanes(n_tables=MOST_TABLES, n_bits=MOST_BITS, dim=2, seed=seed)
    degrees: NDArray[np.float64] = np.rad2deg(np.arctan2(normals[..., 1], normals[..., 0])) % 360
    return degrees


def unit(degrees: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the embeddings (…, 2) of unit length with these directions."""
    radians = np.deg2rad(degrees)
    return np.stack([np.cos(radians), np.sin(radians)], axis=-1).astype(np.float32)
