"""Every page by axe-core's rules, light and dark, wide and on a phone; and by keyboard alone."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from pages.ui import navigation
from tests.browser.screen import settled

OWL = "?gallery=scenes&image=owl%2F03.jpg"
QUERIES = {  # what a page shows most of
    navigation.HOME: "",
    navigation.MACHINE: f"{OWL}&stage=sides",
    navigation.HASHING: f"{OWL}&part=Bits+and+tables",
    navigation.INSPECT: f"{OWL}&part=Missed",
    navigation.RESULTS: "",
    navigation.BENCHMARK: "",
}
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}

FOCUSED = """() => {
    let it = document.activeElement;
    while (it?.shadowRoot?.activeElement) it = it.shadowRoot.activeElement;
    return (it?.getAttribute("aria-label") || it?.textContent || "").trim();
}"""


def path(page: str) -> str:
    """The address of a page."""
    name = navigation.slug(page)
    return f"/{name}{QUERIES.get(page, OWL)}"


def at_rest(page: Page) -> Page:
    """Wait until the page is all there, and nothing fades in any more."""
    expect(page.locator("[data-testid=stMain] h1")).to_be_visible()
    settled(page)
    page.wait_for_function("document.getAnimations().every(it => it.playState !== 'running')")
    return page


def violations(page: Page) -> list[str]:
    """What axe-core calls serious or critical, Streamlit's own parts included."""
    found = Axe().run(page, options=WCAG).response
    return [
        f"{rule['id']}: {node['html'][:200]} ({node['failureSummary']})"
        for rule in found["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("name", [page for page, _, _ in navigation.MENU])
def test_no_page_has_a_serious_violation_light_and_wide_or_dark_on_a_phone(server, open_tab, name):
    page = open_tab(server, path(name), color_scheme="light", viewport=DESKTOP)
    assert violations(at_rest(page)) == []
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(PHONE)
    assert violations(at_rest(page)) == []


def tab_to(page: Page, name: str) -> None:
    """Press Tab until this has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if re.search(name, page.evaluate(FOCUSED)):
            return
    pytest.fail(f"Tab never reaches {name}")


@pytest.mark.parametrize(
    ("link", "control", "then"),
    [
        (f"/search{OWL}&K=12", "^Bits per hash code", "K=13"),
        ("/hashing", r"^Hyperplane \d", "turned="),
        (f"/robustness{OWL}", "^Rotate", "rotate=5"),
    ],
)
def test_the_main_control_is_reached_and_used_with_the_keyboard(
    server, open_tab, link, control, then
):
    page = at_rest(open_tab(server, link))
    tab_to(page, control)
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(then))
    at_rest(page)


def test_a_chart_is_saved_with_the_keyboard_and_without_a_network(server, open_tab):
    page = at_rest(open_tab(server, f"/search{OWL}"))
    button = page.locator(".st-key-times").get_by_role("button", name="Save as PNG")
    button.wait_for(state="attached")  # Plotly has come over the network, and drawn the chart
    page.context.set_offline(True)
    button.focus()
    for ending, begins in (("png", b"\x89PNG"), ("svg", b"<svg")):
        with page.expect_download() as download:
            page.keyboard.press("Enter")
        assert download.value.suggested_filename == f"hashlight-time-per-stage.{ending}"
        assert download.value.path().read_bytes().startswith(begins)
        page.keyboard.press("Tab")
    page.context.set_offline(False)
