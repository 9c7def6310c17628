"""What the map is told, judged by the index and the exact scan, and what a choice on it does."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from pages.ui import gallery_map

RED = {"gallery": "scenes", "image": "red/1.jpg", "K": "3", "L": "2", "probes": "2", "k": "4"}


class Maps:
    """The bytes that maps are given; what the visitor chooses in the next run."""

    def __init__(self):
        self.given, self.chosen = [], None

    def mount(self, key, data, **callbacks):
        self.given.append(data)
        chosen, self.chosen = self.chosen, None
        return SimpleNamespace(chosen=chosen)


@pytest.fixture
def maps(monkeypatch):
    maps = Maps()
    monkeypatch.setattr(gallery_map, "_map", maps.mount)
    return maps


def unpacked(data):
    """Read the bytes as their description says, without the code that wrote them."""
    length = int.from_bytes(data[:4], "little")
    header, at = json.loads(data[4 : 4 + length]), 4 + length
    for name, kind, size in header["arrays"]:
        kinds = {"f32": "<f4", "u32": "<u4", "u16": "<u2"}
        header[name] = np.frombuffer(data[at : at + size], kinds[kind])
        at += size
    assert at == len(data)
    return header


def shown(maps):
    return unpacked(maps.given[-1])


def test_the_map_shows_the_search_that_the_page_shows(search_page, grids, maps):
    search_page(**RED)
    told, n = shown(maps), 12
    keys = told["keys"].reshape(2, n)
    own = told["names"].index("red/1.jpg")
    assert told["own"] == [own] == [told["query"]["row"]]
    assert told["query"]["keys"] == keys[:, own].tolist()
    assert keys.max() < 2**3
    assert [told["names"][row] for row in told["exact"]] == [it["name"] for it in grids["exact"]]
    assert [told["names"][row] for row in told["hits"]] == [it["name"] for it in grids["lsh"]]
    others = np.delete(np.arange(n), own)
    nearest = others[np.argsort(-told["cosines"][others], kind="stable")[:4]]
    assert told["exact"] == nearest.tolist()
    read = {
        row
        for table, probed in enumerate(told["probes"])
        for row in np.flatnonzero(np.isin(keys[table], probed)).tolist()
    }
    assert [len(probed) for probed in told["probes"]] == [2, 2]
    assert set(told["hits"]) <= read
    assert [told["labels"][it] for it in told["label"]] == [
        it.split("/")[0] for it in told["names"]
    ]
    assert told["query"]["place"] == told["places"].reshape(n, 2)[own].tolist()


@pytest.mark.parametrize(
    ("page", "part"), [("pages/1_inspect.py", "Map"), ("pages/hashing.py", "Map")]
)
def test_the_same_map_is_on_other_pages(open_app, maps, page, part):
    opened = open_app(page, part=part, **RED)
    assert not opened.exception
    assert len(shown(maps)["names"]) == 12


@pytest.mark.parametrize("text", ["label", "similarity", "bucket-3", "side-12-5", "bucket-1"])
def test_what_it_is_coloured_by_comes_back_from_the_address(text):
    assert gallery_map.write_looks(gallery_map.parse_looks(text)) == text


@pytest.mark.parametrize("text", ["", "red", "side-0-1", "side-1-2-3", "bucket--1", "side-100-1"])
def test_nonsense_in_the_address_is_the_label(text):
    assert gallery_map.parse_looks(text) == {"colour": "label", "table": 0, "bit": 0}


def test_what_has_no_place_lands_by_its_neighbours_and_brings_its_picture(search_page, maps):
    search_page(gallery="scenes", sample="china")
    told = shown(maps)
    assert told["own"] == []
    assert told["query"]["row"] is None
    assert told["query"]["picture"].startswith("data:image/jpeg;base64,")
    nearest = np.argsort(-told["cosines"], kind="stable")[:5]
    middle = np.median(told["places"].reshape(-1, 2)[nearest], axis=0)
    assert told["query"]["place"] == pytest.approx(middle.tolist())


def test_a_choice_on_the_map_is_that_of_every_picture(search_page, grids, maps):
    page = search_page(**RED)
    told = shown(maps)
    (tile,) = [it for it in grids["exact"] if it["name"] == told["names"][told["exact"][0]]]
    assert [label for label, _ in told["actions"]] == [label for label, _ in tile["actions"]]
    address = dict(told["actions"])["Inspect"]
    assert (
        address.replace("~image~", tile["name"].replace("/", "%2F"))
        == dict(tile["actions"])["Inspect"]
    )
    maps.chosen = [told["exact"][0], "Search with this"]
    page.run()
    assert page.query_params["image"] == tile["name"]
