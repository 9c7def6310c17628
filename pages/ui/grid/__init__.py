"""A grid of pictures: one component draws all of them, with what is known of each and a menu.

A click on a picture, or Enter, does the first of its actions; the others are in its menu. The
arrow keys go from picture to picture. Where an action leads to a page, its address is a real
link, which can be opened in a new tab.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

import streamlit as st
from PIL import Image

from pages.ui import languages, navigation
from pages.ui.languages import scripts
from pages.ui.pictures import data_url

HEIGHT = 112  # pixels of a picture

_FOLDER = Path(__file__).parent
_NARROWEST, _WIDEST = 0.75, 2.2  # width over height; what is beyond is cut at its sides


def component(name: str, css: str, js: str) -> Callable[..., Any]:
    """Make a component whose pictures have menus.

    Args:
        name: of the component, and of the element that it draws into.
        css: its looks, after those of the menu.
        js: its code, after that of the menu.
    """
    return scripts.component(name, html=f'<div class="{name} pictures"></div>\n', css=css, js=js)


def source(*files: Path) -> str:
    """Put files that stand beside each other in the browser into one piece."""
    return "".join(it.read_text(encoding="utf-8") for it in files)


MENU_CSS, MENU_JS = _FOLDER / "menu.css", _FOLDER / "menu.js"

_grid = component(
    "grid", source(MENU_CSS, _FOLDER / "grid.css"), source(MENU_JS, _FOLDER / "grid.js")
)

Tone = Literal["plain", "good", "bad", "faint"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One line below a picture; a tone has a sign as well as a colour."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """What can be done with a picture: it leads to a page, or shows something here."""

    label: str
    page: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    show: Callable[[], None] | None = None  # draws it, a dialog say

    def address(self, language: Mapping[str, str]) -> str | None:
        """Return where it leads, seen from any page; None where it shows something here.

        Args:
            language: as ``languages.named`` returns it, which takes a while: ask once for all.
        """
        if self.show:
            return None
        query = urlencode({**self.params, **language})
        return f"{navigation.slug(self.page) or './'}?{query}"


@dataclass(frozen=True, slots=True)
class Address:
    """Where the browser finds a picture, seen from any page."""

    url: str
    ratio: float  # width over height


@dataclass(frozen=True, kw_only=True, slots=True)
class Tile:
    """One picture of a grid."""

    name: str  # unique in its grid
    picture: "bytes | Address | None"  # its file, a JPEG, or where it is; None: can't be read
    alt: str  # what it is, for those who don't see it; or why it can't be read
    title: str = ""  # what the pointer reads
    facts: tuple[Fact, ...] = ()
    actions: tuple[Action, ...] = ()
    outline: tuple[float, float, float, float] | None = None
    """What is outlined: left, top, width and height, as shares of the picture's sides."""


def show_grid(
    name: str, tiles: Sequence[Tile], *, height: int = HEIGHT, resizable: bool = False
) -> None:
    """Show pictures in as many rows as it takes; what is chosen runs this alone.

    Args:
        name: unique on the page.
        tiles: the pictures, each with a name of its own.
        height: of a picture, in pixels.
        resizable: offers a slider for the height; what is chosen is kept by the browser.
    """
    if tiles:
        _draw_apart(name, tiles, height, resizable)


def draw_grid(
    name: str, tiles: Sequence[Tile], height: int = HEIGHT, resizable: bool = False
) -> None:
    """Show pictures in a fragment that the page has already, which runs by what is chosen.

    The arguments are those of ``show_grid``.
    """
    if not tiles:
        return
    language = languages.named()
    chosen = _grid(
        key=f"grid-{name}",
        data={
            # In a list Streamlit looks for tables, with pandas.
            "tiles": tuple(_plain(tile, language) for tile in tiles),
            "height": height,
            "resizable": resizable,
        },
        on_chosen_change=lambda: None,  # so that there is a value
    ).chosen
    if action := _find(tiles, chosen):
        do(action)


_draw_apart = st.fragment(draw_grid)


def _find(tiles: Sequence[Tile], chosen: Any) -> Action | None:
    """Return the action that the browser names, [tile, action]; None where it is gone."""
    actions = (
        action for tile in tiles for action in tile.actions if chosen == [tile.name, action.label]
    )
    return next(actions, None)


def do(action: Action) -> None:
    """Do what somebody has chosen."""
    if action.show:
        action.show()
    else:
        st.switch_page(action.page, query_params=dict(action.params))


def _plain(tile: Tile, language: Mapping[str, str]) -> dict[str, Any]:
    picture = tile.picture
    if isinstance(picture, bytes):
        picture = Address(data_url(picture), _ratio(picture))
    return {
        "name": tile.name,
        "src": picture and picture.url,
        "ratio": picture and round(min(max(picture.ratio, _NARROWEST), _WIDEST), 3),
        "alt": tile.alt,
        "title": tile.title,
        "facts": [[fact.text, fact.tone] for fact in tile.facts],
        "actions": [[it.label, it.address(language)] for it in tile.actions],
        "outline": tile.outline and picture and _on_shown(tile.outline, picture.ratio),
    }


def _on_shown(
    outline: tuple[float, float, float, float], ratio: float
) -> tuple[float, float, float, float]:
    """Where an outline lies on what is seen of a picture whose long sides are cut."""
    left, top, width, height = outline
    seen = min(max(ratio, _NARROWEST), _WIDEST)
    across, down = min(1, seen / ratio), min(1, ratio / seen)  # shares that are seen
    return (
        (left - (1 - across) / 2) / across,
        (top - (1 - down) / 2) / down,
        width / across,
        height / down,
    )


def _ratio(file: bytes) -> float:
    """Return a picture's width over its height, from the head of its file."""
    with Image.open(BytesIO(file)) as image:
        ratio: float = image.width / image.height
    return ratio
