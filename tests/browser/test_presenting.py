"""The presenter mode: what only a browser shows of it."""

import re

from playwright.sync_api import Page, expect

from tests.browser.screen import settled


def is_under_the_bar(page: Page, x: float, y: float) -> bool:
    """Whether a click there goes to Streamlit's bar, which lies over the top of the page."""
    hit = "([x, y]) => document.elementFromPoint(x, y).closest('[data-testid=stHeader]') !== null"
    return page.evaluate(hit, [x, y])


def test_a_clicker_turns_the_pages_of_a_presentation_and_the_query_goes_along(server, open_tab):
    page = settled(open_tab(server, "/search?gallery=scenes&image=owl%2F03.jpg"))
    sidebar, title = page.get_by_test_id("stSidebar"), page.locator("h1")
    size = title.evaluate("it => parseFloat(getComputedStyle(it).fontSize)")
    box = page.get_by_test_id("stHeader").get_by_role("button").last.bounding_box()
    assert is_under_the_bar(page, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    across = [(x, y) for x in range(320, int(box["x"]), 40) for y in (5, 30, 55)]
    assert not any(is_under_the_bar(page, *it) for it in across)
    page.get_by_role("button", name="Present").click()
    expect(sidebar).to_be_hidden()
    assert title.evaluate("it => parseFloat(getComputedStyle(it).fontSize)") > 1.2 * size
    assert not any(is_under_the_bar(page, *it) for it in across)
    page.get_by_role("slider", name="Opacity of the map").focus()
    page.keyboard.press("PageDown")
    expect(page).to_have_url(re.compile(r"/inspect\?gallery=scenes&image=owl"))
    expect(settled(page).locator("h1")).to_have_text("Inspect a query")
    expect(sidebar).to_be_hidden()
    page.keyboard.press("PageUp")
    expect(page).to_have_url(re.compile(r"/search\?gallery=scenes&image=owl"))
    settled(page).keyboard.press("Escape")
    expect(sidebar).to_be_visible()
