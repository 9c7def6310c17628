"""Maps over pictures in a real browser: smooth or as cells, and the same colours on every page."""

import re

import numpy as np
import pytest
from PIL import ImageColor
from playwright.sync_api import Page, expect

from core.figures.style import VIRIDIS
from tests.browser.screen import PHONE, settled

OWL = "gallery=scenes&image=owl%2F03.jpg"
# What the map's pixels are, and the values that they were made of, as the page draws them.
DRAWN = """canvas => {
    const { width, height } = canvas;
    const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
    const cells = [...canvas.parentElement.querySelectorAll("rect")];
    return { width, height, pixels: [...pixels], cells: cells.map(it => it.getAttribute("fill")) };
}"""


def drawn(page: Page) -> tuple[np.ndarray, np.ndarray]:
    """Return the first map's pixels, (h, w, 3), and the colours of its cells, (n, 3)."""
    seen = page.locator(".map canvas").first.evaluate(DRAWN)
    pixels = np.array(seen["pixels"]).reshape(seen["height"], seen["width"], 4)
    assert np.all(pixels[..., 3] == 255)
    return pixels[..., :3], np.array([ImageColor.getrgb(cell) for cell in seen["cells"]])


def test_the_smooth_map_runs_through_the_values_of_the_cells_and_not_beyond_the_colours(
    server, open_tab
):
    page = settled(open_tab(server, f"/search?{OWL}"))
    pixels, cells = drawn(page)
    side = round(len(cells) ** 0.5)  # of the map, whatever the model's is
    step = len(pixels) // side
    assert pixels.shape == (side * step, side * step, 3)
    middles = pixels[step // 2 :: step, step // 2 :: step].reshape(-1, 3)
    np.testing.assert_array_equal(middles, cells)
    # From pixel to pixel no step is as large as one from cell to cell may be.
    between = np.abs(np.diff(pixels, axis=1)).max()
    assert between <= np.abs(np.diff(cells.reshape(side, side, 3), axis=1)).max()


def test_every_page_has_the_same_colours_of_equal_steps(server, open_tab):
    ends = [ImageColor.getrgb(colour) for colour in (VIRIDIS[0], VIRIDIS[-1])]
    maps = []
    for path in (f"/search?{OWL}", f"/attention?{OWL}&part=Grad-CAM"):
        page = settled(open_tab(server, path))
        bar = page.locator(".bar").first.evaluate("it => getComputedStyle(it).backgroundImage")
        colours = [tuple(map(int, it)) for it in re.findall(r"(\d+), (\d+), (\d+)", bar)]
        assert [colours[0], colours[-1]] == ends
        maps.append(drawn(page)[1])
    np.testing.assert_array_equal(*maps)  # the gate of the same query


def test_cells_and_opacity_come_on_request_go_to_the_address_and_hold_for_every_map(
    server, open_tab
):
    page = settled(open_tab(server, f"/attention?{OWL}&part=Grad-CAM"))
    canvas, cell = page.locator(".map canvas"), page.locator(".map svg rect")
    expect(canvas.last).to_have_css("opacity", "0.6")
    expect(cell.last).to_have_css("fill-opacity", "0")
    page.get_by_role("checkbox", name="Show the cells").first.check()
    for it in (canvas.first, canvas.last):
        expect(it).to_be_hidden()
    expect(cell.last).to_have_css("fill-opacity", "0.6")
    expect(page).to_have_url(re.compile("cells=1"))
    page.get_by_role("slider", name="Opacity of the map").first.press("Home")
    expect(page).to_have_url(re.compile("opacity=0"))
    link = settled(page).url.removeprefix(server.url)
    other = settled(open_tab(server, link))
    expect(other.locator(".map canvas").first).to_be_hidden()
    expect(other.locator(".map svg rect").first).to_have_css("fill-opacity", "0")


@pytest.mark.parametrize("options", [{}, PHONE, {"color_scheme": "dark"}])
def test_the_picture_under_the_map_is_as_large_as_the_query_and_the_words_say_what_is_seen(
    server, open_tab, options
):
    page = settled(open_tab(server, f"/search?{OWL}", **options))
    here = page.locator(".map").first.bounding_box()
    query = page.locator(".st-key-query-picture img").first
    wide, high = query.evaluate("it => [it.naturalWidth, it.naturalHeight]")
    assert here["width"] / here["height"] == pytest.approx(wide / high, rel=0.02)
    assert here["height"] <= 300
    assert here["width"] >= 150
    expect(page.get_by_text(re.compile(r"^This map .* \d+% from"))).to_be_visible()
    widths = page.evaluate("document.documentElement.scrollWidth")
    assert widths <= page.viewport_size["width"]
    role = page.locator(".map").first
    expect(role).to_have_attribute("aria-label", re.compile(r"^Spatial attention .* This map "))


def test_a_place_is_read_out_with_the_keyboard(server, open_tab):
    page = settled(open_tab(server, f"/search?{OWL}"))
    page.locator(".map").first.press("ArrowRight")
    expect(page.locator(".readout").first).to_have_text(
        re.compile(r"^row 1, column 2: gate over its mean \d")
    )
