"""What a map of attention says: how far it is from flat, and how far from the middle.

A map (H, W) weighs the places of a picture. Only its shares count: the embedding has unit length,
so a map twice as high everywhere is the same map. The distance of two maps is the share of the
weight that has to move until one has become the other,

    distance = 1/2 · sum over places of |share - other share|,   0: the same, 1: no place shared

which is their distance in total variation. ``from_flat`` is the distance to the map that weighs
all places alike. ``from_middle`` is the distance to a round spot in the middle of the picture, of
the width that fits best: the map of somebody who looks at the middle without looking.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..language import later, tr

FLAT = 0.05  # nearer to flat than this, a map says nothing
WIDTHS = tuple(np.geomspace(0.1, 1.0, 24).tolist())  # of the spots: deviations, in sides

Map = NDArray[np.floating]

Kind = Literal["flat", "middle", "region"]

_PLACES = (
    (later("upper left"), later("at the top"), later("upper right")),
    (later("at the left"), later("in the middle"), later("at the right")),
    (later("lower left"), later("at the bottom"), later("lower right")),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What a map says."""

    from_flat: float  # share of the weight that must move to make it flat, 0 … 1
    from_middle: float  # share that must move to make it a round spot in the middle, 0 … 1
    most: float  # the map at its highest place, over its mean
    place: str  # where that is, such as "upper left"

    @property
    def kind(self) -> Kind:
        """Whether the map is flat, prefers the middle, or singles out a region.

        It prefers the middle where a spot there is at least half of what tells it from flat.
        """
        if self.from_flat < FLAT:
            return "flat"
        return "middle" if self.from_middle <= self.from_flat / 2 else "region"


def look(weights: Map) -> Look:
    """Measure a map.

    Args:
        weights: (H, W), 0 or more, and somewhere more.
    """
    n_rows, n_columns = weights.shape
    row, column = divmod(int(weights.argmax()), n_columns)
    return Look(
        from_flat=from_flat(weights),
        from_middle=min(distance(weights, spot(n_rows, n_columns, width)) for width in WIDTHS),
        most=float(weights.max() / weights.mean()),
        place=_place(row, column, n_rows, n_columns),
    )


def from_flat(weights: Map) -> float:
    """Return which share of a map's weight must move to make it flat.

    Args:
        weights: (H, W), 0 or more, and somewhere more.
    """
    return distance(weights, np.ones_like(weights))


def distance(weights: Map, other: Map) -> float:
    """Return which share of one map's weight must move to make it the other, 0 … 1.

    Args:
        weights: (H, W), 0 or more, and somewhere more.
        other: (H, W), as well.
    """
    shares, wanted = (it.astype(np.float64) / it.sum(dtype=np.float64) for it in (weights, other))
    return float(np.abs(shares - wanted).sum() / 2)


def spot(n_rows: int, n_columns: int, width: float) -> NDArray[np.float64]:
    """Return a round spot in the middle of the squashed picture: (n_rows, n_columns).

    Args:
        n_rows: H.
        n_columns: W.
        width: its deviation, in sides of the picture.
    """
    vertical, horizontal = (
        np.exp(-((((np.arange(n) + 0.5) / n - 0.5) / width) ** 2) / 2) for n in (n_rows, n_columns)
    )
    product: NDArray[np.float64] = np.outer(vertical, horizontal)
    return product


def told(seen: Look) -> str:
    """Say in plain words what a map says."""
    if seen.kind == "flat":
        return tr(
            "This map says nothing on this picture: it is {from_flat:.0%} from flat, so it "
            "counts every place nearly alike.",
            from_flat=seen.from_flat,
        )
    if seen.kind == "middle":
        return tr(
            "This map prefers the middle: it is {from_flat:.0%} from flat, but only "
            "{from_middle:.0%} from a round spot in the middle of any picture.",
            from_flat=seen.from_flat,
            from_middle=seen.from_middle,
        )
    return tr(
        "This map singles out a place, {place}, where it is ×{most:.1f} its mean. "
        "It is {from_flat:.0%} from flat and {from_middle:.0%} from a round spot in "
        "the middle.",
        place=tr(seen.place),
        most=seen.most,
        from_flat=seen.from_flat,
        from_middle=seen.from_middle,
    )


MEASURE = later(
    "Percent of the map's weight that would have to move. 0 % from flat: it weighs all places "
    "alike; below 5% it says nothing. The spot in the middle is as wide as fits best."
)
"""What the percentages mean, for who asks; the 5% are ``FLAT``."""


def _place(row: int, column: int, n_rows: int, n_columns: int) -> str:
    """Name one of nine parts of a picture."""
    return _PLACES[_third(row, n_rows)][_third(column, n_columns)]


def _third(place: int, n: int) -> int:
    """Tell which third a place's middle is in: 0, 1 or 2."""
    return int((place + 0.5) * 3 // n)
