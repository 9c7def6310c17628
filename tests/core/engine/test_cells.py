import numpy as np
import pytest

from core.engine import cells

rng = np.random.default_rng(2)


def test_the_nearest_centre_has_the_largest_inner_product():
    points, centres = rng.standard_normal((2, 50, 8)).astype(np.float32)
    expected = [max(range(50), key=lambda c: centres[c] @ point) for point in points]
    assert cells.nearest(points, centres).tolist() == expected


def test_clusters_that_lie_apart_become_cells():
    directions = np.eye(6, dtype=np.float32)
    of_each = rng.integers(0, 6, 600)
    of_each[:6] = range(6)  # the centres begin as the first points
    noise = 0.02 * rng.standard_normal((600, 6))
    points = cells.unit(directions[of_each] + noise)
    centres = cells.learnt(points, 6)
    assert np.array_equal(cells.nearest(points, centres), of_each)
    np.testing.assert_allclose(np.linalg.norm(centres, axis=1), 1, rtol=1e-6)
    means = [points[of_each == c].mean(axis=0) for c in range(6)]
    np.testing.assert_allclose(centres, cells.unit(np.array(means)), atol=1e-6)


def test_a_cell_that_nothing_is_nearest_to_stays_where_it_was():
    points = cells.unit(np.array([[1, 0], [1, 0], [0, 1], [0.1, 1]]))
    centres = cells.learnt(points, 2)  # both begin as the same point; all ties go to the first
    assert centres[1].tolist() == [1, 0]


@pytest.mark.parametrize(("n", "n_numbers"), [(0, 3), (1, 1), (64, 8), (65, 7)])
def test_centres_come_out_of_tiles_as_they_went_in(n, n_numbers):
    centres = cells.unit(rng.standard_normal((n, n_numbers)))
    tiles = cells.in_tiles(centres)
    again = cells.out_of_tiles(tiles)
    np.testing.assert_allclose(again[:n, :n_numbers], centres, atol=0.5 / cells.LENGTH)
    assert not again[n:].any()
    assert np.array_equal(cells.in_tiles(again[:n, :n_numbers]), tiles)


def test_zero_has_no_direction():
    assert cells.unit(np.zeros((1, 3))).tolist() == [[0, 0, 0]]
