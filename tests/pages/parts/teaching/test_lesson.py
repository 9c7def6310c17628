"""Lesson plans: their minutes, and that every step leads to a page in a state that it knows."""

import pytest

from pages.parts.teaching.plans import LESSONS
from pages.ui import navigation
from pages.ui.view import parse
from tests.pages.conftest import opener
from tests.pages.test_tour import sources

teaching_page = opener(navigation.TEACHING)
STEPS = {step.title: step for steps in LESSONS.values() for step, _ in steps}.values()


def test_the_steps_of_a_lesson_take_the_minutes_that_it_is_called_by():
    assert {name: sum(its for _, its in steps) for name, steps in LESSONS.items()} == {
        10: 10,
        45: 45,
        90: 90,
    }


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.title)
def test_a_step_leads_to_a_page_of_the_menu_in_a_state_that_it_knows(step):
    assert step.page in {page for page, _, _ in navigation.MENU}
    assert parse(step.state).params() == {
        name: value for name, value in step.state.items() if name != "part"
    }
    if "part" in step.state:
        assert f'"{step.state["part"]}":' in sources(step.page)


def test_the_page_shows_the_chosen_lesson_minute_by_minute(teaching_page):
    def told(**params):
        links = [it.proto.label for it in teaching_page(**params).get("page_link")]
        return [label for label in links if " min · " in label]

    assert told() == told(minutes="10") == told(minutes="eleven")
    assert told()[:2] == ["0–2 min · A picture finds its like", "2–5 min · One cut, one bit"]
    assert len(told(minutes="90")) == len(LESSONS[90])
