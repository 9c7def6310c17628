"""A region: a box of places of a feature map."""

import re
from dataclasses import dataclass
from typing import Self

Grid = tuple[int, int]
"""How many rows and columns of places a feature map has."""

_WRITTEN = re.compile(r"(\d{1,3})-(\d{1,3})-(\d{1,3})-(\d{1,3})")


@dataclass(frozen=True, slots=True)
class Region:
    """Rows top … bottom and columns left … right of a grid, counted from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int

    @classmethod
    def of_place(cls, place: int, grid: Grid) -> Self:
        """Return the region of one place; places are counted row by row."""
        row, column = divmod(place, grid[1])
        return cls(row, column, row, column)

    @classmethod
    def read(cls, text: str, grid: Grid) -> Self | None:
        """Read what ``str`` writes; None where it is no region of this grid."""
        match = _WRITTEN.fullmatch(text) if text.isascii() else None
        if match is None:
            return None
        region = cls(*(int(number) - 1 for number in match.groups()))
        return region if region.fits(grid) else None

    def __str__(self) -> str:
        return "-".join(str(it + 1) for it in (self.top, self.left, self.bottom, self.right))

    def fits(self, grid: Grid) -> bool:
        """Whether it lies in a grid."""
        return 0 <= self.top <= self.bottom < grid[0] and 0 <= self.left <= self.right < grid[1]

    @property
    def rows(self) -> slice:
        """Its rows, to cut it out of an array."""
        return slice(self.top, self.bottom + 1)

    @property
    def columns(self) -> slice:
        """Its columns, to cut it out of an array."""
        return slice(self.left, self.right + 1)

    @property
    def n_places(self) -> int:
        """How many places it has."""
        return (self.bottom - self.top + 1) * (self.right - self.left + 1)

    def outline(self, grid: Grid) -> tuple[float, float, float, float]:
        """Where it lies in the picture: left, top, width and height, as shares of its sides.

        The network squashes a picture to a square, so a grid's cells divide its sides evenly.
        """
        n_rows, n_columns = grid
        return (
            self.left / n_columns,
            self.top / n_rows,
            (self.right - self.left + 1) / n_columns,
            (self.bottom - self.top + 1) / n_rows,
        )
