"""Clicks faster than answers, on a server that is stopped for most of the time."""

import os
import re
import signal
from random import Random

import pytest
from playwright.sync_api import expect

from pages.ui.heatmap import HANDED_JS
from tests.browser.screen import settled
from tools.clicker import RESTS, Clicker, slowed_down

SECONDS = 20


def test_no_page_goes_blank_under_an_impatient_visitor(server, chromium):
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    clicker = Clicker(page, server.url, Random(7))
    clicker.begin()
    with slowed_down(server.pid, 0.5, but_when=clicker.stopped):
        clicker.go_on(SECONDS)
    page.close()
    assert clicker.clicks > 5
    assert not clicker.wrong


def test_the_last_click_wins(server, open_tab):
    page = open_tab(server, "/search?gallery=scenes&image=owl%2F03.jpg&K=8")
    slider = page.get_by_role("slider", name="Bits per hash code, K")
    slider.wait_for()
    page.locator(RESTS).wait_for()
    with slowed_down(server.pid, 0.7):
        for _ in range(5):
            slider.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"K=13\b"))
    expect(slider).to_have_value("13")
    expect(settled(page).get_by_label("Hash code of 13 bits").first).to_be_visible()


def test_a_click_on_a_page_that_is_being_left_does_not_blank_the_next_one(server, open_tab):
    page = open_tab(server, "/search?gallery=scenes&image=owl%2F03.jpg")
    code = page.locator("summary").filter(has_text="Show the code").first
    link = page.get_by_role("link", name="Why these, and why not others?")
    for it in (link, code, page.locator(RESTS)):
        it.wait_for()
    os.kill(server.pid, signal.SIGSTOP)
    try:
        link.evaluate("it => it.click()")  # Playwright's own would wait for what is stopped
        code.evaluate("it => it.click()")
        page.wait_for_timeout(500)  # both are on their way
    finally:
        os.kill(server.pid, signal.SIGCONT)
    expect(page).to_have_url(re.compile("/inspect"))
    page.locator(RESTS).wait_for()
    page.wait_for_timeout(1_000)
    expect(page.get_by_role("heading", level=1)).to_have_text("Inspect a query")


@pytest.mark.parametrize(
    "steps",  # what the hand or the server says, and what is to be seen then
    [
        "server 60: 60, hand 35: 35, hand 80: 80, server 60: 80, server 35: 80, server 80: 80, "
        "server 35: 35",  # once all has arrived, it is the address that has changed
        "server 0: 0, hand 1: 1, hand 0: 0, hand 1: 1, server 0: 1, server 1: 1, server 0: 1, "
        "server 1: 1, server 0: 0",
        "server 60: 60, hand 35: 35, server 20: 20",  # nothing that the hand has left behind
    ],
)
def test_what_the_server_says_late_does_not_take_the_place_of_a_newer_gesture(chromium, steps):
    told = [
        (who, int(value), int(seen))
        for who, value, seen in re.findall(r"(\w+) (\d+): (\d+)", steps)
    ]
    page = chromium.new_page()
    seen = page.evaluate(
        f"""told => {{
            {HANDED_JS.read_text()}
            const it = handed(() => {{}});
            return told.map(([who, value]) => {{
                it[{{ hand: "byHand", server: "byServer" }}[who]](value);
                return it.value;
            }});
        }}""",
        [(who, value) for who, value, _ in told],
    )
    page.close()
    assert seen == [it for _, _, it in told]
