import csv
import io
import json

import pytest
from streamlit.testing.v1 import AppTest

from core.lessons.evidence import as_csv
from pages.parts.inspect import panels

RED = {"gallery": "scenes", "image": "red/1.jpg"}
FEW = {"K": "12", "L": "2", "probes": "1"}  # such that something is missed


@pytest.fixture
def open_page(open_app):
    """Open the page on six red and six blue images, with these parameters in its address."""

    def open_page(**params: str) -> AppTest:
        page = open_app("pages/1_inspect.py", **params)
        assert not page.exception
        return page

    return open_page


@pytest.fixture
def seen(monkeypatch):
    """What the page shows, in the order of its runs."""
    runs = []
    begin = panels.begin
    monkeypatch.setattr(panels, "begin", lambda *given: runs.append(begin(*given)) or runs[-1])
    return runs


def texts(page):
    return " ".join(it.value for it in (*page.markdown, *page.caption, *page.success))


def metrics(page):
    return {metric.label: metric.value for metric in page.metric}


def test_without_a_query_the_first_image_is_an_example_and_the_page_says_so(open_page):
    page = open_page()
    assert "this is the gallery's first" in texts(page)
    assert "the gallery's first" not in texts(open_page(**RED))


def test_the_recall_is_told_to_whom_has_guessed(open_page, seen):
    page = open_page(**RED, **FEW)
    assert metrics(page)["Neighbour recall@10"] == "?"
    page.button_group(key="guess").set_value("None").run()
    assert page.query_params["guess"] == "None"
    recall = seen[-1].evidence.result.neighbour_recall
    assert recall < 1
    assert metrics(page)["Neighbour recall@10"] == f"{recall:.0%}"
    assert "Not quite" in texts(page)


@pytest.mark.parametrize(
    ("guess", "n_missed", "is_right"),
    [
        ("None", 0, True),
        ("None", 1, False),
        ("Up to a quarter", 2, True),
        ("Up to a quarter", 3, False),
        ("Up to a half", 5, True),
        ("More", 5, False),
        ("More", 6, True),
    ],
)
def test_a_guess_is_right_where_the_share_that_was_missed_lies_in_it(guess, n_missed, is_right):
    assert ("Right" in panels._revealed(guess, n_missed, 10)) == is_right


@pytest.mark.parametrize("part", panels.PARTS)
def test_every_part_opens_by_its_address_and_nonsense_in_it_is_ignored(open_page, part):
    for others in ({}, {"table": "0", "other": "green/9.jpg", "guess": "all"}, FEW):
        page = open_page(**RED, part=part, **others)
        assert page.session_state["part"] == part
        assert not page.error


def test_an_unknown_part_opens_the_first(open_page):
    assert open_page(**RED, part="sideways").session_state["part"] == "Hash code"


def test_each_missed_neighbour_is_told_with_what_brings_it_back(open_page, seen):
    page = open_page(**RED, **FEW, part="Missed")
    missed = seen[-1].evidence.missed
    assert missed
    told = texts(page)
    for image in missed:
        assert f"rank {image.exact_rank} of the exact scan" in told
        if image.least_probes:
            assert f"**{panels._probes(image.least_probes)}** per table" in told


def test_where_nothing_was_missed_the_page_says_so(open_page):
    assert "Nothing was missed" in texts(open_page(**RED, K="1", probes="2", part="Missed"))


def test_any_image_can_be_explained_and_the_choice_goes_to_the_address(open_page, seen):
    page = open_page(**RED, part="Why?", other="blue/2.jpg")
    box = page.selectbox(key="other")
    assert box.value == "blue/2.jpg"
    ranking = seen[-1].evidence.ranking.ids.tolist()
    assert len(box.options) == len(ranking) == 11  # all but the query
    box.set_value("red/3.jpg").run()
    assert page.query_params["other"] == "red/3.jpg"
    assert metrics(page)["Exact rank"] == str(
        seen[-1].evidence.rank(next(i.id for i in seen[-1].gallery.items if i.name == "red/3.jpg"))
    )


def test_a_missed_neighbour_is_explained_first(open_page, seen):
    page = open_page(**RED, **FEW, part="Why?")
    assert page.selectbox(key="other").value == seen[-1].evidence.missed[0].name


def test_a_setting_keeps_part_table_and_image(open_page):
    chosen = {"part": "Buckets", "table": "2", "other": "red/3.jpg", "guess": "More"}
    page = open_page(**RED, **chosen)
    page.slider(key="K").set_value(5).run()
    assert not page.exception
    own = {name: page.query_params[name] for name in panels.OWN}
    assert own == chosen
    page.slider(key="L").set_value(1).run()  # there is no table 2 any more
    assert not page.exception


def test_the_files_hold_this_query_and_the_image_that_was_chosen(open_page, seen):
    open_page(**RED, **FEW, part="Evidence", other="blue/2.jpg")
    arguments = {"title": "red/1.jpg", "model_digest": "m", "address": "a", "others": [0]}
    found = seen[-1].evidence
    told = json.loads(panels._json(found, arguments))
    assert told["query"]["id"] == found.result.query_id
    assert 0 in {it["id"] for it in told["explained"]}
    rows = list(csv.DictReader(io.StringIO(as_csv(found, **arguments))))
    assert 0 in {int(row["id"]) for row in rows}


def test_an_unknown_query_gets_one_sentence(open_page):
    page = open_page(gallery="scenes", image="green/1.jpg", part="Why?")
    assert ["no image named" in it.value for it in page.error] == [True]


def test_a_picture_from_elsewhere_can_be_inspected(open_page, seen):
    page = open_page(gallery="scenes", sample="china", part="Why?")
    assert seen[-1].evidence.result.query_id is None
    assert len(page.selectbox(key="other").options) == 12
