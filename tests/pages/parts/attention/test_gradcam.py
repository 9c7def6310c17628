import numpy as np

from core.evaluation import results
from core.evaluation.attention_focus import cell_shares, share_inside
from core.galleries.scenes import ScenesGallery
from pages.parts.attention import gradcam
from tests.pages.parts.attention.conftest import RED, in_address, text


def test_any_image_can_be_compared_with_and_stays_in_the_address(attention_page, boards):
    page = attention_page(**RED, part="Grad-CAM", hit="blue/4.jpg", k="2")
    assert page.selectbox(key="hit").value == "blue/4.jpg"
    assert in_address(page, "hit") == "blue/4.jpg"
    titles = [panel["title"] for panel in boards["gradcam"]["panels"]]
    assert titles == [
        "Gate M_s of the query",
        "Grad-CAM on the query",
        "Gate M_s of the hit",
        "Grad-CAM on the hit",
    ]
    assert all(panel["note"] == "" for panel in boards["gradcam"]["panels"])  # has no masks


def test_the_finding_is_read_from_its_file_and_left_out_without_one(
    attention_page, tmp_path, monkeypatch
):
    monkeypatch.setattr(results, "RESULTS", tmp_path)
    page = attention_page(**RED, part="Grad-CAM")
    assert "honest finding" not in text(page)
    assert not page.radio
    figures = {"M_s, trained": 3.21, "Grad-CAM, trained": 1.23}
    rows = [{"map": name, "ratio": {"mean": value}} for name, value in figures.items()]
    body = {"n_images": 99, "rows": rows}
    monkeypatch.setattr(results, "load", lambda name, folder: body)
    page = attention_page(**RED, part="Grad-CAM")
    assert all(f"×{value}" in text(page) for value in figures.values())
    page.radio(key="guess-map").set_value("the gate M_s").run()
    assert "Right. " in text(page)


def test_a_score_is_the_measure_of_the_results():
    gallery = ScenesGallery()
    mask = gallery.mask(7)
    cam = np.random.default_rng(0).random((6, 6))
    cells = cell_shares(mask, 6, 6)[None]
    ratio = share_inside(cam[None], cells)[0] / mask.mean()
    assert gradcam._score(cam, mask).endswith(f"×{ratio:.2f}")
    assert gradcam._score(cam, mask & False) == "Its object is hidden."


def test_an_outline_lies_outside_the_mask_only():
    mask = np.zeros((5, 5), dtype=bool)
    mask[2, 2] = True
    expected = np.array(
        [
            [0, 0, 0, 0, 0],
            [0, 0, 1, 0, 0],
            [0, 1, 1, 1, 0],
            [0, 0, 1, 0, 0],
            [0, 0, 0, 0, 0],
        ]
    )
    assert np.array_equal(gradcam._grown(mask), expected.astype(bool))
    corner = np.zeros((2, 2), dtype=bool)
    corner[0, 0] = True
    assert gradcam._grown(corner).tolist() == [[True, True], [True, False]]
