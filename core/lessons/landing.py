"""Where an image that isn't in a gallery lands on the gallery's map."""

import numpy as np
from numpy.typing import NDArray

from ..galleries.maps.layout import Layout

N_NEIGHBOURS = 5


def land(layout: Layout, cosines: NDArray[np.floating], *, k: int = N_NEIGHBOURS) -> Layout:
    """Return the place, (2,), in the middle of the k nearest images.

    The middle is the median of each coordinate: where most of the k lie together, some that lie
    far from them don't pull it to where there is nothing.

    Args:
        layout: places (n, 2) of the gallery's images.
        cosines: (n,) of each to the image that lands.
        k: how many neighbours count.
    """
    nearest = np.argsort(-cosines, kind="stable")[:k]
    place: Layout = np.median(layout[nearest], axis=0).astype(np.float32)
    return place
