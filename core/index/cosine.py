"""The cosine of the angle between two vectors (equations 7 and 8)."""

import numpy as np
from numpy.typing import ArrayLike

from ..errors import SettingError
from ..language import tr


def cosine(x: ArrayLike, y: ArrayLike) -> float:
    """Cosine of the angle between two vectors (D,) of any length (equations 7 and 8).

    Raises:
        SettingError: another vector than (D,) numbers, or one of length 0, which has no angle.
    """
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if a.ndim != 1 or a.shape != b.shape:
        raise SettingError(
            tr(
                "Shapes {first} and {second} have no angle; give two of (D,).",
                first=a.shape,
                second=b.shape,
            )
        )
    lengths = np.linalg.norm(a) * np.linalg.norm(b)
    if not lengths > 0 or not np.isfinite(lengths):
        raise SettingError(
            tr(
                "Lengths that multiply to {lengths} have no angle; give two finite vectors, not 0.",
                lengths=lengths,
            )
        )
    return float(a @ b / lengths)
