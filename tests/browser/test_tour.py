"""The guided tour as a visitor goes through it with the keyboard, and the self-test at its end."""

import re

from playwright.sync_api import Page, expect

from pages.parts.selftest.bank import draw
from pages.ui.tour.steps import STEPS, TourStep
from tests.browser.screen import settled
from tests.browser.test_accessibility import violations

PHONE = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}
NO_INPUT = "document.activeElement.blur()"  # arrow keys would move the radio
# Goes on as soon as the guess is marked, while the script of the page still runs.
HASTE = """() => new MutationObserver((_, it) => {
    if (!document.querySelector(".st-key-tour [aria-current]:not(.open)")) return;
    it.disconnect();
    document.querySelector(".st-key-tour .st-key-go-on a").click();
}).observe(document.body, { subtree: true, childList: true })"""


def guess(page: Page, step: TourStep) -> None:
    """Take the first option of the lit question with the keyboard."""
    lit = page.locator(f".st-key-ask-{step.asks}")
    expect(lit).to_have_css("outline-style", "solid")
    lit.get_by_role("radio").first.focus()
    page.keyboard.press("Space")


def answer_rightly(page: Page) -> None:
    for place, question in enumerate(draw(int(STEPS[-1].state["test"])).values(), 1):
        group = page.locator(f".st-key-answer-{place}")
        group.get_by_text(question.right, exact=True).click()
    page.get_by_role("button", name="Mark my answers").click()
    expect(page.get_by_role("heading", name="10 of 10 right")).to_be_visible()


def test_the_tour_is_walked_with_the_keyboard_from_home_to_a_marked_self_test(server, open_tab):
    page = settled(open_tab(server, "/", viewport={"width": 1280, "height": 720}))
    page.get_by_role("link", name="Guided tour").click()
    panel = page.locator(".st-key-tour")
    for number, step in enumerate(STEPS, 1):
        expect(panel).to_contain_text(f"Step {number} · {step.title}")
        expect(page).to_have_url(re.compile(f"tour={number}\\b"))
        assert violations(settled(page)) == [], step.title
        if number == 8:
            page.evaluate(HASTE)
            guess(page, step)
        elif step.asks:
            guess(page, step)
            expect(
                page.locator(f".st-key-ask-{step.asks}").get_by_test_id("stAlert")
            ).to_be_visible()
            page.evaluate(NO_INPUT)
            done = re.compile(f"Step {number}, .*(guessed right|not right at first); you are here")
            expect(panel.get_by_role("img", name=done)).to_be_visible()
            page.keyboard.press("ArrowRight")
    answer_rightly(page)
    expect(panel.get_by_role("img", name=re.compile("Step 10, .*guessed right"))).to_be_visible()
    expect(panel.get_by_role("img", name="still open")).to_have_count(0)
    expect(page.get_by_role("heading", name="That was the tour")).to_be_in_viewport()
    assert violations(settled(page)) == []
    page.evaluate(NO_INPUT)
    page.keyboard.press("ArrowLeft")
    expect(panel).to_contain_text("Step 9 ·")
    page.reload()
    first = settled(page).locator(".st-key-guess-crossing").get_by_role("radio").first
    expect(first).to_be_checked()
    panel.get_by_role("button", name="Leave the tour").click()
    expect(panel).to_have_count(0)


def test_on_a_phone_the_step_stands_above_the_page_and_a_word_opens_when_tapped(server, open_tab):
    page = settled(open_tab(server, "/benchmark?tour=9&guess-tour=Ab--------", **PHONE))
    panel = page.locator(".st-key-tour-narrow")
    expect(panel).to_contain_text("Step 9 ·")
    figure = page.locator(".st-key-ask-guess-crossing")
    assert panel.bounding_box()["y"] + panel.bounding_box()["height"] <= figure.bounding_box()["y"]
    expect(
        panel.get_by_role("img", name=re.compile("Step 2, .*not right"))
    ).to_be_visible()  # as the address says
    word = panel.get_by_text("exact scan").first
    expect(panel.get_by_role("tooltip")).to_be_hidden()
    word.click()
    expect(panel.get_by_role("tooltip")).to_contain_text("every picture")
    assert violations(page) == []


def test_a_marked_sheet_is_printed_without_the_menu(server, open_tab):
    page = settled(open_tab(server, "/selftest?guess-test=0000000000"))
    page.evaluate("window.print = () => { document.title = 'printed'; }")
    page.get_by_role("button", name="Print this sheet").click()
    expect(page).to_have_title("printed")
    page.emulate_media(media="print")
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    expect(page.get_by_role("heading", name=re.compile(r"of 10 right"))).to_be_visible()
