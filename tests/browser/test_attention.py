"""The attention page in a real browser: what follows the hand, and what goes to the address."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import PHONE, settled
from tools.running_app import still

OWL = "/attention?gallery=scenes&image=owl%2F03.jpg"


def panel(page: Page, title: str):
    return page.locator(".panel").filter(has=page.get_by_role("heading", name=title, exact=True))


def test_channel_and_opacity_follow_the_hand_and_go_to_the_address_once_it_lets_go(
    server, open_tab
):
    page = open_tab(server, OWL + "&opacity=35")
    title = page.get_by_role("heading", name=re.compile(r"^Channel \d+$"))
    expect(title).to_be_visible()
    settled(page)
    expect(page.locator(".katex").first).to_be_visible()
    first, curve = title.inner_text(), still(page.locator(".curve svg"))
    curve.hover(position={"x": 20, "y": 80})
    expect(title).not_to_have_text(first)  # without any answer of the server
    assert "channel=" not in page.url
    curve.click(position={"x": 120, "y": 80})
    expect(page).to_have_url(re.compile(r"channel=\d+"))
    clicked = title.inner_text()
    kept = clicked.replace("Channel", "F, channel")
    expect(panel(page, kept)).to_be_visible()
    settled(page)
    slider = page.get_by_role("slider", name=re.compile("Channel, by the rank"))
    slider.press("ArrowRight")
    expect(title).not_to_have_text(clicked)
    expect(page).not_to_have_url(re.compile(f"channel={clicked.split()[1]}(&|$)"))
    settled(page)
    expect(slider).to_be_focused()  # so that the next key goes on

    sliders = page.get_by_role("slider", name="Opacity of the map")
    last = panel(page, "F″").locator("canvas")
    expect(last).to_have_css("opacity", "0.35")
    sliders.first.press("End")
    expect(last).to_have_css("opacity", "1")  # another component's map
    expect(page).to_have_url(re.compile("opacity=100"))
    settled(page)


def test_a_place_is_marked_in_every_map_of_its_picture_and_read_out(server, open_tab):
    page = settled(open_tab(server, OWL + "&part=Grad-CAM"))
    still(panel(page, "Gate M_s of the query").locator(".map")).hover(position={"x": 5, "y": 5})
    for title, marked in {
        "Gate M_s of the query": 1,
        "Grad-CAM on the query": 1,
        "Gate M_s of the hit": 0,
        "Grad-CAM on the hit": 0,
    }.items():
        expect(panel(page, title).locator("rect.marked")).to_have_count(marked)
    readout = panel(page, "Grad-CAM on the query").locator(".readout")
    expect(readout).to_have_text(re.compile(r"^row 1, column 1: Grad-CAM \d"))
    panel(page, "Gate M_s of the query").locator(".map").press("ArrowDown")
    expect(readout).to_have_text(re.compile(r"^row 2, column 1"))
    for title in ("Gate M_s of the query", "Grad-CAM on the query"):
        note = panel(page, title).locator("p")
        expect(note).to_have_text(re.compile(r"inside the object, which covers 4\d\.\d%: ×\d"))


@pytest.mark.parametrize("part", ["Walk+through", "Grad-CAM"])
def test_a_formula_that_is_typeset_late_takes_no_map_from_under_the_mouse(server, open_tab, part):
    page, waiting = open_tab(server, "/results"), []

    def hold(request):
        waiting.append(request)

    page.route("**/rehype-katex*", hold)
    page.goto(f"{server.url}{OWL}&part={part}")
    still(page.locator(".map").first).hover(position={"x": 5, "y": 5})
    marked = page.locator("rect.marked").first
    expect(marked).to_be_visible()
    expect(page.locator(".katex")).to_have_count(0)
    for request in waiting:
        request.continue_()
    expect(page.locator(".katex").first).to_be_visible()
    still(page.locator(".map").first)
    expect(marked).to_be_visible()
    settled(page)


def test_a_teachers_link_opens_in_a_new_tab_as_it_was_left_in_the_old(server, open_tab):
    page = settled(open_tab(server, OWL))
    page.get_by_role("tab", name="Ablation").click()
    page.get_by_text("the channel gate", exact=True).click()
    expect(page.get_by_text(re.compile("Without the channel gate it turns by"))).to_be_visible()
    page.get_by_role("radio", name="query alone").click()
    expect(page.get_by_text(re.compile("the gallery stayed"))).to_be_visible()
    settled(page)
    other = settled(open_tab(server, page.url.removeprefix(server.url)))
    expect(other.get_by_role("tab", name="Ablation")).to_have_attribute("aria-selected", "true")
    for told in ("of the top 10 are hits", "the gallery stayed", "it turns by"):
        line = other.get_by_text(re.compile(told))
        expect(line).to_have_text(page.get_by_text(re.compile(told)).inner_text())
    settled(page)


def test_nothing_is_wider_than_a_phone(server, open_tab):
    page = open_tab(server, OWL, **PHONE)
    for part, last in {
        "Walk through": panel(page, "F″"),
        "Ablation": page.get_by_text("Teal: a hit with every switch"),
        "Grad-CAM": panel(page, "Grad-CAM on the hit"),
    }.items():
        page.get_by_role("tab", name=part).click()
        expect(last).to_be_visible()
        settled(page)
        block = page.locator("[data-testid=stMainBlockContainer]")
        assert block.evaluate("it => it.scrollWidth") <= 390
