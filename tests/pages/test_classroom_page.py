"""The classroom without a browser: a teacher and students, each in a session of their own."""

import pytest

from core.lessons.classroom.question import ClassQuestion
from pages.parts.selftest.for_class import class_questions
from pages.ui import navigation, resources
from tests.pages.conftest import opener

classroom_page = opener(navigation.CLASSROOM)
CUT = ClassQuestion(text="*36°* of <b>180°</b>?", options=("10%", "20%", "36%"), right="20%")


@pytest.fixture
def room():
    """A room that is open."""
    it = resources.rooms().open()
    yield it
    resources.rooms().close(it)


def button(page, label):
    return next(it for it in page.button if it.label == label)


def bars(page):
    return [it.proto.text for it in page.get("progress")]


def texts(page):
    return [it.value for it in page.markdown]


def test_a_teacher_opens_a_room_asks_reveals_and_closes(classroom_page):
    page = button(classroom_page(), "Open a room").click().run()
    room = resources.rooms().find(page.query_params["room"])
    assert room.is_teacher(page.query_params["key-room"])
    assert page.metric[0].value == room.code
    page = page.selectbox(key="class-subject").select("Probes").run()
    page = button(page, "Ask the class").click().run()
    asked = class_questions(1)["Probes"]
    assert room.poll().question == asked
    key = room.join("Ada")
    room.guess(key, 1, asked.right)
    assert next(it for it in page.run().metric if it.label == "Answered").value == "1 of 1"
    page = button(page, "Reveal").click().run()
    assert sum("right" in it and "1 (100%)" in it for it in bars(page)) == 1
    button(page, "Next").click().run()
    assert room.poll() is None
    button(page, "Close it now").click().run()
    assert room.is_closed
    assert "Open a room" in {it.label for it in page.button}


def test_a_teacher_asks_an_own_question_and_sends_the_class_to_a_page(classroom_page, room):
    page = classroom_page(room=room.code, **{"key-room": room.key})
    page.text_input(key="own-text").input("2 + 2?")
    page.text_area(key="own-options").input("4\n4")
    page = button(page, "Ask your question").click().run()
    assert "Two options are the same" in page.error[0].value
    page.text_area(key="own-options").input("3\n*4")
    page = button(page, "Ask your question").click().run()
    assert not page.error
    assert room.poll().question == ClassQuestion(text="2 + 2?", options=("3", "4"), right="4")
    page.text_input(key="view-address").input("https://example.com/search")
    page = button(page, "Show this").click().run()
    assert "leads to another server" in page.error[0].value
    page.text_input(key="view-address").input("/search?image=owl%2F03.jpg&guess-a=b")
    page = button(page, "Show this").click().run()
    assert room.shown == "./search?image=owl%2F03.jpg"


def test_a_student_joins_by_the_code_guesses_and_sees_what_was_right(classroom_page, room):
    page = classroom_page()
    page.text_input(key="code").input(room.code.lower())
    page = button(page, "Go to the room").click().run()
    page.text_input(key="name").input("<i>Ada</i>")
    page = button(page, "Join").click().run()
    assert "Nothing is asked now" in page.info[0].value
    room.ask(CUT)
    page = page.run()
    assert r"\*36°\* of \<b\>180°\</b\>?" in "".join(texts(page))  # as it is
    assert not bars(page)
    button(page, "36%").click().run()
    assert button(page, "20%").click().run().button
    assert room.poll().counts == (0, 1, 0)
    page.toggle[0].set_value(True).run()
    assert room.attendance().hands == ("<i>Ada</i>",)
    room.reveal()
    page = page.run()
    assert [it for it in bars(page) if "your guess" in it] == [
        r"**20%** · :green[:material/check: **right**] · your guess · 1 (100%)"
    ]
    resources.rooms().close(room)
    assert f"There is no room {room.code}" in page.run().error[0].value
    assert "room" not in page.query_params


def test_who_has_no_key_of_the_room_stands_at_its_door(classroom_page, room):
    page = classroom_page(room=room.code, **{"key-room": "guessed"})
    assert [it.label for it in page.button if it.label in {"Join", "Ask the class"}] == ["Join"]


def test_a_walk_over_other_pages_leads_back_into_the_room(classroom_page, room):
    named = {"room": room.code, "key-room": room.key}
    page = classroom_page(**named)
    page.switch_page(navigation.TEACHING)
    for name in named:
        del page.query_params[name]
    page.run().switch_page(navigation.CLASSROOM)
    assert button(page.run(), "Ask the class")
    assert {name: page.query_params[name] for name in named} == named


def test_a_teacher_shows_a_page_as_it_is_and_a_student_sees_where_the_class_is(open_app, room):
    open_app(navigation.CLASSROOM)  # as everybody in a room has
    ada = room.join("Ada")
    address = {"part": "Grad-CAM", "guess-map": "both alike"}
    page = open_app(navigation.ATTENTION, **address, **{"key-room": room.key})
    button(page, "Show this to the class").click().run()
    assert room.shown == "./attention?part=Grad-CAM"
    page = open_app(navigation.GLOSSARY, **{"key-room": ada})
    links = [it.proto.label for it in page.get("page_link")]
    assert "The class looks at: How attention works" in links
    page = button(page, "Look around on my own").click().run()
    assert room.attendance().n_following == 0
    button(page, "Back to the class").click().run()
    assert room.student(ada).follows
    resources.rooms().close(room)
    page = page.run()
    assert "The room of your class is closed" in page.info[0].value
    assert "key-room" not in page.query_params


@pytest.mark.parametrize("number", range(1, 30))
def test_every_question_of_the_bank_fits_a_class(number):
    assert len(class_questions(number)) == 10
