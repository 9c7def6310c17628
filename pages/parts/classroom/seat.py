"""A student's place: the question with large buttons, a hand to raise, a word on the pace."""

import streamlit as st

from core.language import tr
from core.lessons.classroom.room import PACES, Poll, Room
from pages.parts.classroom.entrance import watch
from pages.parts.classroom.guesses import show_guesses, show_text
from pages.ui import errors
from pages.ui.attending.place import show_place


def show_seat(room: Room, key: str) -> None:
    """Show what a student sees of the room.

    Args:
        room: that the student is in.
        key: the student's.
    """
    watch(room, "stage", room.stage)
    if student := room.student(key):
        show_place(room, key, student, is_seat=True)
    _show_present(room, key)
    _show_signals(room, key)


@st.fragment
def _show_present(room: Room, key: str) -> None:
    with errors.reported(), st.container(width=640):
        poll = room.poll()
        if poll is None:
            st.info(tr("Nothing is asked now. The next question comes here by itself."))
        elif poll.is_revealed:
            show_text(poll)
            show_guesses(poll, room.guessed(key))
        else:
            show_text(poll)
            _show_options(room, key, poll)


def _show_options(room: Room, key: str, poll: Poll) -> None:
    own = room.guessed(key)
    with st.container(key="options", gap="small"):
        for place, option in enumerate(poll.question.options):
            st.button(
                errors.plain(option),
                key=f"option-{poll.number}-{place}",
                type="primary" if option == own else "secondary",
                icon=":material/check:" if option == own else None,
                width="stretch",
                on_click=_guess,
                args=(room, key, poll.number, option),
            )
    if own:
        st.caption(tr("You can choose another one until the answer is shown."))


@st.fragment
def _show_signals(room: Room, key: str) -> None:
    student = room.student(key)
    if student is None:
        return
    with st.container(width=640):
        st.toggle(tr("Hand up"), value=student.hand, key="hand", on_change=_raise, args=(room, key))
        st.segmented_control(
            tr("The pace is"),
            PACES,
            format_func=tr,
            default=student.pace,
            key="pace",
            width="stretch",
            on_change=_set_pace,
            args=(room, key),
        )
        st.caption(tr("You are here as {name}.", name=errors.plain(student.name)))


def _raise(room: Room, key: str) -> None:
    room.raise_hand(key, up=st.session_state["hand"])


def _set_pace(room: Room, key: str) -> None:
    room.set_pace(key, st.session_state["pace"])


def _guess(room: Room, key: str, number: int, option: str) -> None:
    with errors.remembered():
        room.guess(key, number, option)
