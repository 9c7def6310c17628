"""Choose a part of a picture: drag a box over its places, or tap one.

The grid is that of the network's feature map, so a box is a box of places. With the keyboard,
arrows move it, and Shift with an arrow makes it larger or smaller. Once the hand lets go the box
goes to the address.
"""

from pathlib import Path

import streamlit as st

from core.regions.region import Grid, Region
from pages.ui.address import put
from pages.ui.heatmap import component

NAME = "box"  # in the address

_FOLDER = Path(__file__).parent

_region = component("region", _FOLDER / "region.js", _FOLDER / "region.css")


def in_address(grid: Grid) -> Region | None:
    """Return the region that the address names; None where it names none of this grid."""
    return Region.read(st.query_params.get(NAME, ""), grid)


def choose_region(name: str, picture: str, *, alt: str, grid: Grid, region: Region) -> None:
    """Draw a picture with a region on it, that can be moved; a change goes to the address.

    Args:
        name: unique on the page.
        picture: its ``data:`` address.
        alt: what it shows.
        grid: rows and columns of places.
        region: that is chosen.
    """

    def to_address() -> None:
        chosen = Region(*map(int, st.session_state[name]["box"]))
        if chosen.fits(grid):
            put(NAME, str(chosen), None)

    _region(
        key=name,
        data={
            "picture": picture,
            "alt": alt,
            "rows": grid[0],
            "columns": grid[1],
            "box": (region.top, region.left, region.bottom, region.right),
        },
        on_box_change=to_address,
    )
