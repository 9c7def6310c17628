import numpy as np
import pytest

from core.scenery import noise, shapes


def polygon_area(points):
    x, y = np.asarray(points).T
    return abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def test_an_ellipse_has_the_area_of_an_ellipse():
    assert polygon_area(shapes.ellipse(3, 4, 2, 5, steps=400)) == pytest.approx(
        np.pi * 10, rel=1e-3
    )


def test_a_smooth_curve_goes_through_all_its_points():
    points = np.array([(0, 0), (1, 2), (3, 1), (2, -1)], float)
    for closed in (True, False):
        curve = shapes.smooth(points, closed=closed)
        distances = np.linalg.norm(curve[:, None] - points, axis=2).min(axis=0)
        assert distances == pytest.approx(np.zeros(4), abs=1e-12)


def test_an_open_curve_ends_where_its_points_end():
    curve = shapes.smooth([(0, 0), (1, 2), (3, 1)], closed=False)
    assert curve[0] == pytest.approx([0, 0])
    assert curve[-1] == pytest.approx([3, 1])


def test_a_straight_ribbon_is_as_large_as_its_length_times_its_mean_width():
    assert polygon_area(shapes.ribbon([(0, 0), (10, 0)], 2, 1)) == pytest.approx(15)


def test_a_turn_of_90_degrees_takes_x_to_y():
    assert shapes.turned([(1, 0)], np.pi / 2)[0] == pytest.approx([0, 1])


def test_a_field_has_mean_0_and_deviation_one_half():
    field = noise.field(np.random.default_rng(0), 60, 90, cell=(20, 20))
    assert field.shape == (60, 90)
    assert field.mean() == pytest.approx(0, abs=1e-5)
    assert field.std() == pytest.approx(0.5, abs=1e-3)


def test_a_profile_stays_between_its_bounds():
    line = noise.profile(np.random.default_rng(0), 100)
    heights = line(np.linspace(0, 100, 500))
    assert np.abs(heights).max() <= 1
