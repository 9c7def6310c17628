import io

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from pages.ui import grid
from pages.ui.grid import Action, Address, Fact, Tile


def jpeg(width: int, height: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height)).save(file, "JPEG")
    return file.getvalue()


def tiles() -> list[Tile]:
    actions = (
        Action(label="Go", page="pages/search.py", params={"image": "a b&c/1.jpg"}),
        Action(label="Inspect", page="pages/1_inspect.py"),
        Action(label="Show", show=lambda: None),
    )
    return [Tile(name="1", picture=jpeg(30, 20), alt="One", actions=actions)]


def test_an_action_that_leads_on_has_an_address_and_one_that_shows_has_none():
    go, inspect, show = tiles()[0].actions
    assert go.address({}) == "search?image=a+b%26c%2F1.jpg"
    assert inspect.address({}) == "inspect?"  # as Streamlit calls that page
    assert show.address({}) is None
    assert Action(label="Home", page="streamlit_app.py").address({}) == "./?"


@pytest.mark.parametrize(
    ("size", "ratio"), [((30, 20), 1.5), ((20, 20), 1), ((900, 90), 2.2), ((90, 900), 0.75)]
)
def test_a_picture_keeps_its_shape_but_for_very_long_ones(size, ratio):
    tile = Tile(name="1", picture=jpeg(*size), alt="One")
    assert grid._plain(tile, {})["ratio"] == ratio
    found = Tile(name="1", picture=Address("there.jpg", size[0] / size[1]), alt="One")
    assert (grid._plain(found, {})["src"], grid._plain(found, {})["ratio"]) == ("there.jpg", ratio)


def test_what_the_browser_names_is_found_by_name_and_what_is_gone_is_nothing():
    find = grid._find
    assert find(tiles(), ["1", "Go"]).label == "Go"
    for chosen in (None, ["1", "Stay"], ["2", "Go"], "Go", 7, []):
        assert find(tiles(), chosen) is None


def test_a_tile_is_plain_enough_to_be_sent_with_or_without_its_picture():
    lost = Tile(name="x", picture=None, alt="x.jpg is damaged", facts=(Fact("owl", "good"),))
    seen = grid._plain(lost, {})
    assert (seen["src"], seen["ratio"], seen["facts"]) == (None, None, [["owl", "good"]])
    assert grid._plain(tiles()[0], {})["src"].startswith("data:image/jpeg;base64,")


def test_a_grid_is_one_element_and_none_where_there_is_nothing_to_show():
    def script(n: int) -> None:
        from pages.ui.grid import Tile, show_grid  # noqa: PLC0415

        show_grid("many", [Tile(name=str(i), picture=None, alt="") for i in range(n)])

    for n, elements in ((0, 0), (1, 1), (50, 1)):
        page = AppTest.from_function(script, kwargs={"n": n}, default_timeout=120).run()
        assert not page.exception
        assert len(page.get("bidi_component")) == elements
