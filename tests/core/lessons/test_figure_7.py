"""Bits that differ, judged bit by bit and by SciPy's binomial distribution."""

import numpy as np
import pytest
from scipy import stats

from core.index.families.hyperplanes import draw_hyperplanes
from core.index.lsh import LSHConfig, LSHIndex
from core.lessons import figure_7


@pytest.mark.parametrize("n", [1, 12, 96, 768])
def test_the_band_is_scipys_binomial_interval(n):
    p = np.array([0.0, 0.01, 1 / 3, 0.5, 0.9, 1.0])
    low, high = figure_7.binomial_band(p, n)
    for q, least, most in zip(p, low, high, strict=True):
        expected = (0, 0) if q == 0 else (n, n) if q == 1 else stats.binom(n, q).interval(0.95)
        assert (least, most) == expected


def test_pairs_of_images_lie_in_the_band(images):
    hyperplanes = draw_hyperplanes(n_tables=16, n_bits=12, dim=256, seed=0)
    pairs = figure_7.hamming_pairs(images.embeddings, hyperplanes, 300)
    assert pairs.n_bits == 192
    assert figure_7.share_inside(pairs) > 0.88  # not .95: they share hyperplanes
    off = pairs.different / 192 - pairs.degrees / 180
    assert abs(off.mean()) < 0.02


def test_pairs_are_counted_bit_by_bit(images):
    index = LSHIndex.build(images.embeddings, config=LSHConfig(n_bits=9, n_tables=3))
    pairs = figure_7.hamming_pairs(images.embeddings, index.hyperplanes.normals, 20)
    for (a, b), different in zip(pairs.rows.tolist(), pairs.different.tolist(), strict=True):
        x, y = (index.hash(images.embeddings[row]).bits for row in (a, b))
        assert (x != y).sum() == different


def test_pairs_are_spread_over_all_angles_there_are(images):
    rows, degrees = figure_7.spread_pairs(images.embeddings, 300)
    assert len(np.unique(rows, axis=0)) == len(rows) == 300
    assert (np.diff(degrees) >= 0).all()
    x, y = images.embeddings[rows].transpose(1, 0, 2)
    assert np.cos(np.deg2rad(degrees)) == pytest.approx(np.vecdot(x, y), abs=1e-6)
    assert np.bincount(degrees.astype(int)).max() <= 10  # drawn at random, some degree has more
