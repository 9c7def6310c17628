"""The menu: its links, and what goes along with them; following them is for a browser to test."""

import json
import re

import pytest

from pages.ui import languages, menu, navigation
from pages.ui.view import RANGES, View, parse

EVERYTHING = View(
    gallery="corel1k",
    source="image",
    name="1.jpg",
    **{name: low + 1 for name, (low, _) in RANGES.items()},
    hyperplanes="uniform",
    attention="off",
    features="colour",
)


def drawn(page):
    """What the menu's component is given."""
    components = [it.proto for it in page.sidebar.get("bidi_component")]
    return next(json.loads(it.json) for it in components if it.component_name == "menu")


def test_whatever_a_view_says_in_an_address_goes_along():
    named = set(EVERYTHING.params())
    assert named - {"image"} == set(menu.GOES_ALONG) - {"image", "sample", "upload"}
    assert all(parse({source: "x"}).source == source for source in ("image", "sample", "upload"))


@pytest.mark.parametrize("path", [page for page, _, _ in navigation.MENU])
def test_every_page_has_all_pages_under_their_headings_and_is_marked_itself(open_app, path):
    page = open_app(path, image="red/1.jpg", part="Why?")
    assert not page.exception
    given = drawn(page)
    assert given["along"] == [*menu.GOES_ALONG, languages.PARAM]
    assert re.findall("<h2>(.*?)</h2>", given["html"]) == list(navigation.GROUPS)
    links = re.findall("<a [^>]*href='([^']*)'[^>]*><span.*?</span>(.*?)</a>", given["html"])
    pages = [(f"./{navigation.slug(it)}", title) for it, title, _ in navigation.MENU]
    assert links == [*pages, ("./", "Start over")]
    marked = re.findall("href='([^']*)' aria-current=page", given["html"])
    assert marked == [f"./{navigation.slug(path)}"]
