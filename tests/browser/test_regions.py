"""A part of a picture in a real browser: dragged, moved by keyboard, and lit in each hit."""

import re

import pytest
from playwright.sync_api import FloatRect, Page, expect

from tests.browser.screen import PHONE, settled

OWL = "/regions?gallery=scenes&image=owl%2F03.jpg"


def drag(page: Page, *ways: tuple[tuple[float, float], tuple[float, float]]) -> None:
    """Drag from one point of the picture to another, both in cells of the grid, and on at once."""
    board = page.locator(".region svg").bounding_box()
    for way in ways:
        move(page, board, way)


def move(page: Page, board: FloatRect, way: tuple[tuple[float, float], ...]) -> None:
    """Press the button at one point, and let it go at another."""
    points = [
        (board["x"] + x * board["width"] / 8, board["y"] + y * board["height"] / 8) for x, y in way
    ]
    page.mouse.move(*points[0])
    page.mouse.down()
    page.mouse.move(*points[1], steps=5)
    page.mouse.up()


def test_a_box_is_dragged_moved_and_made_larger_and_each_hit_shows_where_it_has_the_like(
    server, open_tab
):
    page = open_tab(server, OWL, **PHONE)
    expect(page.get_by_text("Neighbour recall@10")).to_be_visible()
    settled(page)
    hits = page.locator(".st-key-grid-parts .tile")
    expect(hits).to_have_count(10)
    expect(hits.locator(".outline .over")).to_have_count(10)
    drag(page, ((0.5, 6.5), (0.5, 6.5)))
    expect(page).to_have_url(re.compile("box=7-1-7-1"))
    settled(page)
    taps = [((n % 8 + 0.5, 6.5),) * 2 for n in range(12)]  # quicker than answers come
    drag(page, *taps, ((2.5, 1.5), (4.5, 3.5)))  # and the last one counts
    expect(page).to_have_url(re.compile("box=2-3-4-5"))
    expect(page.get_by_text("9 places: the network pools")).to_be_visible()
    settled(page)
    box = page.get_by_role("application")
    expect(box).to_have_attribute("aria-label", re.compile("row 2 to 4, column 3 to 5"))
    box.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowLeft")
    expect(page).to_have_url(re.compile("box=3-3-5-4"))
    settled(page)
    expect(box).to_be_focused()
    hit = hits.first
    picture, frame = (hit.locator(it).bounding_box() for it in ("img", ".over"))
    assert frame["width"] == pytest.approx(picture["width"] / 8, abs=6)  # with its line
    assert frame["height"] == pytest.approx(picture["height"] / 8, abs=6)  # with its line
    hit.locator(".picture").click()
    expect(page).to_have_url(re.compile(r"box=(\d)-(\d)-\1-\2$"))
    settled(page)
