import numpy as np
import pytest

from core.evaluation.robustness import Alteration
from pages.parts.robustness import query
from pages.ui import resources

RED = {"gallery": "scenes", "image": "red/1.jpg"}


@pytest.mark.parametrize("attention", ["both", "off"])
def test_the_unchanged_picture_is_the_query_of_a_search(small_gallery, attention):
    data = small_gallery.read(3)
    searched = resources.embedded_query(data, attention).embedding
    found = resources.altered_embedding(data, Alteration(), attention, max_side=query.SIDE)
    np.testing.assert_allclose(found, searched, atol=1e-5)
