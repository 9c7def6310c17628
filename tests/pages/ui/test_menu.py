"""The menu: what goes along with each of its links, and how one starts over."""

from urllib.parse import parse_qs

import pytest

from pages.ui import menu, navigation
from pages.ui.view import RANGES, View, parse

CARRIED = {"gallery": "scenes", "image": "red/1.jpg", "K": "5", "probes": "3"}
EVERYTHING = View(
    gallery="corel1k",
    source="image",
    name="1.jpg",
    **{name: low + 1 for name, (low, _) in RANGES.items()},
    hyperplanes="uniform",
    attention="off",
    features="colour",
)


def entries(page):
    """Title -> parameters, of the menu's links."""
    links = [it.proto for it in page.sidebar.get("page_link")]
    return {it.label: {k: v[0] for k, v in parse_qs(it.query_string).items()} for it in links}


def test_whatever_a_view_says_in_an_address_goes_along():
    named = set(EVERYTHING.params())
    assert named - {"image"} == set(menu.GOES_ALONG) - {"image", "sample", "upload"}
    assert all(parse({source: "x"}).source == source for source in ("image", "sample", "upload"))


@pytest.mark.parametrize("path", [page for page, _, _ in navigation.MENU])
def test_from_every_page_gallery_query_and_settings_go_with_every_entry(open_app, path):
    page = open_app(path, **CARRIED, part="Why?")
    assert not page.exception
    assert entries(page) == {title: CARRIED for _, title, _ in navigation.MENU}


def test_a_changed_setting_goes_along_at_once(search_page):
    page = search_page(**CARRIED)
    page.slider(key="K").set_value(9).run()
    assert {it["K"] for it in entries(page).values()} == {"9"}


def test_a_setting_that_a_part_changed_goes_along_too(hashing_page):
    page = hashing_page(**CARRIED, part="Bits and tables")
    page.slider(key="L").set_value(3).run()
    assert {it["L"] for it in entries(page).values()} == {"3"}


def test_the_groups_have_headings(results_page):
    headings = [it.value for it in results_page().sidebar.header]
    assert headings[:3] == list(navigation.GROUPS)


@pytest.mark.parametrize("path", [navigation.HOME, navigation.SEARCH, navigation.RESULTS])
def test_starting_over_forgets_what_the_address_said(open_app, path):
    page = open_app(path, **CARRIED)
    page.button(key="over").click().run()
    assert not page.exception
    assert [it.value for it in page.title] == ["Hashlight"]
    assert not set(page.query_params) & set(menu.GOES_ALONG)
    assert set(map(tuple, entries(page).values())) == {()}
