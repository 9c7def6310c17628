"""The guided tour, without a browser: what its steps say, where they lead, and how it marks."""

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import glossary, navigation
from pages.ui.machine.stages import STAGES
from pages.ui.tour import progress, way_in
from pages.ui.tour.steps import STEPS
from pages.ui.view import RANGES, parse

ROOT = Path(__file__).parents[2]
LAST = str(len(STEPS))
FIRST_IDEAS = [step for step in STEPS if step.asks]


@pytest.fixture
def last_page(open_app):
    """Open the page of the last step, the quickest one."""
    return lambda **params: open_app(navigation.SELF_TEST, **params)


def sources(page: str) -> str:
    """All that stands in a page and its parts."""
    name = Path(page).stem.removeprefix("1_")
    parts = (ROOT / "pages" / "parts" / name).glob("*.py")
    return "".join(path.read_text(encoding="utf-8") for path in (ROOT / page, *parts))


def told(page: AppTest) -> list[str]:
    return [it.value for it in page.sidebar.markdown if it.value.startswith("**Step ")]


def test_it_has_ten_steps_on_pages_of_the_menu():
    assert len(STEPS) == 10
    assert {step.page for step in STEPS} <= {page for page, _, _ in navigation.MENU}


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.title)
def test_a_step_is_at_most_sixty_words_and_names_no_measured_figure(step):
    text = f"{glossary.plain(step.idea)} {step.do}"
    assert len(text.split()) <= 60
    assert set(re.findall(r"\d+", text)) <= {"0", "1"}  # a gate's ends, an arrow's length


@pytest.mark.parametrize("step", FIRST_IDEAS, ids=lambda step: step.title)
def test_a_step_lights_a_question_that_its_page_asks(step):
    assert f'key="{step.asks}"' in sources(step.page)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.title)
def test_a_step_names_a_stage_of_the_machine_if_it_is_about_one(step):
    assert step.stage in {None, *(stage.name for stage in STAGES)}


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.title)
def test_each_step_opens_a_state_that_its_page_knows(step):
    own = {
        name: value
        for name, value in step.state.items()
        if name not in {"part", "painting", *RANGES}
    }
    assert own.items() <= (parse(step.state).params() | {"gallery": "scenes"}).items()
    for name in RANGES.keys() & step.state:
        assert getattr(parse(step.state), name) == int(step.state[name])
    if "part" in step.state:
        assert f'"{step.state["part"]}":' in sources(step.page)


def test_a_step_is_told_on_its_own_page(last_page):
    assert told(last_page(tour=LAST)) == [f"**Step 10 of 10 · {STEPS[-1].title}**"]


@pytest.mark.parametrize("step", [None, "", "0", "11", "-1", "ten", "9.0", "٩", "8", "9" * 5_000])
def test_anything_else_in_the_address_is_ignored(last_page, step):
    page = last_page() if step is None else last_page(tour=step)
    assert told(page) == []
    assert not page.exception


def test_a_link_within_the_page_keeps_the_step_and_leaving_ends_it(last_page):
    page = last_page(tour=LAST)
    del page.query_params["tour"]
    assert told(page.run())
    assert page.query_params["tour"] == LAST
    page.button(key="leave-tour").click().run()
    assert told(page) == []
    assert "tour" not in page.query_params
    assert told(page.run()) == []


@pytest.mark.parametrize(("choose", "mark"), [("right", progress.RIGHT), ("wrong", progress.WRONG)])
def test_the_first_guess_marks_the_step_and_a_second_one_does_not(open_app, choose, mark):
    page = open_app(navigation.BENCHMARK, tour="9")
    guess = page.radio(key="guess-crossing")
    right = "100,000"  # asked of the measured file: the index of the lessons, clusters of 256
    wrong = "1,000"
    first, second = (right, wrong) if choose == "right" else (wrong, right)
    guess.set_value(first).run()
    expected = f"{'-' * 8}{mark}-"
    assert page.query_params["guess-tour"] == expected
    page.radio(key="guess-crossing").set_value(second).run()
    assert page.query_params["guess-tour"] == expected


def test_the_way_in_leads_to_the_first_step_that_is_still_open(monkeypatch):
    monkeypatch.setattr(progress, "marks", lambda: "1x--------")
    label, page, params = way_in()
    assert label.endswith("step 3")
    assert page == STEPS[2].page
    assert (params["tour"], params["guess-tour"]) == ("3", "1x--------")


@pytest.mark.parametrize("text", ["", "1x", "1x2-------", "-" * 11])
def test_marks_that_make_no_sense_are_none(last_page, text):
    page = last_page(tour=LAST, **{"guess-tour": text})
    assert not page.exception
    assert page.session_state["guess-tour"] == progress.OPEN * len(STEPS)


def test_an_upload_has_no_link_and_says_so(last_page):
    page = last_page(upload="me.jpg")
    assert any("No link for others" in it.value for it in page.sidebar.caption)
    assert not last_page().sidebar.caption
