import pytest

from core.figures.rows import Interval, differences, shares_inside, signed
from core.figures.style import AMBER, GREY, TEAL

AHEAD, LEVEL, BEHIND = (
    Interval("ahead", 0.02, 0.01, 0.03),
    Interval("level", 0.005, -0.01, 0.02),
    Interval("behind", -0.4, -0.5, -0.3),
)


def dots(figure):
    return figure.data[-1]


def labels(figure):
    return [it.text for it in figure.layout.annotations if it.xref == "paper"]


@pytest.mark.parametrize(
    ("row", "verdict"),
    [(AHEAD, "helps"), (LEVEL, "no measurable difference"), (BEHIND, "hurts")],
)
def test_a_difference_decides_only_where_its_whole_interval_lies_on_one_side(row, verdict):
    assert row.verdict == verdict


@pytest.mark.parametrize(("low", "high"), [(0.0, 0.02), (-0.02, 0.0)])
def test_an_interval_that_touches_zero_decides_nothing(low, high):
    assert Interval("", 0.0, low, high).verdict == "no measurable difference"


def test_the_other_way_round_helping_is_hurting_and_the_ends_change_places():
    assert AHEAD.reversed() == Interval("ahead", -0.02, -0.03, -0.01)
    assert AHEAD.reversed().verdict == "hurts"
    assert AHEAD.reversed().reversed() == AHEAD


def test_the_colour_says_the_verdict():
    figure = differences([AHEAD, LEVEL, BEHIND], what="mAP", reach=1.0)
    assert list(dots(figure).marker.color) == [TEAL, GREY, AMBER]


def test_what_lies_beyond_the_scale_is_drawn_at_its_end_and_written_as_it_is():
    figure = differences([BEHIND], what="mAP", reach=0.05)
    assert list(dots(figure).x) == [-0.05]
    assert list(figure.data[0].x) == [-0.05, -0.05]
    assert labels(figure) == ["behind <b>−0.4000</b>"]


def test_the_bar_reaches_from_low_to_high_in_the_row_of_its_dot():
    figure = differences([AHEAD, LEVEL], what="mAP", reach=0.05)
    assert list(figure.data[1].x) == [-0.01, 0.02]
    assert list(figure.data[1].y) == [1, 1]
    assert list(dots(figure).y) == [0, 1]


def test_the_first_row_is_on_top():
    lowest, highest = differences([AHEAD, LEVEL], what="mAP", reach=1.0).layout.yaxis.range
    assert lowest > 1
    assert highest < 0


def test_a_map_finds_objects_only_above_the_share_that_they_cover():
    rows = [
        Interval("object", 0.4, 0.3, 0.5),
        Interval("neither", 0.2, 0.1, 0.3),
        Interval("background", 0.05, 0.01, 0.09),
    ]
    figure = shares_inside(rows, area=0.2)
    assert list(dots(figure).marker.color) == [TEAL, GREY, AMBER]
    assert [shape.x0 for shape in figure.layout.shapes] == [0.2]


def test_the_share_of_a_map_has_one_scale():
    wide, narrow = (
        shares_inside([Interval("", it, it, it)], area=0.2).layout.xaxis.range for it in (0.9, 0.1)
    )
    assert wide == narrow


@pytest.mark.parametrize(
    ("value", "text"), [(0.01234, "+0.0123"), (-0.5, "−0.5000"), (-1e-5, "0.0000")]
)
def test_differences_carry_their_sign(value, text):
    assert signed(value) == text
