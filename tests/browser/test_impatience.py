"""Clicks faster than answers, on a server that is stopped for most of the time."""

import re
from random import Random

from playwright.sync_api import expect

from tests.browser.screen import settled
from tools.clicker import Clicker, slowed_down

SECONDS = 20


def test_no_page_goes_blank_under_an_impatient_visitor(server, chromium):
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    clicker = Clicker(page, server.url, Random(7))
    clicker.begin()
    with slowed_down(server.pid, 0.5):
        clicker.go_on(SECONDS)
    page.close()
    assert clicker.clicks > 5
    assert not clicker.wrong


def test_the_last_click_wins(server, open_tab):
    page = open_tab(server, "/search?gallery=scenes&image=owl%2F03.jpg&K=8")
    slider = page.get_by_role("slider", name="Bits per hash code, K")
    slider.wait_for()
    page.locator("[data-test-script-state=notRunning]").wait_for()
    with slowed_down(server.pid, 0.7):
        for _ in range(5):
            slider.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"K=13\b"))
    expect(slider).to_have_value("13")
    expect(settled(page).get_by_label("Hash code of 13 bits").first).to_be_visible()
