import numpy as np

from core.methods.base import Pictures
from core.methods.svm import SvmActiveLearning
from tests.pages.parts.feedback.conftest import (
    RED,
    click,
    played,
)


def test_colours_and_textures_are_measured_on_demand_and_rank_as_system_17_does(
    feedback_page, small_gallery
):
    page = feedback_page(**RED)
    page.button_group(key="features").set_value("colour").run()
    click(page, "Measure colours and textures")
    assert not page.exception
    method = SvmActiveLearning()
    ids = np.arange(12)
    method.fit(Pictures(small_gallery, ids), np.zeros(12), seed=0, progress=lambda *_: None)
    query = next(item.id for item in small_gallery.items if item.name == "red/1.jpg")
    session = method.session(method.features[query])
    expected = [row for row in session.ranking().tolist() if row != query]
    assert played(page).rankings[0].tolist() == expected
