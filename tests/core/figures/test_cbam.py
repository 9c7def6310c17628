import numpy as np
import pytest

from core.figures.cbam import (
    WIDEST,
    WITH_PICTURES,
    RankPath,
    kernel_planes,
    rank_paths,
    turned_fan,
)


def test_both_planes_of_the_kernel_have_one_scale_about_zero():
    kernel = np.linspace(-0.004, 0.009, 98).reshape(2, 7, 7)
    mean, maximum = kernel_planes(kernel).data
    assert (mean.zmin, mean.zmax) == (maximum.zmin, maximum.zmax) == (-0.009, 0.009)
    assert np.array_equal(mean.z, kernel[0])
    assert np.array_equal(maximum.z, kernel[1])
    assert max(mean.x) < min(maximum.x)


def test_an_arrow_lies_at_its_angle_and_none_leaves_the_fan():
    figure = turned_fan({"both": 0.0, "channel": 30.0, "off": 90.0})
    angles = [np.degrees(np.arctan2(arrow.y[1], arrow.x[1])) for arrow in figure.data[1:]]
    assert angles == pytest.approx([0, 30, WIDEST])
    assert "90.0°" in figure.data[-1].text[1]  # what it is stays said


PATHS = [
    RankPath("a", (1, 2), "data:,a"),
    RankPath("b", (2, None), "data:,b"),
    RankPath("c", (None, 1), "data:,c"),
]


def test_an_image_stands_at_its_rank_and_below_the_list_where_it_is_no_hit():
    stays, leaves, comes = rank_paths(PATHS, ["before", "after"], k=2).data
    assert list(stays.y) == [1, 2]
    assert leaves.y[0] == 2
    assert leaves.y[1] > 2.5
    assert comes.y[0] > 2.5
    assert comes.y[1] == 1
    assert stays.line.color != leaves.line.color == comes.line.color
    assert leaves.text[0] == "b<br>before 2 · after –"


def test_a_line_that_is_far_from_any_rank_is_not_drawn():
    (line,) = rank_paths([RankPath("a", (1, None, None, 4))], list("wxyz"), k=4).data
    assert line.y[0] == 1
    assert line.y[1] == line.y[2] > 4.5  # beside a rank each
    (line,) = rank_paths([RankPath("a", (1, None, None, None))], list("wxyz"), k=4).data
    assert list(line.y[2:]) == [None, None]


def test_the_best_rank_is_on_top_of_a_scale_that_k_alone_fixes():
    for paths in (PATHS, PATHS[:1]):
        low, high = rank_paths(paths, ["x", "y"], k=10).layout.yaxis.range
        assert (low, high) == (11.1, 0.4)


def test_pictures_stand_on_their_ranks_as_long_as_they_can_be_seen():
    pictures = rank_paths(PATHS, ["x", "y"], k=WITH_PICTURES).layout.images
    places = {(it.source, it.x, it.y) for it in pictures}
    assert places == {("data:,a", 0, 1), ("data:,a", 1, 2), ("data:,b", 0, 2), ("data:,c", 1, 1)}
    assert not rank_paths(PATHS, ["x", "y"], k=WITH_PICTURES + 1).layout.images
