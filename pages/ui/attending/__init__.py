"""Being in a room of a class, on any page: which room, and who one is in it.

Both stand in the address, ``room`` on *Classroom* alone, and ``key-room``, which a link for others
leaves out, on every page. A link within a page drops them, so the session remembers them too.
Nothing here brings PyTorch along: every page asks whether its visitor is in a room.
"""

import streamlit as st

ROOM = "room"
KEY = "key-room"
_REMEMBERED = "classroom"  # in the session


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
