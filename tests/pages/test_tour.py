"""The guided tour, without a browser: what its steps say, where they lead, and how it marks."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.galleries.registry import open_gallery
from pages.parts.selftest.bank import draw
from pages.ui import glossary, navigation
from pages.ui.machine.stages import STAGES
from pages.ui.tour import minutes, progress, way_in
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


def metrics(page: AppTest) -> set[str]:
    return {it.label for it in page.metric}


def texts_of(page: AppTest) -> list[str]:
    """All that a page says beside its figures, the card of its step with it."""
    main = page.main
    texts = (main.markdown, main.caption, main.title, main.header, main.subheader)
    boxes = (main.info, main.success, main.warning)
    said = [it.value for kind in (*texts, *boxes) for it in kind]
    said += [text for it in main.radio for text in (it.label, *it.options)]
    said += [text for it in main.metric for text in (it.label, it.value, it.delta)]
    said += [it.label for kind in (main.button, main.slider, main.tabs) for it in kind]
    said += [it.proto.label for it in main.get("page_link")]
    return said


def words(texts: Iterable[str]) -> int:
    """How many words somebody reads, who opens the meaning of none."""
    closed = re.sub('<span class="meaning".*?</span>', "", " ".join(texts))
    return len(re.findall(r"\w\S*", re.sub(r"<[^>]*>|:[a-z]+/[a-z_]+:", "", closed)))


def dots(page: AppTest, number: int) -> list[str]:
    """What the dot of a step says, in the panel beside the page."""
    html = "".join(it.proto.body for it in page.sidebar.get("html"))
    return re.findall(rf'aria-label="(Step {number}, [^"]*)"', html)


def told(page: AppTest) -> list[str]:
    return [it.value for it in page.sidebar.markdown if it.value.startswith("**Step ")]


def test_it_has_ten_steps_on_pages_of_the_menu():
    assert len(STEPS) == 10
    assert {step.page for step in STEPS} <= {page for page, _, _ in navigation.MENU}


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.title)
def test_an_idea_is_at_most_45_words_and_names_no_measured_figure(step):
    text = f"{glossary.plain(step.idea)} {step.do}"
    assert len(glossary.plain(step.idea).split()) <= 45
    assert len(step.do.split()) <= 15
    # a gate's ends, an arrow's length, a kernel's side
    assert set(re.findall(r"\d+", text)) <= {"0", "1", "7"}


@pytest.fixture
def step_page(open_app):
    """Open a step on the gallery that it is about, with all its guesses made unless told."""

    def step_page(number: int, **params: str) -> AppTest:
        step, gallery = STEPS[number - 1], open_gallery("scenes")
        made = {"tour": str(number), "guess-tour": "a" * len(STEPS)}
        page = open_app(step.page, gallery, **step.state | made | params)
        assert not page.exception
        return page

    return step_page


@pytest.mark.parametrize("number", range(1, len(STEPS) + 1))
def test_a_step_shows_as_many_words_as_the_tour_counts(step_page, number):
    texts = texts_of(step_page(number))
    if number == len(STEPS):  # then what comes once it is marked
        questions = draw(int(STEPS[-1].state["test"])).values()
        assert not any("Grad-CAM" in text for it in questions for text in (it.text, *it.options))
        right = "".join(str(it.options.index(it.right)) for it in questions)
        marked = texts_of(step_page(number, **{"guess-test": right}))
        texts += [text for text in marked if text not in texts]
    assert minutes.SHOWN_WORDS[number - 1] == pytest.approx(words(texts), rel=0.1)


def test_the_first_step_says_how_long_all_of_it_takes(search_page):
    n_asked = len(STEPS) - 1  # 5 s to guess and 8 s to look at each; 5 s for each of ten answers
    seconds = n_asked * (5 + 8) + 10 * 5 + len(STEPS) * 2
    assert minutes.estimate() == pytest.approx(sum(minutes.SHOWN_WORDS) / 120 + seconds / 60)
    said = f"The whole tour: about {minutes.estimate():.0f} minutes."
    assert [it.value for it in search_page(tour="1").sidebar.caption].count(said) == 1


@pytest.mark.parametrize("step", FIRST_IDEAS, ids=lambda step: step.title)
def test_a_step_lights_a_question_that_its_page_asks(step):
    assert f'key="{step.asks}"' in sources(step.page)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.title)
def test_a_step_shows_parts_that_its_page_has(step):
    for part in (*step.shows, *step.then):
        assert f'tour.shows("{part}")' in sources(step.page)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.title)
def test_a_step_names_a_stage_of_the_machine_if_it_is_about_one(step):
    assert step.stage in {None, *(stage.name for stage in STAGES)}


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.title)
def test_each_step_opens_a_state_that_its_page_knows(step):
    own = {
        name: value
        for name, value in step.state.items()
        if name not in {"part", "painting", "test", *RANGES}
    }
    assert own.items() <= (parse(step.state).params() | {"gallery": "scenes"}).items()
    for name in RANGES.keys() & step.state:
        assert getattr(parse(step.state), name) == int(step.state[name])
    if "part" in step.state:
        assert f'"{step.state["part"]}":' in sources(step.page)


def test_a_step_is_told_on_its_own_page(last_page):
    assert told(last_page(tour=LAST)) == [f"**Step 10 · {STEPS[-1].title}**"]


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


@pytest.mark.parametrize(
    ("choose", "mark"), [("right", "guessed right"), ("wrong", "not right at first")]
)
def test_the_first_guess_marks_the_step_and_a_second_one_does_not(open_app, choose, mark):
    page = open_app(navigation.BENCHMARK, tour="9")
    right = "100,000"  # asked of the measured file: the index of the lessons, clusters of 256
    wrong = "1,000"
    first, second = (right, wrong) if choose == "right" else (wrong, right)
    for guess in (first, second, first):
        page.radio(key="guess-crossing").set_value(guess).run()
        (told,) = dots(page, 9)
        assert told.endswith(f": {mark}; you are here")
        assert page.query_params["guess-tour"][8].upper() == {wrong: "A", right: "C"}[guess]


def test_a_guess_that_is_kept_already_is_not_told_to_the_address_again(monkeypatch):
    class Address(dict):
        def __setitem__(self, name, text):
            super().__setitem__(name, text)
            told.append(name)

    told = []
    monkeypatch.setattr(progress.st, "query_params", Address())
    monkeypatch.setattr(progress.st, "session_state", {})
    assert progress.mark(9, 2, is_right=True)
    assert told == ["guess-tour"]
    assert not progress.mark(9, 2, is_right=True)
    assert told == ["guess-tour"]
    assert progress.mark(9, 0, is_right=False)
    assert told == ["guess-tour"] * 2


def test_a_link_that_is_older_than_a_guess_does_not_undo_it(monkeypatch):
    session = {"tour-kept": {"guess-tour": "Cb-------A"}}
    monkeypatch.setattr(progress.st, "session_state", session)
    for older in ("C---------", "cb--------", "----------"):
        monkeypatch.setattr(progress.st, "query_params", {"guess-tour": older})
        assert progress.marks() == "Cb-------A"
    monkeypatch.setattr(progress.st, "query_params", {"guess-tour": "Ab-d------"})  # of another's
    assert progress.marks() == "Cb-d-----A"


def test_the_way_in_leads_to_the_first_step_that_is_still_open(monkeypatch):
    monkeypatch.setattr(progress, "kept", lambda: {"guess-tour": "Cb--------"})
    label, page, params = way_in()
    assert label.endswith("step 3")
    assert page == STEPS[2].page
    assert (params["tour"], params["guess-tour"]) == ("3", "Cb--------")


@pytest.mark.parametrize("text", ["", "Cb", "C1--------", "-" * 11])
def test_marks_that_make_no_sense_are_none(last_page, text):
    page = last_page(tour=LAST, **{"guess-tour": text})
    assert not page.exception
    assert page.session_state["tour-kept"] == {}


def test_a_guess_is_there_again_in_whatever_way_one_comes_back(search_page):
    page = search_page(tour="2", image="red/1.jpg")
    page.radio(key="guess-stage").set_value("the look-up").run()
    kept = page.query_params["guess-tour"]
    assert kept[1].upper() == "C"
    again = search_page(tour="2", image="red/1.jpg", **{"guess-tour": kept})
    assert again.radio(key="guess-stage").value == "the look-up"
    assert again.success or again.info
    wrong_place = search_page(tour="2", **{"guess-tour": "-z--------", "image": "red/1.jpg"})
    assert wrong_place.radio(key="guess-stage").value is None  # there is no such option


def test_what_answers_a_question_waits_for_the_guess(search_page):
    page = search_page(tour="2", image="red/1.jpg")
    assert [it.key for it in page.radio] == ["guess-stage"]  # and of this step alone
    headers = {it.value for it in page.header}
    assert "Time per stage" not in headers
    assert "Look-up time" not in metrics(page)
    page.radio(key="guess-stage").set_value("the network").run()
    assert "Time per stage" in {it.value for it in page.header}
    page.button(key="leave-tour").click().run()
    assert "Look-up time" in metrics(page)


def test_an_upload_has_no_link_and_says_so(last_page):
    page = last_page(upload="me.jpg")
    assert any("No link for others" in it.value for it in page.sidebar.caption)
    assert not last_page().sidebar.caption
