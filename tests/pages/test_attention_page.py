"""The page without a browser; what its components draw is tested in one."""

import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.evaluation import results
from core.evaluation.attention_focus import cell_shares, share_inside
from core.galleries.scenes import ScenesGallery
from core.model.attention import ATTENTION_MODES
from pages.parts.attention import gradcam, maps
from pages.ui import resources

PARTS = ["Walk through", "Ablation", "Grad-CAM"]
RED = {"gallery": "scenes", "image": "red/1.jpg"}


@pytest.fixture
def open_page(open_app):
    """Open the page on six red and six blue images, with these parameters in its address."""

    def open_page(**params: str) -> AppTest:
        page = open_app("pages/attention.py", **params)
        assert not page.exception
        return page

    return open_page


@pytest.fixture
def boards(monkeypatch):
    """Collect what the components are given, by their keys."""
    given = {}

    def mount(key, data, **callbacks):
        given[key] = json.loads(json.dumps(data))

    monkeypatch.setattr(maps, "_board", mount)
    monkeypatch.setattr(maps, "_channels", mount)
    return given


def text(page) -> str:
    shown = (*page.markdown, *page.caption, *page.success, *page.info, *page.error)
    return "\n".join(it.value for it in shown)


def in_address(page, name: str) -> str:
    value = page.query_params[name]  # a list once the page has written it
    return value if isinstance(value, str) else value[-1]


@pytest.mark.parametrize("part", PARTS)
def test_every_part_works_without_a_query_in_the_address_and_says_which_it_took(open_page, part):
    page = open_page(gallery="scenes", part=part)
    assert not page.error
    assert "this is the gallery's first: blue/0" in text(page).replace("\\", "")


@pytest.mark.parametrize("attention", ATTENTION_MODES)
@pytest.mark.parametrize("part", PARTS)
def test_every_part_works_with_every_switch(open_page, boards, part, attention):
    page = open_page(**RED, part=part, attention=attention)
    assert not page.error
    assert ("gate" in boards) == (part == "Walk through" and attention in ("spatial", "both"))
    assert ("channels" in boards) == (part == "Walk through" and attention in ("channel", "both"))


def test_the_pictures_show_the_numbers_of_the_search(open_page, boards, small_gallery):
    open_page(**RED, channel="5")
    query = next(item.id for item in small_gallery.items if item.name == "red/1.jpg")
    forward = resources.embedded_query(small_gallery.read(query), "both").forward
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


@pytest.mark.parametrize("nonsense", ["-1", "2048", "1e3", "²", "9" * 30, "x"])
def test_nonsense_for_channel_opacity_and_hit_is_ignored(open_page, boards, nonsense):
    open_page(**RED)
    expected = boards["channels"]
    open_page(**RED, channel=nonsense, opacity=nonsense)
    assert boards["channels"] == expected
    compared = open_page(**RED, part="Grad-CAM", hit=nonsense).selectbox(key="hit")
    assert compared.value == compared.options[0].split(" · ")[1]


def test_the_ablation_shows_the_search_of_each_switch(open_page, open_app):
    page = open_page(**RED, part="Ablation", k="4")
    rows = page.table[0].value.set_index("CBAM")
    assert list(rows.index) == ["both gates", "channel only", "spatial only", "off"]
    assert rows.loc["both gates", "Turned"] == "0.0°"
    for mode, name in {"channel": "channel only", "off": "off"}.items():
        search = open_app("pages/search.py", **RED, k="4", attention=mode)
        metrics = {it.label: it.value for it in search.metric}
        assert rows.loc[name, "P@4"] == metrics["Precision@4"]


def test_without_any_candidate_the_chain_says_so(open_page):
    page = open_page(gallery="scenes", sample="china", part="Ablation", K="24", L="1", probes="1")
    assert "No switch finds any candidate" in text(page)
    assert list(page.table[0].value["Hits kept"]) == ["–"] * 4


def test_a_query_alone_meets_a_gallery_that_stayed_as_it_was(open_page):
    together = open_page(**RED, part="Ablation").table[0].value
    alone = open_page(**RED, part="Ablation", switched="query alone").table[0].value
    for column in ("Turned", "Bits flipped"):  # are the query's
        assert list(alone[column]) == list(together[column])
    assert list(alone.iloc[0]) == list(together.iloc[0])


def test_any_image_can_be_compared_with_and_stays_in_the_address(open_page, boards):
    page = open_page(**RED, part="Grad-CAM", hit="blue/4.jpg", k="2")
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


def test_a_guess_is_answered_goes_to_the_address_and_nothing_else_is_lost_from_it(open_page):
    page = open_page(**RED, part="Ablation", k="4")
    assert "Right. " not in text(page)
    assert "It is *" not in text(page)
    for guess in page.radio(key="guess-switch").options:
        page.radio(key="guess-switch").set_value(guess).run()
        assert ("Right. " in text(page)) != ("It is *" in text(page))
        assert in_address(page, "guess-switch") == guess
    page.slider(key="k").set_value(3).run()
    assert not page.exception
    assert (in_address(page, "part"), in_address(page, "k")) == ("Ablation", "3")
    assert "**Ranks**: " in text(page)


def test_the_finding_is_read_from_its_file_and_left_out_without_one(
    open_page, tmp_path, monkeypatch
):
    monkeypatch.setattr(results, "RESULTS", tmp_path)
    page = open_page(**RED, part="Grad-CAM")
    assert "honest finding" not in text(page)
    assert not page.radio
    figures = {"M_s, trained": 3.21, "Grad-CAM, trained": 1.23}
    rows = [{"map": name, "over_area": value} for name, value in figures.items()]
    body = {"n_images": 99, "rows": rows}
    monkeypatch.setattr(results, "load", lambda name, folder: body)
    page = open_page(**RED, part="Grad-CAM")
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
