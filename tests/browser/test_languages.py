"""A language is chosen in the menu, the document says which, and scripts write its numbers."""

import re

from playwright.sync_api import expect

from tests.browser.screen import settled


def test_a_language_is_chosen_and_stays_until_another_is(server, open_tab):
    page = settled(open_tab(server, "/glossary", locale="en-GB"))
    document = page.locator("html")
    expect(document).to_have_attribute("lang", "en")
    page.get_by_role("radio", name="Deutsch").click()
    expect(document).to_have_attribute("lang", "de")
    page.locator(".st-key-menu li a").nth(-3).click()  # to Results
    expect(page).to_have_url(f"{server.url}/results?lang=de")
    page.reload()
    expect(document).to_have_attribute("lang", "de")
    expect(page.get_by_role("radio", name="Deutsch")).to_be_checked()
    settled(page).get_by_role("radio", name="English").click()
    expect(document).to_have_attribute("lang", "en")
    settled(page)


def test_scripts_and_charts_write_numbers_as_the_language_does(server, open_tab):
    page = settled(open_tab(server, "/machine?gallery=scenes&image=owl%2F03.jpg&lang=de"))
    expect(page.locator(".machine .shape").nth(1)).to_have_text("2.048 × 8 × 8")
    page.goto(f"{server.url}/attention?gallery=scenes&image=owl%2F03.jpg&lang=de")
    ticks = page.locator(".chart text", has_text=re.compile(r"^[+−]?\d+,\d+$"))
    expect(ticks.first).to_be_visible()
