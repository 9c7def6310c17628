"""A room: who is in it, one guess a student, what is revealed and what is kept."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import RoomError, SettingError
from core.lessons.classroom import room as rooms_bounds
from core.lessons.classroom.question import ClassQuestion
from core.lessons.classroom.room import PACES, Attendance, Room

CUT = ClassQuestion(text="36° of 180°?", options=("10%", "20%", "36%"), right="20%")
LIKED = ClassQuestion(text="Did you like it?", options=("Yes", 'No, "never"'))


@pytest.fixture
def room():
    return Room("BCDF")


def test_a_student_has_one_guess_and_may_change_it_until_it_is_revealed(room):
    ada, bob = room.join("Ada"), room.join()
    room.ask(CUT)
    room.guess(ada, 1, "36%")
    room.guess(bob, 1, "20%")
    room.guess(ada, 1, "20%")
    assert room.poll().counts == (0, 2, 0)
    assert room.guessed(ada) == "20%"
    room.reveal()
    with pytest.raises(RoomError, match="over"):
        room.guess(ada, 1, "10%")
    assert room.poll().counts == (0, 2, 0)
    assert room.poll().is_revealed


def test_a_guess_at_the_question_before_does_not_count_for_the_next(room):
    ada = room.join()
    room.ask(CUT)
    room.ask(LIKED)
    with pytest.raises(RoomError, match="over"):
        room.guess(ada, 1, "20%")
    with pytest.raises(RoomError, match="no option"):
        room.guess(ada, 2, "20%")
    with pytest.raises(RoomError, match="join it first"):
        room.guess("nobody", 2, "Yes")
    assert room.poll().counts == (0, 0)


def test_the_report_has_every_option_of_every_question_and_no_names(room):
    ada = room.join("Ada")
    room.ask(CUT)
    room.guess(ada, 1, "20%")
    room.go_on()
    assert room.poll() is None
    assert room.guessed(ada) is None
    room.ask(LIKED)
    assert room.report() == (
        "number,question,option,count,right\n"
        "1,36° of 180°?,10%,0,no\n1,36° of 180°?,20%,1,yes\n1,36° of 180°?,36%,0,no\n"
        '2,Did you like it?,Yes,0,\n2,Did you like it?,"No, ""never""",0,\n'
    )


def test_the_teacher_sees_names_hands_and_paces(room):
    ada, _bob, eve = room.join("  Ada   L. "), room.join(), room.join("Eve")
    room.raise_hand(ada, up=True)
    room.raise_hand(eve, up=True)
    room.raise_hand(eve, up=False)
    for pace in PACES:
        room.set_pace(ada, pace)
    room.set_pace(eve, "too fast")
    room.follow(eve, on=False)
    with pytest.raises(RoomError, match="no pace"):
        room.set_pace(eve, "loud")
    assert room.attendance() == Attendance(
        ("Ada L.", "Student 2", "Eve"),
        ("Ada L.",),
        {"too slow": 0, "just right": 0, "too fast": 2},
        n_following=2,
    )


def test_the_class_is_at_the_view_that_is_shown_but_for_a_question(room):
    assert room.place() == ""
    room.show("./search")
    assert room.place() == "./search"
    room.ask(CUT)
    assert room.place() == ""
    room.reveal()
    assert room.place() == ""
    room.go_on()
    assert room.place() == "./search"


def test_only_what_all_students_see_changes_the_stage(room):
    ada = room.join()
    room.ask(CUT)
    before = room.stage, room.version
    room.guess(ada, 1, "10%")
    room.raise_hand(ada, up=True)
    with pytest.raises(RoomError):
        room.guess(ada, 9, "10%")
    assert (room.stage, room.version) == (before[0], before[1] + 2)
    for change in (room.reveal, lambda: room.show("./search"), room.go_on):
        stage = room.stage
        change()
        assert room.stage > stage


def test_a_room_is_bounded(room, monkeypatch):
    monkeypatch.setattr(rooms_bounds, "MAX_STUDENTS", 2)
    monkeypatch.setattr(rooms_bounds, "MAX_QUESTIONS", 2)
    room.join("x" * 40)
    with pytest.raises(SettingError, match="41 characters"):
        room.join("x" * 41)
    room.join()
    with pytest.raises(RoomError, match="full with 2"):
        room.join()
    room.ask(CUT)
    room.ask(CUT)
    with pytest.raises(RoomError, match="holds 2 questions"):
        room.ask(CUT)
    with pytest.raises(SettingError, match="2,001"):
        room.show("x" * 2001)


def test_only_the_teachers_key_is_the_teachers(room):
    assert room.is_teacher(room.key)
    assert not any(map(room.is_teacher, ("", room.join(), Room("BCDF").key, "ключ")))


def test_of_100_students_who_vote_at_once_from_threads_each_counts_once(room):
    room.ask(CUT)

    def take_part(number: int) -> None:
        key = room.join()
        for place in (number + 1, number + 2, number):  # changes its mind twice
            room.guess(key, 1, CUT.options[place % 3])
        room.raise_hand(key, up=number % 2 == 0)

    with ThreadPoolExecutor(20) as threads:
        list(threads.map(take_part, range(100)))
    assert room.poll().counts == (34, 33, 33)
    assert len(room.attendance().hands) == 50
    assert room.version == 1 + 5 * 100
