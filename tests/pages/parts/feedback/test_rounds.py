import pytest

from pages.parts.feedback import rounds
from tests.pages.parts.feedback.conftest import (
    AGAIN,
    LABELS,
    RED,
    UNDO,
    address,
    asked,
    click,
    metrics,
    played,
    visit,
)


def test_undo_brings_the_ranking_before_the_last_round_back_and_start_again_the_first(
    feedback_page,
):
    page = feedback_page(**RED)
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


def test_a_link_brings_the_answers_back_in_another_browser(feedback_page):
    page = feedback_page(**RED)
    asked(page)[0].set_value(False)
    click(page, "Answer")
    click(page, LABELS)
    other = feedback_page(**address(page))
    assert metrics(other)["Rounds"] == "2"
    assert played(other).session.answers == played(page).session.answers
    assert [it.tolist() for it in played(other).rankings] == [
        it.tolist() for it in played(page).rankings
    ]
    click(other, UNDO)
    click(other, UNDO)
    assert "answers" not in other.query_params


def test_answers_mean_nothing_for_another_query(feedback_page):
    page = feedback_page(**RED)
    click(page, LABELS)
    kept = address(page)
    visit(page, **kept | {"image": "blue/2.jpg"})
    assert metrics(page)["Rounds"] == "0"
    visit(page, **kept)
    assert metrics(page)["Rounds"] == "1"


@pytest.mark.parametrize(
    "rounds", ["0y0n", "99y", "x", "", "1y2", "\u0661y", "1y." * 4_000, "1y.2n." * 15 + "3y"]
)
def test_answers_that_make_no_sense_are_ignored(feedback_page, rounds):
    page = feedback_page(**RED)
    click(page, LABELS)
    mark = address(page)["answers"].partition(".")[0]
    page = feedback_page(**RED, answers=f"{mark}.{rounds}")
    assert not page.exception
    assert not page.error
    assert metrics(page)["Rounds"] == "0"


def test_after_the_most_rounds_nothing_is_asked_any_more_and_nothing_is_lost(
    feedback_page, monkeypatch
):
    monkeypatch.setattr(rounds, "MOST_ROUNDS", 1)
    page = feedback_page(**RED)
    click(page, LABELS)
    assert metrics(page)["Rounds"] == "1"
    assert "1 rounds are the most of one game" in page.info[0].value
    assert LABELS not in {button.label for button in page.button}
    click(page, UNDO)
    assert LABELS in {button.label for button in page.button}
