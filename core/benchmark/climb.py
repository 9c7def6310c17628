"""Which settings are worth measuring: up each ladder, and down from it where nothing is gained."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .contestants.base import Setting

if TYPE_CHECKING:
    from .race import OperatingPoint

NEARLY_ALL = 0.995  # recall at which a ladder ends
STILL = 0.002  # recall that two steps more must gain
CLEARLY = 1.5  # times as slow as a setting that finds as much


@dataclass(slots=True)
class Climb:
    """One contestant's ladder, from its cheap end on."""

    ladder: Sequence[Setting]
    points: "list[OperatingPoint]" = field(default_factory=list)  # of the settings so far

    def next(self, others: "Sequence[OperatingPoint]") -> Setting | None:
        """Return the setting to measure next; None where the ladder ends or is hopeless.

        It is when practically everything is found, when two steps gained nothing, or when the
        last two settings were clearly slower than others of the same contestant that find as much.

        Args:
            others: what the contestant's other ladders gave.
        """
        if len(self.points) == len(self.ladder):
            return None
        if self.points and self.points[-1].recall >= NEARLY_ALL:
            return None
        if len(self.points) > 2 and self.points[-1].recall < self.points[-3].recall + STILL:
            return None
        if len(self.points) > 1 and all(_is_beaten(it, others) for it in self.points[-2:]):
            return None
        return self.ladder[len(self.points)]


def _is_beaten(point: "OperatingPoint", others: "Sequence[OperatingPoint]") -> bool:
    return any(
        it.recall >= point.recall and CLEARLY * it.median_seconds <= point.median_seconds
        for it in others
    )
