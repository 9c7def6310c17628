"""Addresses that one visitor sends to another: of a page of this app, and nothing else."""

import pytest

from core.errors import SettingError
from pages.ui import navigation
from pages.ui.page_address import address_of, read_address

HERE = "https://school.example/lsh/classroom"


@pytest.mark.parametrize(
    ("text", "page", "params"),
    [
        ("https://school.example/lsh/search?K=12&guess-a=b", navigation.SEARCH, {"K": "12"}),
        (" ./inspect?image=a%2Fb.jpg ", navigation.INSPECT, {"image": "a/b.jpg"}),
        ("https://school.example/lsh/?key-room=x#top", navigation.HOME, {}),
    ],
)
def test_an_address_of_the_app_is_read_without_what_is_private(text, page, params):
    assert read_address(text, HERE) == (page, params)


@pytest.mark.parametrize("page", [page for page, _, _ in navigation.MENU])
def test_what_is_written_reads_the_same(page):
    params = {"part": "Bits & tables", "image": "ü/ö.jpg"}
    assert read_address(address_of(page, params), HERE) == (page, params)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("https://other.example/lsh/search", "another server"),
        ("//other.example/search", "another server"),
        ("http://school.example/lsh/search", "another server"),
        ("javascript:alert(1)", "another server"),
        ("/search", "no page"),
        ("./../elsewhere", "no page"),
        ("./nothing?K=12", "no page"),
        ("http://[", "no address"),
        ("./search?gallery=own-abc", "your own"),
        ("./?upload=own-abc", "your own"),
    ],
)
def test_an_address_of_anything_else_is_refused_in_a_sentence(text, why):
    with pytest.raises(SettingError, match=why):
        read_address(text, HERE)
