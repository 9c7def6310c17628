"""The Benchmark page in a real browser: the race above all, which compiles the engine first."""

import re

from playwright.sync_api import Page, expect

from core.benchmark import live
from core.evaluation import results
from tests.browser.screen import PHONE, settled

COMPILING = 300_000  # milliseconds at most, on a busy machine


def fits(page: Page) -> bool:
    widths = page.evaluate(
        "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".map(element => element.scrollWidth)"
    )
    return max(widths) <= 390


def test_a_visitor_races_and_lets_the_engine_choose_on_a_phone(server, open_tab):
    page = open_tab(server, "/benchmark?part=Race here&images=1000", **PHONE)
    start = page.get_by_role("button", name="Race", exact=True)
    expect(start).to_be_visible(timeout=COMPILING)
    start.click()
    expect(page.get_by_role("button", name="Race again")).to_be_visible()
    expect(page.get_by_test_id("stMetric")).to_have_count(len(live.ORDER))
    expect(
        page.get_by_text(re.compile("The readable LSH index loses|LSH index wins"))
    ).to_be_visible()
    expect(page.locator(".st-key-race-times .boxlayer .trace")).to_have_count(len(live.ORDER))
    assert fits(settled(page))
    page.get_by_role("tab", name="Calibrate").click()
    expect(page.get_by_text(re.compile("It kept its word|It fell short"))).to_be_visible()
    expect(page).to_have_url(re.compile("part=Calibrate"))
    page.get_by_role("slider", name="Neighbour recall that you want").press("ArrowLeft")
    expect(page).to_have_url(re.compile("wanted=94"))
    expect(page.get_by_text("94 %", exact=True).last).to_be_visible()
    assert fits(settled(page))
    expect(page.locator("[data-testid=stException]")).to_have_count(0)


def test_a_click_on_a_point_opens_its_settings(server, open_tab):
    page = open_tab(server, "/benchmark")
    if not results.load("index-speed"):
        expect(page.get_by_text("Not measured yet")).to_be_visible()
        return
    point = page.locator(".st-key-speed .scatterlayer .trace").first.locator(".point").last
    expect(point).to_be_visible()
    settled(page)
    point.scroll_into_view_if_needed()
    box = point.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page).to_have_url(re.compile("point="))
    expect(page.locator(".st-key-opened-point")).to_contain_text("Asked with")
    settled(page)
