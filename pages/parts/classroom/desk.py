"""The teacher's place: ask, reveal, go on, send the class to a view, and end."""

from collections.abc import Callable, Mapping

import streamlit as st

from core.language import tr
from core.lessons.classroom.question import RIGHT, ClassQuestion
from core.lessons.classroom.room import Poll, Room
from pages.parts.classroom import entrance
from pages.parts.classroom.guesses import show_guesses, show_text
from pages.parts.classroom.invitation import show_attendance, show_invitation
from pages.ui import errors, navigation
from pages.ui.page_address import address_of, draw_link, here, read_address

Bank = Callable[[int], Mapping[str, ClassQuestion]]
"""The number of a test -> its questions by subject."""

_PAGES = {title: page for page, title, _ in navigation.MENU if page != navigation.CLASSROOM}


def show_desk(room: Room, bank: Bank) -> None:
    """Show what the teacher sees of the room.

    Args:
        room: the teacher's.
        bank: where questions come from.
    """
    entrance.watch(room, "version", room.version)
    lesson, class_ = st.columns([2, 1], gap="large")
    with class_:
        show_invitation(room)
        show_attendance(room)
    with lesson:
        if poll := room.poll():
            _show_poll(room, poll)
        else:
            _offer_questions(room, bank)
        _offer_view(room)
        _offer_end(room)


def _show_poll(room: Room, poll: Poll) -> None:
    show_text(poll)
    if poll.is_revealed:
        show_guesses(poll)
        st.button(tr("Next"), type="primary", icon=":material/skip_next:", on_click=room.go_on)
    else:
        for option in poll.question.options:
            st.markdown(f"- {errors.plain(option)}")
        st.metric(
            tr("Answered"),
            tr("{n} of {total}", n=sum(poll.counts), total=len(room.attendance().names)),
        )
        st.button(tr("Reveal"), type="primary", icon=":material/visibility:", on_click=room.reveal)


def _offer_questions(room: Room, bank: Bank) -> None:
    drawn, own = st.tabs([tr("A question of the self-test"), tr("Your own question")])
    with drawn, st.container(horizontal=True):
        number = st.number_input(tr("Number of the test"), 1, 999, key="class-test", width=180)
        questions = bank(number)
        subject = st.selectbox(
            tr("Subject"),
            list(questions),
            format_func=tr,
            key="class-subject",
            width="stretch",
        )
    with drawn:
        question = questions[subject]
        st.markdown(f"**{errors.plain(question.text)}**")
        st.markdown("\n".join(f"- {errors.plain(it)}" for it in question.options))
        st.button(
            tr("Ask the class"),
            type="primary",
            icon=":material/campaign:",
            on_click=_attempt,
            args=(lambda: room.ask(question),),
        )
    with own, st.form("own-question", border=False):
        st.text_input(tr("Question"), key="own-text")
        st.text_area(
            tr("Options, one a line; the right one begins with {right}", right=errors.plain(RIGHT)),
            key="own-options",
        )
        st.form_submit_button(
            tr("Ask your question"),
            icon=":material/campaign:",
            on_click=_attempt,
            args=(lambda: room.ask(_own_question()),),
        )


def _offer_view(room: Room) -> None:
    with st.expander(tr("Send the class to a view"), icon=":material/ads_click:"):
        st.markdown(
            tr(
                "On any page, *Show this to the class* in the menu sends the students' pages to "
                "what you see there. Here you can do it from your desk."
            )
        )
        with st.form("view", border=False):
            st.selectbox(tr("A page"), list(_PAGES), format_func=tr, index=None, key="view-page")
            st.text_input(tr("Or an address, by *Link to exactly this view*"), key="view-address")
            st.form_submit_button(tr("Show this"), on_click=_attempt, args=(lambda: _show(room),))
        if room.shown:
            draw_link(room.shown, tr("The class looks at:"))
            st.button(tr("Take the link away"), on_click=room.show, args=("",))


def _offer_end(room: Room) -> None:
    with st.container(horizontal=True):
        st.download_button(
            tr("Download the report"),
            room.report,
            file_name=f"classroom-{room.code}.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        with st.popover(tr("Close the room"), icon=":material/logout:"):
            st.markdown(tr("All that is in the room goes with it. Download the report first."))
            st.button(tr("Close it now"), type="primary", on_click=entrance.close, args=(room,))


def _own_question() -> ClassQuestion:
    return ClassQuestion.written(st.session_state["own-text"], st.session_state["own-options"])


def _show(room: Room) -> None:
    pasted, page = st.session_state["view-address"], st.session_state["view-page"]
    if pasted.strip():
        room.show(address_of(*read_address(pasted, here())))
    elif page:
        room.show(address_of(_PAGES[page], {}))


def _attempt(do: Callable[[], None]) -> None:
    """Do something in a callback; the run that follows says what was wrong."""
    with errors.remembered():
        do()
