"""A language is chosen in the menu, and the document says which it is."""

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
