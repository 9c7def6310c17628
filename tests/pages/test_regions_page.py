import time
from types import SimpleNamespace

import pytest

from pages.ui import region
from pages.ui.resources import regions

RED = {"gallery": "scenes", "image": "red/1.jpg"}


@pytest.fixture(autouse=True)
def nothing_known():
    """No place of any gallery is known yet."""
    regions._places.clear()
    regions._so_far.clear()


@pytest.fixture
def boxes(monkeypatch):
    """What the picture with the box is given, one entry for each time that it is drawn."""
    given = []

    def mount(key, data, on_box_change):
        given.append(SimpleNamespace(data=data, change=on_box_change))

    monkeypatch.setattr(region, "_region", mount)
    return given


def whole(page):
    """Run the page until all places are known."""
    for _ in range(100):
        assert not page.exception
        if page.metric:
            return page
        time.sleep(0.1)
        page.run()
    raise AssertionError("the places were never embedded")


def test_a_stranger_sees_hits_of_the_place_that_attention_weighs_most(
    regions_page, boxes, grids, small_gallery
):
    page = whole(regions_page())
    assert any("Nobody has marked a part" in it.value for it in page.markdown)
    assert len(grids["parts"]) == 10  # of the eleven others
    own = small_gallery.items[0].name
    for tile in grids["parts"]:
        assert tile["name"] != own
        left, top, width, height = tile["outline"]
        assert (width, height) == (1 / 8, 1 / 8)
        assert (left * 8 % 1, top * 8 % 1) == (0, 0)


def test_a_box_in_the_address_is_the_query_and_several_places_are_their_mean(
    regions_page, boxes, grids
):
    page = whole(regions_page(**RED, box="2-3-4-5"))
    assert boxes[-1].data["box"] == (1, 2, 3, 4)
    assert any("9 places" in it.value and "mean" in it.value for it in page.markdown)
    first = dict(grids["parts"][0]["actions"])
    assert list(first) == ["Find this part", "Search with this", "Inspect", "Find a part of it"]
    assert "box=" in first["Find this part"]
    assert "image=red" in first["Search with this"]


@pytest.mark.parametrize("box", ["9-9-9-9", "nonsense", "3-3-2-2"])
def test_a_box_that_is_none_is_ignored(regions_page, boxes, grids, box):
    page = whole(regions_page(**RED, box=box))
    assert any("Nobody has marked a part" in it.value for it in page.markdown)


def test_a_large_gallery_is_asked_for_first(regions_page, boxes, grids, monkeypatch):
    monkeypatch.setattr(regions, "AUTOMATIC", 5)
    page = regions_page(**RED)
    assert "parts" not in grids
    assert boxes  # the picture and its box are there meanwhile
    (button,) = [it for it in page.button if it.label == "Prepare its places"]
    button.click().run()
    whole(page)
    assert len(grids["parts"]) == 10
