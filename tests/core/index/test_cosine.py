import numpy as np
import pytest
from scipy.spatial.distance import cosine as scipy_cosine_distance

from core.errors import SettingError
from core.index.cosine import cosine


def test_cosine_equals_scipy_and_ignores_length():
    rng = np.random.default_rng(0)
    for _ in range(20):
        x, y = rng.standard_normal((2, 9)) * rng.uniform(0.01, 100, size=(2, 1))
        assert cosine(x, y) == pytest.approx(1 - scipy_cosine_distance(x, y))
    assert cosine([3, 4], [4, 3]) == pytest.approx(24 / 25)
    assert cosine([2, 0], [-7, 0]) == pytest.approx(-1)


@pytest.mark.parametrize("pair", [([0, 0], [1, 0]), ([np.nan, 1], [1, 0]), ([1, 0], [1, 0, 0])])
def test_vectors_without_an_angle_have_no_cosine(pair):
    with pytest.raises(SettingError, match="no angle"):
        cosine(*pair)
