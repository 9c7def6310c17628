"""Where the class is: the teacher sends it to a view, and the students' pages go there.

What moves is the page, never a student who is typing: ``place.js`` says where the class goes, waits
until nothing is half written, and then follows the link. A student may look around alone, and come
back, by one button.
"""

from pathlib import Path

import streamlit as st

from core.language import tr
from core.lessons.classroom.room import Room, Student
from pages.ui import attending, errors, navigation, resources
from pages.ui.languages import scripts
from pages.ui.page_address import address_of, draw_link, here, read_address, title_of

EVERY = 2  # seconds between two looks at the room
_FOLDER = Path(__file__).parent
_mover = scripts.component(
    "class_place",
    html='<p role="status"></p>',
    css=(_FOLDER / "place.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "place.js").read_text(encoding="utf-8"),
)


@attending.drawn_by
def draw(page: str, key: str) -> None:
    """Draw what somebody in a room needs on any page but the room's own.

    Args:
        page: that is drawn.
        key: of the teacher or a student.
    """
    room = resources.rooms().with_key(key)
    if room is None:
        attending.forget()
        st.info(tr("The room of your class is closed. You can stay here as long as you like."))
        return
    attending.remember({attending.ROOM: room.code, attending.KEY: key})
    if st.query_params.get(attending.KEY) != key:
        st.query_params[attending.KEY] = key
    if room.is_teacher(key):
        with st.sidebar:
            _lead(room, page)
    else:
        _watch(room, key)


def show_place(room: Room, key: str, student: Student, *, is_seat: bool = False) -> None:
    """Show a student where the class is, and move the page there unless they look around alone.

    Args:
        room: that the student is in.
        key: the student's.
        student: who it is.
        is_seat: whether the page is the room's own.
    """
    address = room.place()
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="class-place", border=True
    ):
        if address:
            draw_link(address, tr("The class looks at:"))
        elif not is_seat:
            st.page_link(
                navigation.CLASSROOM, label=tr("The class is in its room"), icon=":material/groups:"
            )
        else:
            st.caption(tr("Your page goes where the class goes."), width="content")
        st.button(
            tr("Look around on my own") if student.follows else tr("Back to the class"),
            type="secondary" if student.follows else "primary",
            key="class-follow",
            on_click=room.follow,
            args=(key,),
            kwargs={"on": not student.follows},
        )
        _mover(
            key="class-mover",
            data={
                "move": f"{room.code} {room.stage}" if student.follows else None,
                "isThere": is_seat and not address,
                "words": tr("The class goes to {page}.", page=title_of(address))
                if address
                else tr("The class goes to its room."),
            },
        )


@st.fragment(run_every=EVERY)
def _watch(room: Room, key: str) -> None:
    student = room.student(key)
    if room.is_closed or student is None:
        st.rerun()
    show_place(room, key, student)


def _lead(room: Room, page: str) -> None:
    with st.container(key="lead", border=True, gap="xsmall"):
        st.button(
            tr("Show this to the class"),
            type="primary",
            icon=":material/cast_for_education:",
            width="stretch",
            on_click=_show,
            args=(room, page),
        )
        if room.shown:
            draw_link(room.shown, tr("The class looks at:"))
        if room.poll():
            st.caption(tr("A question is open: the class comes here after *Next*."))
        st.page_link(
            navigation.CLASSROOM,
            label=tr("Your desk in room {code}", code=room.code),
            icon=":material/groups:",
        )


def _show(room: Room, page: str) -> None:
    with errors.remembered():
        seen = address_of(page, st.query_params.to_dict())
        room.show(address_of(*read_address(seen, here())))
