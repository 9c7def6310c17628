import pytest

from tests.pages.parts.feedback.conftest import (
    LABELS,
    RED,
    UNDO,
    asked,
    click,
    labels,
    metrics,
    played,
    row,
)


def test_an_image_that_was_left_open_is_not_learned_and_is_asked_about_again(
    feedback_page, small_gallery
):
    page = feedback_page(**RED)
    first, second = (row(group, small_gallery) for group in asked(page)[:2])
    asked(page)[0].set_value(False)
    click(page, "Answer")
    assert played(page).session.answers == {first: False}
    rows = [row(group, small_gallery) for group in asked(page)]
    assert second in rows
    assert first not in rows


@pytest.mark.parametrize("button", ["Answer", LABELS])
def test_what_was_said_in_one_round_is_not_said_in_the_next_or_after_undo(feedback_page, button):
    page = feedback_page(**RED)
    asked(page)[0].set_value(False)
    click(page, button)
    assert [group.value for group in asked(page)] == [None] * len(asked(page))
    asked(page)[0].set_value(True)
    click(page, UNDO)
    assert [group.value for group in asked(page)] == [None] * 10


def test_no_answer_at_all_gets_one_sentence_and_is_no_round(feedback_page):
    page = feedback_page(**RED)
    click(page, "Answer")
    assert ["Nothing was answered" in it.value for it in page.warning] == [True]
    assert metrics(page)["Rounds"] == "0"
    click(page, LABELS)
    assert not page.warning


def test_when_every_image_was_answered_about_nothing_is_asked(feedback_page):
    page = feedback_page(**RED)
    for _ in range(2):  # ten, and the last of the eleven
        click(page, LABELS)
    assert ["every image" in it.value for it in page.info] == [True]
    assert LABELS not in labels(page)
    assert asked(page) == []
