import numpy as np
import pytest

from pages.parts.feedback import ranking
from pages.ui import resources
from tests.pages.parts.feedback.conftest import (
    LABELS,
    RED,
    asked,
    click,
    is_red,
    metrics,
    played,
    row,
)


def test_the_first_ranking_is_the_exact_scan_and_the_query_is_not_in_it(
    feedback_page, small_gallery
):
    page = feedback_page(**RED)
    assert not page.exception
    stored = resources.finished(resources.embedded(small_gallery))
    query = next(item.id for item in small_gallery.items if item.name == "red/1.jpg")
    matrix = stored.of("both")
    order = np.argsort(-(matrix @ matrix[query]), kind="stable").tolist()
    assert played(page).rankings[0].tolist() == [row for row in order if row != query]
    assert metrics(page)["Rounds"] == "0"


def test_the_labels_teach_the_svm_to_rank_all_red_images_first(feedback_page, small_gallery):
    page = feedback_page(**RED)
    click(page, LABELS)
    assert not page.exception
    assert metrics(page)["Rounds"] == "1"
    assert is_red(small_gallery)[played(page).rankings[-1]].tolist() == [True] * 5 + [False] * 6
    assert metrics(page)["Precision@10"] == "50%"  # five of the ten places can be red
    assert "Precision@20" not in metrics(page)  # there are not twenty images


def test_a_visitor_who_calls_blue_what_they_want_gets_blue(feedback_page, small_gallery):
    page = feedback_page(**RED)
    red = is_red(small_gallery)
    for group in asked(page):
        group.set_value(bool(not red[row(group, small_gallery)]))
    click(page, "Answer")
    answers = played(page).session.answers
    assert len(answers) == 10
    assert all(relevant == (not red[it]) for it, relevant in answers.items())
    top = played(page).rankings[-1][:4]
    assert not red[top].any()


def test_ranks_are_marked_by_what_they_were_before_the_last_round(feedback_page, grids):
    page = feedback_page(**RED)
    asked(page)[0].set_value(False)
    click(page, "Answer")
    click(page, LABELS)
    first, before, after = (ranking.tolist() for ranking in played(page).rankings)
    assert len({tuple(first), tuple(before), tuple(after)}) == 3
    shown = grids.facts("ranking")
    assert len(shown) == ranking.N_SHOWN
    for rank, (image, (said, *_)) in enumerate(zip(after, shown, strict=False), start=1):
        was = before.index(image) + 1
        assert said.split()[0] == f"{rank}"
        assert said.endswith(" new") == (was > ranking.N_SHOWN)
        assert said.endswith(f" ▲{was - rank}") == (rank < was <= ranking.N_SHOWN)
        assert said.endswith(f" ▼{rank - was}") == (was < rank)


@pytest.mark.parametrize(
    ("rank", "before", "mark"),
    [
        (3, None, "3"),
        (3, 3, "3"),
        (3, 6, "3 ▲3"),
        (8, 3, "8 ▼5"),
        (10, 11, "10 new"),
    ],
)
def test_a_mark_says_how_far_an_image_has_moved(rank, before, mark):
    assert ranking._rank(rank, before).text == mark
