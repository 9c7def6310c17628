"""Gallery, query and settings go along: through the menu, back and forward, and in links."""

import re
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Page, expect

from pages.ui import menu, navigation
from tests.browser.screen import PHONE, settled
from tests.browser.test_app import give, png, query_picture

CARRIED = {"gallery": "scenes", "image": "owl/03.jpg", "K": "9", "probes": "3"}
FROM_HOME = "/?gallery=scenes&image=owl%2F03.jpg&K=10&probes=3"


def said(page: Page) -> dict[str, str]:
    """What the address says of gallery, query and settings."""
    address = dict(parse_qsl(urlsplit(page.url).query))
    return {name: address[name] for name in menu.GOES_ALONG if name in address}


def go(page: Page, title: str) -> None:
    page.locator(".st-key-menu").get_by_role("link", name=title, exact=True).click()
    heading = "Hashlight" if title == "Home" else title
    expect(page.locator("[data-testid=stMain] h1").first).to_have_text(heading)
    settled(page)


def test_from_home_through_the_whole_menu_nothing_is_lost_and_back_brings_it_back(server, open_tab):
    page = settled(open_tab(server, FROM_HOME))
    go(page, "Search")
    page.get_by_role("slider", name=re.compile("^Bits per hash code")).press("ArrowLeft")
    expect(page).to_have_url(re.compile("K=9"))
    settled(page)
    for _, title, _ in navigation.MENU:
        go(page, title)
        assert said(page) == CARRIED, title
    for _, title, _ in navigation.MENU[-2::-1]:
        page.go_back()
        heading = "Hashlight" if title == "Home" else title
        expect(page.locator("[data-testid=stMain] h1").first).to_have_text(heading)
        settled(page)
        assert said(page) == CARRIED, title
    page.go_forward()
    expect(page.locator("[data-testid=stMain] h1").first).to_have_text("Search")
    expect(query_picture(page)).to_have_attribute("alt", "Query: owl/03.jpg")
    settled(page)


def test_an_upload_stays_on_the_way_through_the_menu(server, open_tab):
    page = settled(open_tab(server, "/search"))
    give(page, "noise.png", png())
    expect(query_picture(page)).to_have_attribute("alt", "Query: noise.png")
    settled(page)
    for title in ("Benchmark", "Home", "Inspect a query", "Search"):
        go(page, title)
    expect(query_picture(page)).to_have_attribute("alt", "Query: noise.png")
    settled(page)


def test_one_click_starts_over(server, open_tab):
    for start in ("Home", "Search"):
        page = settled(open_tab(server, FROM_HOME))
        go(page, start)
        page.get_by_role("link", name="Start over").click()
        expect(page).to_have_url(f"{server.url}/")
        settled(page)  # images that are still on their way would be gone
        go(page, "Search")
        assert said(page) == {}


def test_on_a_phone_a_choice_closes_the_menu(server, open_tab):
    page = settled(open_tab(server, FROM_HOME, **PHONE))
    page.get_by_test_id("stExpandSidebarButton").click()
    link = page.locator(".st-key-menu").get_by_role("link", name="Results")
    expect(link).to_be_in_viewport()
    link.click()
    expect(page.locator("[data-testid=stMain] h1").first).to_have_text("Results")
    expect(link).not_to_be_in_viewport()
    settled(page)


def test_a_link_for_a_class_carries_no_guess_unless_asked_to(server, open_tab):
    page = open_tab(server, "/inspect?image=owl%2F03.jpg&guess=More&part=Missed")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    settled(page)
    page.get_by_role("button", name="Link to exactly this view").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert "guess" not in page.evaluate("navigator.clipboard.readText()")
    page.get_by_role("checkbox", name="With my guesses").check()
    page.wait_for_function("navigator.clipboard.readText().then(it => it.includes('guess=More'))")
