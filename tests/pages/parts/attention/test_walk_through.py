import numpy as np

from pages.ui import resources
from tests.pages.parts.attention.conftest import RED


def test_the_pictures_show_the_numbers_of_the_search(attention_page, boards, small_gallery):
    attention_page(**RED, channel="5")
    query = next(item.id for item in small_gallery.items if item.name == "red/1.jpg")
    forward = resources.forward_pass(small_gallery.read(query), "both")
    features, refined = forward.feature_map[0, 5].numpy(), forward.maps.refined[0, 5].numpy()
    first, _, last = (np.array(it["values"]) for it in boards["refined"]["panels"])
    np.testing.assert_allclose(first, features.ravel(), atol=1e-4)
    np.testing.assert_allclose(last, refined.ravel(), atol=1e-4)
    gate = forward.maps.spatial.gate[0, 0].numpy()
    shown = np.array(boards["gate"]["panels"][0]["values"])
    np.testing.assert_allclose(shown, (gate / gate.mean()).ravel(), atol=1e-4)
    assert boards["channels"]["chosen"] == 5
    sorted_gates = np.array(boards["channels"]["gate"])[boards["channels"]["order"]]
    assert np.all(np.diff(sorted_gates) <= 0)
