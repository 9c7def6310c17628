import numpy as np
import pytest

from core.index.families.hyperplanes import Hyperplanes, draw_hyperplanes
from core.index.families.leaning import LeaningHyperplanes, stretch_of
from core.index.fitting import fit
from core.index.lsh import LSHConfig, LSHIndex
from core.index.spread import Spread

D = 12
REACH = np.r_[4.0, 2.0, np.full(D - 3, 0.3), 0.0]  # how far the gallery reaches along each axis


def gallery(n=2_000, seed=0):
    """Unit rows around one point, which differ mostly in two directions, and never in the last."""
    rng = np.random.default_rng((seed, 8))
    rows = 6 * np.eye(D)[2] + rng.standard_normal((n, D)) * REACH
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


ROWS = gallery()
SPREAD = Spread.of(ROWS, axes=True)


def drawn(n_tables=4, n_bits=8, seed=0):
    return LeaningHyperplanes.draw(n_tables=n_tables, n_bits=n_bits, spread=SPREAD, seed=seed)


def test_a_spread_has_the_mean_and_the_covariance_of_a_gallery():
    np.testing.assert_allclose(SPREAD.centre, ROWS.mean(axis=0), atol=1e-6)
    covariance = np.cov(ROWS.T, bias=True)
    np.testing.assert_allclose(SPREAD.axes.T @ SPREAD.axes, covariance, atol=1e-6)
    across = SPREAD.axes @ SPREAD.axes.T
    np.testing.assert_allclose(across, np.diag(np.diag(across)), atol=1e-6)


@pytest.mark.parametrize("power", [0.25, 0.5, 1.0])
def test_the_stretch_is_that_power_of_the_covariance(power):
    variances, directions = np.linalg.eigh(np.cov(ROWS.T, bias=True).astype(np.float64))
    expected = (directions * np.maximum(variances, 1e-12) ** power) @ directions.T
    stretch = stretch_of(SPREAD, power)
    np.testing.assert_allclose(stretch / stretch[0, 0], expected / expected[0, 0], atol=2e-3)


def test_normals_reach_in_each_direction_as_the_images_do():
    """Before they are cut to unit length, their covariance is the gallery's: r S, with S² = Σ."""
    rng = np.random.default_rng(0)
    normals = rng.standard_normal((200_000, D)) @ stretch_of(SPREAD, LeaningHyperplanes.power)
    covariance = np.cov(ROWS.T, bias=True)
    ratio = np.cov(normals.T) / covariance.max()
    expected = covariance / covariance.max()
    np.testing.assert_allclose(ratio / ratio.max(), expected, atol=0.02)


def test_they_are_uniform_hyperplanes_to_the_stretched_embeddings():
    uniform = draw_hyperplanes(n_tables=4, n_bits=8, dim=D, seed=3)
    leaning, others = drawn(seed=3), gallery(50, seed=1)
    for row, seen in zip(others, leaning.seen(others), strict=True):
        code = leaning.hash(row)
        margins = np.vecdot(uniform, seen)  # (L, K)
        sure = np.abs(margins) > 1e-5
        assert np.array_equal(code.bits[sure], margins[sure] >= 0)


def test_two_images_share_a_bit_as_often_as_the_angle_between_them_stretched_says():
    pair = gallery(2, seed=2)
    seen = drawn().seen(pair)
    codes = [drawn(64, 32, seed=5).hash(row) for row in pair]
    shared = (codes[0].bits == codes[1].bits).mean()
    expected = LeaningHyperplanes.collision_probability(float(seen[0] @ seen[1]))
    assert shared == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / (64 * 32)))


def test_a_margin_is_the_distance_to_a_hyperplane_through_the_mean():
    functions = drawn()
    assert np.linalg.norm(functions.normals, axis=-1) == pytest.approx(1, abs=1e-6)
    code, row = functions.hash(ROWS[0]), ROWS[0]
    foot = row - code.margins[..., np.newaxis] * functions.normals  # straight onto each plane
    np.testing.assert_allclose(((foot - SPREAD.centre) * functions.normals).sum(-1), 0, atol=1e-6)


def test_more_tables_begin_with_the_very_same_tables():
    np.testing.assert_array_equal(drawn(64).normals[:4], drawn(4).normals)


def test_of_images_that_are_all_alike_nothing_is_known_and_the_normals_are_uniform():
    alike = np.repeat(ROWS[:1], 5, axis=0)
    functions = LeaningHyperplanes.draw(
        n_tables=2, n_bits=3, spread=Spread.of(alike, axes=True), seed=1
    )
    uniform = draw_hyperplanes(n_tables=2, n_bits=3, dim=D, seed=1)
    np.testing.assert_allclose(functions.normals, uniform, atol=1e-6)


def test_a_loaded_index_has_the_very_same_hyperplanes_whatever_was_added_since(tmp_path):
    index = LSHIndex.build(ROWS[:200], config=LSHConfig(n_bits=6), family=LeaningHyperplanes)
    index.add(range(200, 260), ROWS[200:260])
    index.save(tmp_path)
    again = LSHIndex.load(tmp_path)
    np.testing.assert_array_equal(again.hyperplanes.normals, index.hyperplanes.normals)
    np.testing.assert_array_equal(again.hyperplanes.centre, index.hyperplanes.centre)
    assert again.query(ROWS[7], k=9).ids.tolist() == index.query(ROWS[7], k=9).ids.tolist()


def test_where_images_differ_in_few_directions_they_fit_and_read_less():
    fitting = fit(ROWS[:600])
    uniform = fit(ROWS[:600], family=Hyperplanes)
    assert fitting.family is LeaningHyperplanes
    assert fitting.recall >= 0.9
    assert fitting.ratio < uniform.ratio
