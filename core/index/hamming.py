"""Ranking by Hamming distance: the number of bits in which two codes differ, without buckets.

Codes are packed, eight bits to a byte, so that a comparison is one XOR and a count.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import SettingError
from .exact import best
from .vectors import checked_ids, checked_whole


def pack(bits: ArrayLike) -> NDArray[np.uint8]:
    """Pack codes of B bits (N, B), eight to a byte, into (N, ceil(B/8)); unused bits are 0.

    Raises:
        SettingError: not (N, B) booleans.
    """
    array = np.asarray(bits)
    if array.ndim != 2 or array.dtype != np.bool_:
        raise SettingError(
            f"Bits of type {array.dtype} and shape {array.shape} can't be packed; "
            "give booleans, one row per code."
        )
    return np.packbits(array, axis=1)


def hamming_distances(code: NDArray[np.uint8], codes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Different bits between one packed code (W,) and each of many (N, W): (N,).

    Raises:
        SettingError: the codes differ in width.
    """
    if codes.ndim != 2 or code.shape != codes.shape[1:]:
        raise SettingError(
            f"A code of shape {code.shape} can't be compared with codes of shape {codes.shape}; "
            "pack both from the same number of bits."
        )
    distances: NDArray[np.int64] = np.bitwise_count(code ^ codes).sum(axis=1, dtype=np.int64)
    return distances


def hamming_ranking(
    code: NDArray[np.uint8],
    codes: NDArray[np.uint8],
    ids: ArrayLike,
    k: int,
    *,
    exclude: int | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The k ids with the fewest different bits, nearest first; ties go to the lower id.

    Args:
        code: (W,) packed code of the query.
        codes: (N, W) packed codes of the gallery.
        ids: (N,) the id of each row of ``codes``.
        k: how many at most.
        exclude: an id to leave out: the query's own, when it is in the gallery.

    Returns:
        ids (k,) and their distances (k,).

    Raises:
        SettingError: the codes differ in width, a row has no id, or ``k`` is below 1.
    """
    k = checked_whole("k", k, low=1, high=2**31)
    gallery = checked_ids(ids)
    if len(gallery) != len(codes):
        raise SettingError(f"{len(gallery)} ids came with {len(codes)} codes; give one for each.")
    distances = hamming_distances(code, codes)  # (N,)
    kept = np.flatnonzero(gallery != exclude) if exclude is not None else np.arange(len(gallery))
    top = kept[best(gallery[kept], -distances[kept], k)]
    return gallery[top], distances[top]
