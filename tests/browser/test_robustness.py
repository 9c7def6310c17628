"""The robustness playground in a real browser."""

import re
from time import monotonic

from playwright.sync_api import Page, expect

from tests.browser.screen import PHONE, settled

OWL = "/robustness?gallery=scenes&image=owl%2F03.jpg&K=12&L=8"


def numbers(page: Page) -> list[str]:
    """The metrics of the playground: angle, bits flipped, buckets kept, top k still found."""
    metrics = page.locator(".st-key-shift-numbers [data-testid=stMetricValue]")
    expect(metrics).to_have_count(4)  # the pictures are there before the numbers
    return metrics.all_inner_texts()


def after(page: Page):
    return page.locator(".st-key-query-picture-after img")


def test_a_slider_changes_picture_numbers_and_address_and_a_reload_shows_the_same(server, open_tab):
    page = open_tab(server, OWL)
    expect(after(page)).to_have_attribute("alt", "After: nothing changed yet")
    assert numbers(settled(page)) == ["0°", "0 of 96", "8 of 8", "100%"]
    start = monotonic()
    page.get_by_role("slider", name="Rotate").press("ArrowRight")
    expect(after(page)).to_have_attribute("alt", "After: turned by 5°")
    assert monotonic() - start < 5  # half a second where nothing else is at work
    changed = numbers(settled(page))
    assert changed[1] != "0 of 96"
    expect(page).to_have_url(f"{server.url}{OWL}&rotate=5")
    page.reload()
    expect(after(page)).to_have_attribute("alt", "After: turned by 5°")
    assert numbers(settled(page)) == changed
    page.get_by_role("button", name="Back to the original").click()
    expect(after(page)).to_have_attribute("alt", "After: nothing changed yet")
    expect(page).to_have_url(f"{server.url}{OWL}")
    settled(page)
    page.go_back()
    expect(after(page)).to_have_attribute("alt", "After: turned by 5°")
    assert numbers(settled(page)) == changed


def test_a_guess_stays_beside_the_measured_answer_and_a_setting_keeps_both(server, open_tab):
    page = open_tab(server, OWL)
    page.get_by_role("button", name="Turn it and see").click()
    answers = page.locator(".st-key-prediction [data-testid=stMetricValue]")
    expect(answers.first).to_have_text("24 bits")
    expect(after(page)).to_have_attribute("alt", "After: turned by 30°")
    expect(page).to_have_url(re.compile(r"&rotate=30"))
    expect(page).to_have_url(re.compile(r"&guess=24"))
    bits = settled(page) and answers.nth(1).inner_text().split()[0]
    assert numbers(page)[1] == f"{bits} of 96"
    page.get_by_role("slider", name="Bits per hash code, K").press("ArrowRight")
    expect(page.get_by_text("of the 104 bits")).to_be_visible()
    expect(answers.first).to_have_text("24 bits")
    expect(page).to_have_url(re.compile("K=13.*rotate=30"))
    settled(page)


def test_on_a_phone_a_link_opens_curve_and_ranking_and_nothing_is_too_wide(server, open_tab):
    page = open_tab(server, f"{OWL}&blur=2&ranks=exact&curve=crop", **PHONE)
    expect(page.locator(".st-key-curve-kept .js-plotly-plot")).to_be_visible()
    expect(page.get_by_role("radio", name="Exact scan")).to_be_checked()
    expect(page.locator(".st-key-slopes .js-plotly-plot")).to_be_visible()
    settled(page)
    width = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert width <= 390
