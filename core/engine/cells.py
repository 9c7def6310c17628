"""Cells: the parts of a gallery in which the codes' search looks, and how they are learnt.

A cell is what lies nearer to its centre than to any other: spherical k-means (I. S. Dhillon and
D. S. Modha, "Concept Decompositions for Large Sparse Text Data Using Clustering", Machine Learning
42, 2001), where near means a large inner product, as for the hits.

Centres lie where embeddings lie. Where these are long, a few of their margins stand for them: a
random projection, which keeps inner products well enough to say where to look.
"""

import numpy as np
from numpy.typing import NDArray

from ..language import tr
from ..progress import Progress, silent
from .kernels.structures import TILE

MOST_NUMBERS = 256  # of a centre

LENGTH = 2**15 - 1  # of a centre in whole numbers

_ITERATIONS = 5
_BLOCK = 4_096  # points that are compared with all centres at once

Points = NDArray[np.float32]


def learnt(points: Points, n_cells: int, progress: Progress = silent) -> Points:
    """Centres (C, E) of unit length, of points (n, E) in random order; n is C or more."""
    centres = unit(points[:n_cells])
    for iteration in range(_ITERATIONS):
        progress(iteration, _ITERATIONS, tr("Learning cells"))
        of_each = nearest(points, centres)
        by_cell = np.argsort(of_each, kind="stable")
        filled, firsts = np.unique(of_each[by_cell], return_index=True)
        centres[filled] = unit(np.add.reduceat(points[by_cell], firsts))
    return centres


def nearest(points: Points, centres: Points) -> NDArray[np.int32]:
    """The cell of each point (n, E): (n,)."""
    cells = np.zeros(len(points), np.int32)
    for start in range(0, len(points), _BLOCK):
        some = slice(start, start + _BLOCK)
        cells[some] = (points[some] @ centres.T).argmax(axis=1)
    return cells


def in_tiles(centres: Points) -> NDArray[np.int16]:
    """Centres (C, E) as the kernels compare them: (C / TILE, E / 2, 2 TILE), in whole numbers.

    A tile has the first two numbers of TILE centres, then their next two, and so on; zeros fill it.
    """
    n, n_numbers = centres.shape
    whole = np.zeros((-(-n // TILE) * TILE, n_numbers + n_numbers % 2), np.int16)
    whole[:n, :n_numbers] = np.rint(LENGTH * centres)
    n_tiles, n_pairs = len(whole) // TILE, whole.shape[1] // 2
    by_pair = whole.reshape(n_tiles, TILE, n_pairs, 2).swapaxes(1, 2)
    return by_pair.reshape(n_tiles, n_pairs, 2 * TILE)


def out_of_tiles(tiles: NDArray[np.int16]) -> Points:
    """The centres that ``in_tiles`` was given, and zeros where they filled tiles."""
    n_tiles, n_pairs, _ = tiles.shape
    by_centre = tiles.reshape(n_tiles, n_pairs, TILE, 2).swapaxes(1, 2)
    whole = by_centre.reshape(n_tiles * TILE, 2 * n_pairs)
    return whole.astype(np.float32) / np.float32(LENGTH)


def unit(points: NDArray[np.floating]) -> Points:
    """Points (n, E) at unit length; 0 stays 0."""
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    return (points / np.where(lengths > 0, lengths, 1)).astype(np.float32)
