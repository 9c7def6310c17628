"""The guided tour as a visitor goes through it, a line turned and the evidence taken on the way."""

import json
import re

from playwright.sync_api import Page, expect

from pages.ui import tour
from tests.browser.test_accessibility import at_rest, violations
from tests.browser.test_hashing import counts, drag_a_line

TALL = {"viewport": {"width": 1280, "height": 1100}}
MISSED = 2  # of the owl's ten neighbours, as the tour says


def turn_a_line(page: Page) -> None:
    before = counts(page)
    seen = drag_a_line(page)
    assert any(it["keys"] != before["keys"] for it in seen)


def take_the_evidence(page: Page) -> None:
    page.get_by_role("tab", name="Evidence").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download JSON").click()
    found = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert len(found["missed"]) == MISSED
    assert found["query"]["title"] == "owl/03.jpg"
    assert violations(at_rest(page)) == []


DONE = {"Hyperplanes": turn_a_line, "A missed neighbour": take_the_evidence}


def test_the_tour_leads_from_home_through_ten_steps_to_its_end(server, fresh_server, open_tab):
    allowed = ["clipboard-read", "clipboard-write"]
    page = at_rest(open_tab(server, "/", permissions=allowed, **TALL))
    page.get_by_role("link", name="Guided tour").click()
    banner = page.locator(".st-key-tour")
    for number, step in enumerate(tour.STEPS, 1):
        expect(banner).to_contain_text(f"Step {number} of 10 · {step.title}")
        expect(page).to_have_url(re.compile(f"tour={number}$"))
        expect(at_rest(page).get_by_role("alert").filter(has_text="There is no")).to_have_count(0)
        assert violations(page) == [], step.title
        if do := DONE.get(step.title):
            do(page)
            expect(at_rest(page).locator("[data-testid=stException]")).to_have_count(0)
        if step.title == "Hyperplanes":  # a link for the class
            turned = counts(page)
            page.get_by_role("button", name="Link to exactly this view").click()
            expect(page.get_by_text("Copied.")).to_be_visible()
            link = page.evaluate("navigator.clipboard.readText()")
        if number < len(tour.STEPS):
            banner.get_by_role("link", name="Next").click()
    expect(banner.get_by_role("link", name="Next")).to_have_count(0)
    banner.get_by_role("link", name="Back").click()
    expect(banner).to_contain_text("Step 9 of 10")
    at_rest(page)
    banner.get_by_role("button", name="Leave the tour").click()
    expect(banner).to_have_count(0)
    expect(page).to_have_url(f"{server.url}/results")
    at_rest(page)

    pupil = open_tab(fresh_server, link.removeprefix(server.url), **TALL)
    expect(pupil.locator(".st-key-tour")).to_contain_text("Step 4 of 10")
    assert counts(at_rest(pupil)) == turned
