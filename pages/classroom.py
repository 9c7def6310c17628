"""A classroom: a teacher asks, students guess on their phones, and all see what was guessed."""

import streamlit as st

from core.language import tr
from pages.ui import navigation

navigation.set_up("Classroom")
st.title(tr("Classroom"), anchor=False)
with st.spinner(tr("Starting …")):  # once after a server start: PyTorch takes seconds
    from pages.parts.classroom import desk, entrance, seat
    from pages.parts.selftest.for_class import class_questions
    from pages.ui import errors

with errors.reported():
    room, key = entrance.find_room()
    if room is None:
        entrance.show_ways_in()
    elif room.is_teacher(key):
        desk.show_desk(room, class_questions)
    elif room.student(key):
        seat.show_seat(room, key)
    else:
        entrance.show_door(room)
