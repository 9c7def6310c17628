"""The way into a room and out of it: the room and who one is stand in the address."""

from pathlib import Path

import streamlit as st

from core.errors import RoomError
from core.language import tr
from core.lessons.classroom.room import MAX_NAME, Room
from core.lessons.classroom.rooms import CODE_LENGTH
from pages.ui import attending, errors, resources
from pages.ui.attending import KEY, ROOM
from pages.ui.attending.place import EVERY

_STYLE = Path(__file__).with_name("classroom.css")


def find_room() -> tuple[Room | None, str]:
    """Return the room that one is in, and one's key in it; say where there is no such room."""
    st.html(_STYLE)
    named = attending.named()
    if ROOM not in named:
        return None, ""
    for name, value in named.items():
        st.query_params[name] = value
    try:
        room = resources.rooms().find(named[ROOM])
    except RoomError as error:
        attending.forget()
        errors.show(error)
        return None, ""
    attending.remember(named)
    return room, named.get(KEY, "")


def show_ways_in() -> None:
    """Offer to open a room, or to join one by its code."""
    teacher, student = st.columns(2, gap="large")
    with teacher.container(border=True):
        st.markdown(
            tr(
                "**You teach.** Open a room. Students join it with their phones and guess at what "
                "you ask; then all see the guesses beside the answer."
            )
        )
        st.button(tr("Open a room"), type="primary", icon=":material/add:", on_click=_open)
    with student.form("join-room"):
        st.markdown(tr("**You learn.** Type the four letters on the teacher's screen."))
        st.text_input(tr("Code of the room"), max_chars=CODE_LENGTH, key="code")
        st.form_submit_button(tr("Go to the room"), icon=":material/login:", on_click=_go_in)


def show_door(room: Room) -> None:
    """Ask a student for a name, which may stay empty."""
    with st.form("join", width=480):
        st.markdown(
            tr(
                "**Room {code}.** No account is needed, and your name is gone with the room.",
                code=room.code,
            )
        )
        st.text_input(tr("Your name, if you like"), max_chars=MAX_NAME, key="name")
        st.form_submit_button(
            tr("Join"), type="primary", width="stretch", on_click=_join, args=(room,)
        )


@st.fragment(run_every=EVERY)
def watch(room: Room, what: str, seen: int) -> None:
    """Run the page again once the room has changed, or is gone; until then do nothing.

    Args:
        room: to be watched.
        what: "version" for any change, "stage" for those that all students see.
        seen: its value as the page shows it.
    """
    if room.is_closed or getattr(room, what) != seen:
        st.rerun()


def close(room: Room) -> None:
    """Close the room, and leave it."""
    resources.rooms().close(room)
    attending.forget()


def _open() -> None:
    with errors.remembered():
        room = resources.rooms().open()
        st.query_params[ROOM], st.query_params[KEY] = room.code, room.key


def _go_in() -> None:
    st.query_params[ROOM] = st.session_state["code"].strip().upper()


def _join(room: Room) -> None:
    with errors.remembered():
        st.query_params[KEY] = room.join(st.session_state["name"])
