"""The machine in a real browser: unfolding and motion by keyboard, changes, phone and projector."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.screen import PHONE, settled
from tests.browser.test_accessibility import at_rest, violations

OWL = "gallery=scenes&image=owl%2F03.jpg"
PROJECTOR = {"viewport": {"width": 1280, "height": 720}}


def test_it_unfolds_and_flies_by_keyboard_and_new_keys_are_shown(server, open_tab):
    page = open_tab(server, f"/machine?{OWL}&K=4&L=3", **PROJECTOR)
    card, panel = page.get_by_role("button", name="6 Sides"), page.locator(".panel:visible")
    card.press("Enter")
    expect(card).to_have_attribute("aria-expanded", "true")
    expect(panel.get_by_role("heading", name="6 · Sides")).to_be_visible()
    expect(page).to_have_url(re.compile("stage=sides"))
    step, said = panel.get_by_role("button", name="Step", exact=True), panel.locator(".said")
    step.press("Enter")
    expect(said).to_contain_text("Hyperplane 1 of 4")
    step.press("ArrowRight")
    expect(said).to_contain_text("Hyperplane 2 of 4")
    expect(panel.locator("table").first).to_contain_text("Hyperplane 2 of table 1")
    for _ in range(3):
        step.press("ArrowRight")
    expect(said).to_contain_text("The keys stand")
    key = panel.locator(".query code").inner_text()
    assert violations(at_rest(page)) == []
    page.emulate_media(color_scheme="dark")
    assert violations(at_rest(page)) == []

    step.press("Escape")
    expect(card).to_be_focused()  # and at once, so that both have to be answered together
    page.get_by_role("slider", name="Bits per hash code, K").press("ArrowRight")
    expect(page.locator(".told")).to_contain_text("with 5 bits in a key")
    page.get_by_role("button", name="7 Keys").press("Enter")
    keys = panel.get_by_role("group", name="The keys of all tables").get_by_role("button")
    expect(keys).to_have_count(3)
    # Of the first table the hyperplanes that were there stay; one is added.
    expect(keys.first).to_have_text(re.compile(f"^{key}[01]$"))
    expect(page).to_have_url(re.compile("K=5.*stage=keys"))
    panel.get_by_role("link").click()
    expect(page.locator("[data-testid=stMain] h1")).to_have_text("How LSH works")
    expect(page).to_have_url(re.compile("part=Bits"))
    settled(page)


@pytest.mark.parametrize("screen", [PHONE, PROJECTOR], ids=["phone", "projector"])
def test_its_stages_stand_below_each_other_on_a_phone_and_on_one_screen_else(
    server, open_tab, screen
):
    page = settled(open_tab(server, f"/machine?{OWL}", **screen, reduced_motion="reduce"))
    cards = [it.bounding_box() for it in page.locator(".card").all()]
    assert len(cards) == 10
    if screen is PHONE:
        assert len({it["x"] for it in cards}) == 1
        assert all(it["height"] >= 24 for it in cards)
    else:
        assert max(it["y"] + it["height"] for it in cards) <= screen["viewport"]["height"]
    page.get_by_role("button", name="6 Sides").click()
    flyers = page.locator(".flyer")
    expect(flyers).to_have_count(12)
    page.get_by_role("button", name="Step", exact=True).click()
    assert flyers.first.evaluate("it => it.getAnimations().length") == 0  # a step without flight
    settled(page)
