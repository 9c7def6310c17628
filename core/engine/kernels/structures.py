"""What the kernels take: a few named structures of plain arrays, the same for both kinds.

N vectors are in use, of ≥ N rows; a code has W words of 64 bits; a gallery has C cells, or L tables
of K bits.

What numba has compiled is kept by these classes' names until ``compiled.py`` is saved again. So
whoever changes a structure saves that file too, and whoever renames one removes what was kept.
"""

from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from ...index.families.structured import Rotations

Codes = NDArray[np.uint64]
Ids = NDArray[np.int64]
Positions = NDArray[np.int32]

AT_ONCE = 8  # words that ``compiled`` takes side by side: a line of memory
AT_A_TIME = 64  # queries on a desk
TILE = 64  # centres that ``compiled`` compares side by side


class Desk(NamedTuple):
    """What one thread searches at: here it lays its queries, and here it works."""

    queries: NDArray[np.float32]  # (AT_A_TIME, D), of which a search takes the first Q
    exclude: Ids  # (AT_A_TIME,) an id that each query must not return, or -1
    looked_at: Ids  # (AT_A_TIME, 3) how many vectors each stage looked at: written by a search
    memory: Codes  # zeros at first, as many as the search says


class GalleryRows(NamedTuple):
    """Embeddings and their ids, by row."""

    rows: NDArray[np.generic]  # (≥ N, D) float32 or float16; for ``compiled`` their bytes
    ids: Ids  # (≥ N,)


class CellLists(NamedTuple):
    """All codes, cell by cell: the position of a vector is its place in these lists."""

    order: Positions  # (N,) the row at each position
    codes: Codes  # (N, B W) by position: the W words of the sides, then of each further bit
    scales: NDArray[np.float32]  # (N, 2) what ``estimates`` takes of each vector
    sketches: Codes  # (S, N + AT_ONCE - 1) the first words of each code, word by word, and zeros
    starts: Ids  # (C + 1,) the position where each cell begins
    centres: NDArray[np.int16]  # (C / TILE, E / 2, 2 TILE) of the cells (``cells.in_tiles``)
    depth: int  # B bits of a code for each hyperplane


class CellStore(NamedTuple):
    """All that a search through cells reads."""

    rotations: Rotations  # the hyperplanes that the codes come from
    gallery: GalleryRows
    lists: CellLists


class CellReach(NamedTuple):
    """How far a search through cells goes: what ``CodeSearch`` says, which may stand in its place.

    Of the last two it takes one more than hits are wanted: what is left out may be one of them.
    """

    n_cells: int  # cells that are read, those with the nearest centres
    n_words: int  # words of the sketches that are compared; S where there are no more
    n_sketch: int  # vectors that go on by the distance of their sketches
    n_rerank: int  # of these, how many go on by what their whole codes say of their cosine


class Tables(NamedTuple):
    """Hash tables: one list of all vectors each, sorted by key, so that a bucket is a stretch.

    The lists stand one behind the other: the position of an entry is its place in all of them.
    """

    members: Positions  # (L, N) the row at each position
    sketches: Codes  # (S, L N + AT_ONCE - 1) by position, as those of ``CellLists``
    keys: NDArray[np.uint32]  # (L, N) the key at each position, ascending in each table
    directory: Positions  # (L, 2^b + 1) where the keys begin whose b highest bits are 0, 1, …; N
    codes: Codes  # (≥ N, W) by row
    scales: NDArray[np.float32]  # (≥ N, 2) by row: what ``estimates`` takes of each vector
    n_bits: int  # K


class BucketStore(NamedTuple):
    """All that a search through buckets reads."""

    rotations: Rotations  # the hyperplanes that the codes come from
    gallery: GalleryRows
    tables: Tables


Store = TypeVar("Store", CellStore, BucketStore)


class BucketReach(NamedTuple):
    """How far a search goes through what the probed buckets hold, as ``BucketSearch`` says it.

    Of the last two it takes one more than hits are wanted, as ``CellReach``.
    """

    n_words: int  # words of the sketches that are compared
    n_sketch: int  # entries of buckets that go on by the distance of their sketches
    n_rerank: int  # images that go on by what their codes say; 0 for all, as in the paper
