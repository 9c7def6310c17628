"""The guided tour, without a browser: where its steps lead, and what an address may say."""

import ast
from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.galleries import store
from core.galleries.registry import open_known
from core.index.lsh import LSHConfig
from core.search import SearchConfig, build_index, find_by_name, look_up
from pages.ui import navigation, resources, tour
from pages.ui.view import RANGES, parse

ROOT = Path(__file__).parents[2]


def parts(page: str) -> set[str]:
    """Names of a page's tabs."""
    source = ast.parse((ROOT / page).read_text(encoding="utf-8"))
    named = [
        node.value
        for node in source.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PARTS"
    ]
    return {key.value for key in named[0].keys if isinstance(key, ast.Constant)}


@pytest.fixture
def results(open_app):
    """Open the Results page, the quickest one."""
    return partial(open_app, navigation.RESULTS)


def told(page: AppTest) -> list[str]:
    return [it.value for it in page.markdown if it.value.startswith("**Step ")]


def test_it_has_ten_steps_on_pages_of_the_menu():
    assert len(tour.STEPS) == 10
    assert {step.page for step in tour.STEPS} <= {page for page, _, _ in navigation.MENU}


@pytest.mark.parametrize("step", tour.STEPS, ids=lambda step: step.title)
def test_each_step_opens_a_state_that_its_page_knows(step):
    own = {name: value for name, value in step.state.items() if name not in {"part", *RANGES}}
    assert own.items() <= (parse(step.state).params() | {"gallery": "scenes"}).items()
    for name in RANGES.keys() & step.state:
        assert getattr(parse(step.state), name) == int(step.state[name])
    if "part" in step.state:
        assert step.state["part"] in parts(step.page)


def test_the_numbers_it_tells_of_the_owl_are_those_that_a_search_finds():
    gallery = open_known("scenes")
    embedder = resources.embedder()
    stored = store.load(gallery, embedder.digest)
    id = find_by_name(gallery, "owl/03.jpg")
    index = build_index(stored, "both", LSHConfig())
    query = resources.stored_query(gallery, stored, id, "both")
    result = look_up(query, gallery, index, SearchConfig(), query_id=id)
    words = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    found = round(10 * result.neighbour_recall)
    first, second, missed = tour.STEPS[0], tour.STEPS[1], tour.STEPS[6]
    assert f"all {result.n_gallery}" in first.look
    assert f"found {words[found]} of the exact scan's ten" in first.do
    assert f"which {words[10 - found]} did it miss" in first.do
    assert f"owl's ({result.exact_hits[0].similarity:.2f})" in second.do
    assert f"{words[10 - found].capitalize()} of its ten neighbours" in missed.look


def test_a_step_is_told_on_its_own_page_with_its_neighbours_before_and_after(results):
    (text,) = told(results(tour="9"))
    assert text.startswith("**Step 9 of 10 · Against the paper.**")


@pytest.mark.parametrize("step", [None, "", "0", "11", "-1", "nine", "9.0", "٩", "8", "9" * 5_000])
def test_anything_else_in_the_address_is_ignored(results, step):
    page = results() if step is None else results(tour=step)
    assert told(page) == []
    assert not page.exception


def test_a_link_within_the_page_keeps_the_step_and_leaving_ends_it(results):
    page = results(tour="9")
    del page.query_params["tour"]
    assert told(page.run())
    assert page.query_params["tour"] == "9"
    page.button(key="leave-tour").click().run()
    assert told(page) == []
    assert "tour" not in page.query_params
    assert told(page.run()) == []


def test_an_upload_has_no_link_and_says_so(results):
    page = results(upload="me.jpg")
    assert any("No link for others" in it.value for it in page.sidebar.caption)
    assert not results().sidebar.caption
