import numpy as np
import pytest

from core.lessons.looking import FLAT, MEASURE, WIDTHS, distance, from_flat, look, spot, told

SHAPES = [(6, 6), (7, 7), (8, 8), (10, 10), (6, 9)]


def corner(shape, height=50.0):
    weights = np.ones(shape)
    weights[0, 0] = height
    return weights


@pytest.mark.parametrize("shape", SHAPES)
def test_a_flat_map_is_0_from_flat_and_one_place_alone_is_all_but_its_own_share_away(shape):
    n = shape[0] * shape[1]
    assert from_flat(np.full(shape, 0.3)) == pytest.approx(0)
    assert from_flat(corner(shape) - 1) == pytest.approx(1 - 1 / n)


def test_the_distance_of_two_maps_by_hand():
    # Shares 1/2, 1/2, 0, 0 and 1/2, 0, 1/4, 1/4: half of the weight has to move.
    one, other = np.array([[2.0, 2], [0, 0]]), np.array([[2.0, 0], [1, 1]])
    assert distance(one, other) == 0.5
    assert distance(one, 1 - one / 2) == 1  # which share no place
    # A quarter each: 1/4 must move from the second place, 1/4 from the first.
    assert from_flat(one) == 0.5


@pytest.mark.parametrize("shape", SHAPES)
def test_distance_is_a_metric(shape):
    rng = np.random.default_rng(0)
    a, b, c = rng.random((3, *shape))
    assert distance(a, b) == pytest.approx(distance(b, a))
    assert distance(a, a) == 0
    assert 0 < distance(a, c) <= distance(a, b) + distance(b, c)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("width", WIDTHS[::6])
def test_a_spot_in_the_middle_is_0_from_the_middle(shape, width):
    weights = spot(*shape, width)
    assert look(weights).from_middle == pytest.approx(0)
    assert np.allclose(weights, weights[::-1, ::-1])
    assert weights.max() == pytest.approx(weights[shape[0] // 2, shape[1] // 2])


@pytest.mark.parametrize("shape", SHAPES)
def test_a_map_and_its_half_say_the_same_and_so_do_their_mirror_images(shape):
    weights = np.random.default_rng(1).random(shape)
    seen = look(weights)
    halved, mirrored = look(weights / 2), look(weights[:, ::-1])
    assert told(halved) == told(seen)
    assert mirrored.from_flat == pytest.approx(seen.from_flat)
    assert mirrored.from_middle == pytest.approx(seen.from_middle)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_map_is_told_by_what_it_is(shape):
    flat = look(np.ones(shape) + corner(shape, 1.05))
    assert flat.kind == "flat"
    assert told(flat).startswith("This map says nothing on this picture: it is 0% from flat")
    middle = look(spot(*shape, 0.25) + 0.1)
    assert middle.kind == "middle"
    assert "prefers the middle" in told(middle)
    region = look(corner(shape))
    assert region.kind == "region"
    assert "upper left" in told(region)
    assert f"×{50 / corner(shape).mean():.1f} " in told(region)


@pytest.mark.parametrize(
    ("row", "column", "place"),
    [
        (0, 0, "upper left"),
        (0, 4, "at the top"),
        (4, 0, "at the left"),
        (4, 4, "in the middle"),
        (4, 8, "at the right"),
        (8, 4, "at the bottom"),
        (8, 8, "lower right"),
    ],
)
def test_the_place_that_counts_most_is_named_by_thirds(row, column, place):
    weights = np.ones((9, 9))
    weights[row, column] = 2
    assert look(weights).place == place


def test_the_words_name_the_limit_below_which_a_map_says_nothing():
    assert f"below {FLAT:.0%} it says nothing" in MEASURE
