import re
from functools import partial

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.galleries.folder import open_folder
from core.methods.base import Pictures
from core.methods.svm import SvmActiveLearning
from pages.parts.feedback import game
from pages.ui import resources

RED = {"gallery": "scenes", "image": "red/1.jpg"}
LABELS, UNDO, AGAIN = "Let the labels answer", "Undo the last round", "Start again"


@pytest.fixture
def open_gallery(open_app):
    """Open the page on this gallery, with these parameters in its address."""
    return partial(open_app, "pages/feedback.py")


@pytest.fixture
def open_page(open_gallery, small_gallery):
    """Open the page on six red and six blue images."""
    return lambda **params: open_gallery(small_gallery, **params)


@pytest.fixture
def unlabelled(small_gallery, tmp_path):
    """Make a gallery of n images without labels."""

    def unlabelled(n: int):
        (tmp_path / "flat").mkdir()
        for item in small_gallery.items[:n]:
            path = tmp_path / "flat" / item.name.replace("/", "-")
            path.write_bytes(small_gallery.read(item.id))
        return open_folder(tmp_path / "flat")

    return unlabelled


def visit(page, **params: str) -> AppTest:
    page.query_params.clear()
    for name, value in params.items():
        page.query_params[name] = value
    return page.run()


def click(page, label: str) -> None:
    next(button for button in page.button if button.label == label).click().run()


def labels(page) -> list[str]:
    return [button.label for button in page.button]


def played(page):
    return page.session_state["feedback-game"]


def asked(page):
    """The controls below the images that the SVM asks about, in its order."""
    return [group for group in page.button_group if group.key.startswith("answer-")]


def row(group, gallery) -> int:
    """The row of the image that a control stands below, by the image's name."""
    (name,) = re.findall(r"Is (.+) relevant\?", group.label)
    return next(item.id for item in gallery.items if item.name == name)


def metrics(page) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def is_red(gallery):
    return np.array([item.label == "red" for item in gallery.items])


def test_the_first_ranking_is_the_exact_scan_and_the_query_is_not_in_it(open_page, small_gallery):
    page = open_page(**RED)
    assert not page.exception
    stored = resources.finished(resources.embedded(small_gallery))
    query = next(item.id for item in small_gallery.items if item.name == "red/1.jpg")
    matrix = stored.of("both")
    order = np.argsort(-(matrix @ matrix[query]), kind="stable").tolist()
    assert played(page).rankings[0].tolist() == [row for row in order if row != query]
    assert metrics(page)["Rounds"] == "0"


def test_the_labels_teach_the_svm_to_rank_all_red_images_first(open_page, small_gallery):
    page = open_page(**RED)
    click(page, LABELS)
    assert not page.exception
    assert metrics(page)["Rounds"] == "1"
    assert is_red(small_gallery)[played(page).rankings[-1]].tolist() == [True] * 5 + [False] * 6
    assert metrics(page)["Precision@10"] == "50%"  # five of the ten places can be red
    assert "Precision@20" not in metrics(page)  # there are not twenty images


def test_a_visitor_who_calls_blue_what_they_want_gets_blue(open_page, small_gallery):
    page = open_page(**RED)
    red = is_red(small_gallery)
    for group in asked(page):
        group.set_value(bool(not red[row(group, small_gallery)]))
    click(page, "Answer")
    answers = played(page).session.answers
    assert len(answers) == 10
    assert all(relevant == (not red[it]) for it, relevant in answers.items())
    top = played(page).rankings[-1][:4]
    assert not red[top].any()


def test_an_image_that_was_left_open_is_not_learned_and_is_asked_about_again(
    open_page, small_gallery
):
    page = open_page(**RED)
    first, second = (row(group, small_gallery) for group in asked(page)[:2])
    asked(page)[0].set_value(False)
    click(page, "Answer")
    assert played(page).session.answers == {first: False}
    rows = [row(group, small_gallery) for group in asked(page)]
    assert second in rows
    assert first not in rows


@pytest.mark.parametrize("button", ["Answer", LABELS])
def test_what_was_said_in_one_round_is_not_said_in_the_next_or_after_undo(open_page, button):
    page = open_page(**RED)
    asked(page)[0].set_value(False)
    click(page, button)
    assert [group.value for group in asked(page)] == [None] * len(asked(page))
    asked(page)[0].set_value(True)
    click(page, UNDO)
    assert [group.value for group in asked(page)] == [None] * 10


def test_no_answer_at_all_gets_one_sentence_and_is_no_round(open_page):
    page = open_page(**RED)
    click(page, "Answer")
    assert ["Nothing was answered" in it.value for it in page.warning] == [True]
    assert metrics(page)["Rounds"] == "0"
    click(page, LABELS)
    assert not page.warning


def test_undo_brings_the_ranking_before_the_last_round_back_and_start_again_the_first(open_page):
    page = open_page(**RED)
    seen = [played(page).rankings[-1].tolist()]
    for _ in range(2):
        click(page, LABELS)
        seen.append(played(page).rankings[-1].tolist())
    assert seen[0] != seen[1]
    click(page, UNDO)
    assert played(page).rankings[-1].tolist() == seen[1]
    click(page, LABELS)
    assert played(page).rankings[-1].tolist() == seen[2]
    click(page, AGAIN)
    assert [ranking.tolist() for ranking in played(page).rankings] == seen[:1]


def test_when_every_image_was_answered_about_nothing_is_asked(open_page):
    page = open_page(**RED)
    for _ in range(2):  # ten, and the last of the eleven
        click(page, LABELS)
    assert ["every image" in it.value for it in page.info] == [True]
    assert LABELS not in labels(page)
    assert asked(page) == []


def address(page) -> dict[str, str]:
    """What the page's address says: a list once the page has written it."""
    return {
        name: value if isinstance(value, str) else value[-1]
        for name, value in page.query_params.items()
    }


def test_a_link_brings_the_answers_back_in_another_browser(open_page):
    page = open_page(**RED)
    asked(page)[0].set_value(False)
    click(page, "Answer")
    click(page, LABELS)
    other = open_page(**address(page))
    assert metrics(other)["Rounds"] == "2"
    assert played(other).session.answers == played(page).session.answers
    assert [it.tolist() for it in played(other).rankings] == [
        it.tolist() for it in played(page).rankings
    ]
    click(other, UNDO)
    click(other, UNDO)
    assert "answers" not in other.query_params


def test_answers_mean_nothing_for_another_query(open_page):
    page = open_page(**RED)
    click(page, LABELS)
    kept = address(page)
    visit(page, **kept | {"image": "blue/2.jpg"})
    assert metrics(page)["Rounds"] == "0"
    visit(page, **kept)
    assert metrics(page)["Rounds"] == "1"


@pytest.mark.parametrize("rounds", ["0y0n", "99y", "x", "", "1y2", "\u0661y", "1y." * 4_000])
def test_answers_that_make_no_sense_are_ignored(open_page, rounds):
    page = open_page(**RED)
    click(page, LABELS)
    mark = address(page)["answers"].partition(".")[0]
    page = open_page(**RED, answers=f"{mark}.{rounds}")
    assert not page.exception
    assert not page.error
    assert metrics(page)["Rounds"] == "0"


def test_a_guess_is_answered_after_the_first_round(open_page):
    page = open_page(**RED)
    page.radio(key="guess-round").set_value("it stays as good").run()
    assert ["Now answer the round" in it.value for it in page.caption].count(True) == 1
    click(page, LABELS)  # its five red ones are among the first ten as before
    assert ["Precision@10 was 50% and is 50%" in it.value for it in page.success] == [True]


def test_ranks_are_marked_by_what_they_were_before_the_last_round(open_page):
    page = open_page(**RED)
    asked(page)[0].set_value(False)
    click(page, "Answer")
    click(page, LABELS)
    first, before, after = (ranking.tolist() for ranking in played(page).rankings)
    assert len({tuple(first), tuple(before), tuple(after)}) == 3
    shown = [it.value for it in page.markdown if re.match(r"\*\*\d", it.value)]
    assert len(shown) == game.N_SHOWN
    for rank, (row, facts) in enumerate(zip(after, shown, strict=False), start=1):
        was = before.index(row) + 1
        assert facts.startswith(f"**{rank}** ")
        assert ("**new**" in facts) == (was > game.N_SHOWN)
        assert (f"▲{was - rank}]" in facts) == (rank < was <= game.N_SHOWN)
        assert (f"▼{rank - was}]" in facts) == (was < rank)


@pytest.mark.parametrize(
    ("rank", "before", "mark"),
    [
        (3, None, ""),
        (3, 3, ""),
        (3, 6, ":green[▲3]"),
        (8, 3, ":orange[▼5]"),
        (10, 11, ":green[**new**]"),
    ],
)
def test_a_mark_says_how_far_an_image_has_moved(rank, before, mark):
    assert game._moved(rank, before) == mark


def test_colours_and_textures_are_measured_on_demand_and_rank_as_system_17_does(
    open_page, small_gallery
):
    page = open_page(**RED)
    page.button_group(key="features").set_value("colour").run()
    click(page, "Measure colours and textures")
    assert not page.exception
    method = SvmActiveLearning()
    ids = np.arange(12)
    method.fit(Pictures(small_gallery, ids), np.zeros(12), seed=0, progress=lambda *_: None)
    query = next(item.id for item in small_gallery.items if item.name == "red/1.jpg")
    session = method.session(method.features[query])
    expected = [row for row in session.ranking().tolist() if row != query]
    assert played(page).rankings[0].tolist() == expected


def test_a_picture_without_a_label_is_judged_by_the_visitor_alone(open_page):
    page = open_page(gallery="scenes", sample="china")
    assert not page.exception
    assert LABELS not in labels(page)
    assert metrics(page).keys() == {"Rounds"}
    assert ["you are the judge" in it.value for it in page.info] == [True]
    assert len(played(page).rankings[0]) == 12  # no image of the gallery is the query


def test_a_gallery_without_labels_works_as_well(open_gallery, unlabelled):
    gallery = unlabelled(4)
    page = open_gallery(gallery, gallery="scenes", image=gallery.items[0].name)
    assert metrics(page).keys() == {"Rounds"}
    asked(page)[0].set_value(False)
    click(page, "Answer")
    assert not page.exception
    assert metrics(page)["Rounds"] == "1"


def test_a_gallery_with_too_few_images_gets_one_sentence(open_gallery, unlabelled):
    gallery = unlabelled(2)
    page = open_gallery(gallery, gallery="scenes", image=gallery.items[0].name)
    assert not page.exception
    assert ["has 1 other image" in it.value for it in page.warning] == [True]
    assert not page.metric


def test_without_a_query_the_page_asks_for_one(open_page):
    page = open_page(gallery="scenes")
    assert not page.exception
    assert ["Choose a query" in it.value for it in page.info] == [True]


def test_an_unknown_image_gets_one_sentence(open_page):
    page = open_page(gallery="scenes", image="green/1.jpg")
    assert ["no image named" in it.value for it in page.error] == [True]
