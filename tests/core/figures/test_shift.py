import numpy as np
import pytest

from core.figures.shift import (
    WIDE,
    Slope,
    Step,
    bits_by_strength,
    flipped_bits,
    kept_by_strength,
    margins_before_and_after,
    slope_chart,
)

MARGINS = np.array([[0.1, -0.02], [0.0, -0.3]])  # bits 1 0, 1 0
CHANGED = np.array([[0.1, 0.02], [-0.01, -0.3]])  # bits 1 1, 0 0
STEPS = [Step(0, 0.0, 0, 1.0, 1.0), Step(30, 45.0, 25, 0.2, 0.6)]


# Bits ---------------------------------------------------------------------------------------


def test_a_flipped_bit_lies_on_the_other_side_of_the_colour_scale_and_alone_has_a_text():
    cells = flipped_bits(MARGINS, CHANGED, np.array([1, 3])).data[0]
    assert (np.sign(cells.z) == [[1, -1], [-1, 1]]).all()
    assert np.abs(cells.z).max() == cells.zmax  # -0.3 stands at the end
    assert np.asarray(cells.text).tolist() == [["", "0→1"], ["1→0", ""]]
    assert np.asarray(cells.hovertext).tolist() == [["1", "0→1"], ["1→0", "0"]]


def test_beside_each_table_stands_what_became_of_its_bucket():
    margins = np.ones((3, 2))
    words = flipped_bits(margins, margins, np.array([1, 0, 4])).layout.annotations
    assert {it.y: it.text for it in words} == {1: "kept", 2: "lost", 3: "probe 4"}


def test_the_largest_code_is_drawn_without_text_in_its_cells():
    margins = np.ones((32, 24))
    assert flipped_bits(margins, -margins, np.ones(32, int)).data[0].texttemplate is None
    small = flipped_bits(margins[:2, :3], margins[:2, :3], np.ones(2, int))
    assert small.data[0].texttemplate == "%{text}"


def test_dots_in_the_corners_of_different_signs_are_the_flipped_ones():
    same, flipped = margins_before_and_after(MARGINS, CHANGED).data
    assert (flipped.x * flipped.y <= 0).all()
    assert (same.x * same.y > 0).all()
    assert list(flipped.text) == ["table 1, bit 2", "table 2, bit 1"]
    assert (same.name, flipped.name) == ("same side: 2", "flipped: 2")


# Ranks --------------------------------------------------------------------------------------


def lines(figure):
    """Ends of all lines, by what becomes of their images: {kind: [(x0, y0, x1, y1), ...]}."""
    found = {}
    for trace in figure.data:
        x, y = list(trace.x), list(trace.y)
        found[trace.name] = [(x[i], y[i], x[i + 1], y[i + 1]) for i in range(0, len(x), 3)]
    return found


def test_a_line_goes_from_rank_to_rank_and_is_cut_at_the_edge_of_the_list():
    slopes = [Slope("a", 1, 2), Slope("b", 2, 6), Slope("c", 5, 1)]
    found = lines(slope_chart(slopes, k=2))
    assert found["stays: 1"] == [(0, 1, 1, 2)]
    assert found["leaves: 1"] == [(0, 2, pytest.approx(0.75 / 4), 2.75)]  # 2 → 6, at 2.75
    assert found["comes in: 1"] == [(pytest.approx(2.25 / 4), 2.75, 1, 1)]  # 5 → 1


def test_an_image_that_is_not_ranked_any_more_ends_with_a_cross_and_says_so():
    _, leaves, _ = slope_chart([Slope("a", 1, None)], k=2).data
    assert leaves.marker.symbol[:2] == ("circle", "x")
    assert leaves.text[0] == "a<br>rank 1 → –<br>–: no candidate"
    assert leaves.y[1] == 2.75


def test_pictures_stand_beside_the_ranks_within_the_list_only():
    slopes = [Slope("a", 1, 2, "data:a"), Slope("b", 2, 9, "data:b")]
    images = slope_chart(slopes, k=2).layout.images
    assert [(it.source, it.x < 0, it.y) for it in images] == [
        ("data:a", True, 1),
        ("data:a", False, 2),
        ("data:b", True, 2),
    ]


# Strengths ----------------------------------------------------------------------------------


def test_theory_is_the_share_of_the_angle_and_its_axis_is_the_angle():
    figure = bits_by_strength(STEPS, n_bits=12, n_tables=8, change="rotate (degrees)")
    band, theory, measured, _ = figure.data
    assert list(theory.y) == [0, 24]  # 45° of 180°: a quarter of 96 bits
    assert list(measured.y) == [0, 25]
    deviation = np.sqrt(96 * 0.25 * 0.75)
    np.testing.assert_allclose(band.y, [0, 24 + 2 * deviation, 24 - 2 * deviation, 0])
    assert figure.layout.yaxis.range[1] / 96 == pytest.approx(WIDE / 180)
    assert figure.layout.yaxis2.range == (0, WIDE)


def test_kept_shares_are_drawn_for_both_ways_to_search_on_a_fixed_scale():
    figure = kept_by_strength(STEPS, k=10, change="rotate (degrees)")
    assert {it.name: list(it.y) for it in figure.data} == {
        "LSH": [1.0, 0.2],
        "exact scan": [1.0, 0.6],
    }
    assert figure.layout.yaxis.range == (0, 1.03)
