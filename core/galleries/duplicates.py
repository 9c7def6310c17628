"""Which pictures of a gallery are nearly the same: a series, a smaller copy, another crop."""

import numpy as np
from numpy.typing import NDArray

from .store import StoredGallery

# Cosine, chosen for the model that ships: most copies of a photograph reach it that were saved
# again, lightened or cropped a little, and photographs of different things don't. A copy too small
# for the network may miss it, and pictures of one series may reach it.
NEARLY = 0.92

_ROWS = 512  # of the matrix that are compared with all others at a time


def nearly_same(
    stored: StoredGallery, mode: str = "both", *, cosine: float = NEARLY
) -> tuple[tuple[int, ...], ...]:
    """Return groups of ids, each ascending, in the order of their first.

    Two pictures are in one group where their embeddings are as close as ``cosine``, or where a
    chain of such pairs leads from one to the other.

    Args:
        stored: the embeddings, (n, D) of each mode.
        mode: the attention mode whose embeddings are compared.
        cosine: the least that counts.

    Raises:
        SettingError: there is no such mode.
    """
    rows = stored.of(mode)  # (n, D)
    first = np.arange(len(rows))  # of each picture's group, by place
    for start in range(0, len(rows), _ROWS):
        close = rows[start : start + _ROWS] @ rows.T >= cosine  # (m, n)
        for one, other in np.argwhere(close).tolist():
            _join(first, start + one, other)
    groups: dict[int, list[int]] = {}
    for place, id in enumerate(stored.ids.tolist()):
        groups.setdefault(_root(first, place), []).append(id)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def _join(first: NDArray[np.int64], one: int, other: int) -> None:
    low, high = sorted((_root(first, one), _root(first, other)))
    first[high] = low


def _root(first: NDArray[np.int64], place: int) -> int:
    while first[place] != place:
        place = int(first[place])
    return place
