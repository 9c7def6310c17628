"""Being in a room of a class, on any page: which room, and who one is in it.

Both stand in the address, ``room`` on *Classroom* alone, and ``key-room``, which a link for others
leaves out, on every page. A link within a page drops them, so the session remembers them too.

What they are shown is drawn by ``place``, which brings PyTorch along; every page asks here, which
doesn't. Rooms live in this process alone: whoever is in one has opened *Classroom*, and with it
``place`` was imported.
"""

from collections.abc import Callable

import streamlit as st

ROOM = "room"
KEY = "key-room"
_REMEMBERED = "classroom"  # in the session


Drawer = Callable[[str, str], None]
"""Given a page and the key of a teacher or a student, draws where the class is."""

_drawers: list[Drawer] = []


def drawn_by(drawer: Drawer) -> Drawer:
    """Let this function draw for those in a room."""
    _drawers[:] = [drawer]  # the one of a module that was loaded anew, too
    return drawer


def draw(page: str) -> None:
    """Draw where the class is, for somebody in a room."""
    if key := named().get(KEY):
        for drawer in _drawers:
            drawer(page, key)


def named() -> dict[str, str]:
    """Return what the address says of a room and a key, or else what the session remembers."""
    here = {name: st.query_params[name] for name in (ROOM, KEY) if name in st.query_params}
    known: dict[str, str] = st.session_state.get(_REMEMBERED, {})
    return here if ROOM in here else known | here


def remember(named: dict[str, str]) -> None:
    """Keep a room and a key for the pages to come."""
    st.session_state[_REMEMBERED] = named


def forget() -> None:
    """Leave the room."""
    st.session_state.pop(_REMEMBERED, None)
    for name in (ROOM, KEY):
        st.query_params.pop(name, None)
