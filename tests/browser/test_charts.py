"""Charts in a real browser: they stay, take the page's colours, and say what is wrong."""

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from core.lessons.hashing import CENTRES, retrieved_at

COACH = "/hashing?gallery=scenes&part=Bits+and+tables&K=12&L=8"
CURVE = ".st-key-retrieval-curve .js-plotly-plot"


def curve_for(page: Page, n_bits: int) -> np.ndarray:
    """Wait until the coach's curve is drawn for so many bits, and return its heights."""
    expect(page.locator(CURVE)).to_have_attribute("aria-label", re.compile(f"K={n_bits} "))
    page.wait_for_function(
        f"document.querySelector('{CURVE}')._fullData?.[2].name === 'probability to be found'"
    )
    page.locator("[data-test-script-state=notRunning]").wait_for()
    page.wait_for_timeout(500)  # the words come first, the line once Plotly has drawn it
    return np.array(page.evaluate(f"Array.from(document.querySelector('{CURVE}')._fullData[2].y)"))


def test_a_chart_stays_and_only_what_it_draws_changes(server, open_tab):
    page = open_tab(server, COACH)
    assert np.allclose(curve_for(page, 12), retrieved_at(CENTRES, 12, 8))
    page.evaluate(f"document.querySelector('{CURVE}').mark = 'the same'")
    page.get_by_role("slider", name="Bits per hash code, K").press("ArrowRight")
    assert np.allclose(curve_for(page, 13), retrieved_at(CENTRES, 13, 8))
    assert page.evaluate(f"document.querySelector('{CURVE}').mark") == "the same"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_letters_of_a_chart_have_the_colour_of_the_page(server, open_tab, scheme):
    page = open_tab(server, COACH, color_scheme=scheme)
    curve_for(page, 12)
    colours = page.evaluate(
        """(chart) => [
            getComputedStyle(document.querySelector(`${chart} .legendtext`)).fill,
            getComputedStyle(document.querySelector("[data-testid=stMetricValue]")).color,
        ]""",
        CURVE,
    )
    assert colours[0] == colours[1]


def test_a_chart_follows_the_width_of_the_page(server, open_tab):
    page = open_tab(server, COACH, viewport={"width": 1280, "height": 900})
    curve_for(page, 12)
    page.set_viewport_size({"width": 390, "height": 900})
    page.wait_for_function(
        "chart => { const box = document.querySelector(chart);"
        " return box.clientWidth < 390 && box._fullLayout.width === box.clientWidth; }",
        arg=CURVE,
    )


def test_without_its_library_a_chart_says_so(server, chromium):
    context = chromium.new_context()
    context.route("**/plotly.min.js", lambda route: route.abort())
    page = context.new_page()
    page.goto(server.url + COACH)
    expect(page.locator(".st-key-retrieval-curve")).to_contain_text(
        re.compile("This chart can't be drawn: .*plotly.min.js could not be loaded. Reload")
    )
    context.close()
