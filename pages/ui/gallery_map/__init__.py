"""The map of a gallery: all its images in one plane, and what becomes of them in one search.

The browser has all it takes to answer a move by itself: places, keys and cosines come as raw
bytes (``payload``), small pictures on one sheet. It asks for the rest, once, where the layout or
the sheet wasn't ready.

What the map is coloured by stands in the address: ``map=side-2-5`` is bit 5 of table 2.
"""

import re
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit import runtime

from core.galleries.base import Gallery
from core.galleries.maps.sprites import SpriteSheet
from core.galleries.store import StoredGallery
from core.search import SearchResult
from pages.ui import grid, resources, takeaway
from pages.ui.address import put
from pages.ui.gallery_map.payload import payload
from pages.ui.grid.gallery import FoundBy, actions_of
from pages.ui.languages import scripts
from pages.ui.view import View

_FOLDER = Path(__file__).parent
_PIECES = ("points", "looks", "marks", "frame", "hand", "map")
_LOOKS = re.compile(r"(label|similarity|bucket|side)(?:-([1-9]\d?))?(?:-([1-9]\d?))?")

CODE = takeaway.FIGURE_JS + grid.source(grid.MENU_JS, *(_FOLDER / f"{name}.js" for name in _PIECES))
_TEXTS = scripts.texts(CODE)
LOOKS = takeaway.FIGURE_CSS + grid.source(grid.MENU_CSS, _FOLDER / "map.css")

_map = st.components.v2.component(
    "gallery_map",
    html='<div class="gallery_map pictures"></div>\n',
    css=LOOKS,
    js=scripts.with_texts(CODE),
)


def show_map(
    result: SearchResult, gallery: Gallery, stored: StoredGallery, shown: View, *, name: str = "map"
) -> None:
    """Show the map, with the query, its candidates and its nearest images.

    It is no fragment: where it is coloured and a setting changed at once, the fragment's run, which
    knows the old setting, may come last.

    Args:
        result: of the search.
        gallery: that was searched.
        stored: its embeddings.
        shown: the view of the search, settled for its gallery.
        name: unique on the page.
    """
    searched = FoundBy(result=result, stored=stored)
    places, is_settled = resources.places(gallery, stored, shown.attention)
    sheet = resources.sheet(gallery, stored)
    key = f"gallery-{name}"
    chosen = _map(
        key=key,
        data=payload(
            result,
            gallery,
            index=resources.index(stored, shown.attention, *shown.built),
            keys=resources.keys(stored, shown.attention, *shown.built),
            places=places,
            actions=actions_of(gallery, int(stored.ids[0]), shown, searched=searched),
            shown=shown,
            sheet=_address(sheet, gallery, stored) if sheet else None,
            says=scripts.said(_TEXTS),
            start=parse_looks(st.query_params.get("map", "")),
            is_finished=is_settled and sheet is not None,
        ),
        on_chosen_change=lambda: None,  # so that there is a value
        on_again_change=lambda: None,
        on_looks_change=lambda: put("map", write_looks(st.session_state[key]["looks"]), "label"),
    ).chosen
    if chosen:
        row, label = chosen
        id = int(stored.ids[row])
        actions = actions_of(gallery, id, shown, searched=searched)
        grid.do(next(action for action in actions if action.label == label))


def parse_looks(text: str) -> dict[str, Any]:
    """Read what the map is coloured by; of what makes no sense, by label."""
    match = _LOOKS.fullmatch(text)
    colour, table, bit = match.groups() if match else ("label", None, None)
    return {"colour": colour, "table": int(table or 1) - 1, "bit": int(bit or 1) - 1}


def write_looks(looks: dict[str, Any]) -> str:
    """Write it as ``parse_looks`` reads it."""
    colour, table, bit = looks["colour"], int(looks["table"]) + 1, int(looks["bit"]) + 1
    return {"side": f"side-{table}-{bit}", "bucket": f"bucket-{table}"}.get(colour, str(colour))


def _address(sheet: SpriteSheet, gallery: Gallery, stored: StoredGallery) -> dict[str, Any]:
    """Say where the browser can fetch a sheet, once.

    Streamlit's own address of a file costs a look at all of it in each run of the page.
    """
    if resources.is_public(gallery):
        address = f"sheets/{gallery.key}/{gallery.digest}/{len(stored.ids)}.jpg"
    else:
        files = runtime.get_instance().media_file_mgr
        address = files.add(sheet.file, "image/jpeg", "gallery-map-sheet")
    return {"address": address, "side": sheet.side, "columns": sheet.columns, "n": sheet.n}
