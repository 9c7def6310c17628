"""The grid of pictures in a real browser: mouse, keyboard, menu, dialogs and the wall."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.screen import PHONE, settled

EXAMPLE = "/search?gallery=scenes&image=owl%2F03.jpg"


def tiles(page: Page, name: str) -> Locator:
    return page.locator(f".st-key-grid-{name} .tile")


def shown(page: Page, name: str = "exact", *, n: int = 10) -> Page:
    expect(tiles(page, name)).to_have_count(n)
    return settled(page)


def choose(page: Page, tile: Locator, action: str) -> None:
    """Choose from a picture's menu."""
    tile.hover()
    tile.get_by_role("button", name=re.compile("^More for")).click()
    page.get_by_role("menuitem", name=action).click()


def test_a_picture_fills_its_tile_and_says_rank_cosine_and_one_mark(server, open_tab):
    page = shown(open_tab(server, EXAMPLE))
    for name in ("lsh", "exact"):
        for n, tile in enumerate(tiles(page, name).all(), start=1):
            image, own = tile.locator("img").bounding_box(), tile.bounding_box()
            assert image["width"] == pytest.approx(own["width"], abs=1)
            assert image["height"] == pytest.approx(112, abs=1)
            rank, mark, _ = tile.locator(".facts div").all_inner_texts()
            assert re.fullmatch(rf"{n} · 0\.\d{{3}}", rank)
            assert re.fullmatch(r"found by both|✗ missed by LSH|LSH only", mark)
    alone = tiles(page, "exact").filter(has_text="missed by LSH")
    expect(alone).to_have_count(10 - tiles(page, "exact").filter(has_text="by both").count())


def test_arrows_go_from_picture_to_picture_and_enter_searches(server, open_tab):
    page = shown(open_tab(server, EXAMPLE))
    grid = tiles(page, "exact")
    expect(grid.locator(".picture[tabindex='0']")).to_have_count(1)  # one stop for Tab
    grid.first.locator(".picture").focus()
    page.keyboard.press("ArrowRight")
    expect(grid.nth(1).locator(".picture")).to_be_focused()
    page.keyboard.press("ArrowDown")
    lower = grid.locator(".picture:focus")
    expect(lower).to_have_count(1)
    assert lower.bounding_box()["y"] > grid.nth(1).locator(".picture").bounding_box()["y"]
    page.keyboard.press("Home")
    expect(grid.first.locator(".picture")).to_be_focused()
    page.keyboard.press("End")
    expect(grid.last.locator(".picture")).to_be_focused()
    name = grid.last.locator(".picture").get_attribute("title")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-query-picture img")).to_have_attribute("alt", f"Query: {name}")
    shown(page)
    page.go_back()
    expect(page.locator(".st-key-query-picture img")).to_have_attribute("alt", "Query: owl/03.jpg")
    shown(page)


def test_the_menu_compares_side_by_side_with_both_maps_and_says_why_here(server, open_tab):
    page = shown(open_tab(server, f"{EXAMPLE}&K=12&L=8&probes=8"))
    hit = tiles(page, "exact").nth(1)
    choose(page, hit, "Compare with the query")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("° apart")).to_be_visible()
    expect(dialog.locator(".map canvas")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    choose(page, hit, "Why here?")
    expect(dialog.get_by_text(re.compile("of the exact scan|It is hit"))).to_be_visible()
    expect(dialog.get_by_role("row")).to_have_count(1 + 8)  # a head, and the tables
    dialog.get_by_role("link", name="All of it, bit by bit").click()
    expect(page).to_have_url(re.compile(r"/inspect\?.*part=Why"))
    settled(page)


def test_the_menu_leads_to_inspect_and_is_a_real_link(server, open_tab):
    page = shown(open_tab(server, EXAMPLE + "&K=10"))
    hit = tiles(page, "exact").first
    name = hit.locator(".picture").get_attribute("title")
    href = hit.locator(".picture").evaluate("it => it.href")
    assert href.startswith(f"{server.url}/search?gallery=scenes&image=")
    assert "K=10" in href
    choose(page, hit, "Inspect")
    expect(page).to_have_url(re.compile(rf"/inspect\?.*image={name.replace('/', '%2F')}.*K=10"))
    settled(page)


def test_the_wall_is_resized_sorted_and_filtered(server, open_tab):
    page = settled(open_tab(server, "/search"))
    wall = tiles(page, "browse")
    expect(wall).to_have_count(36)
    before = wall.first.locator(".picture").bounding_box()["height"]
    page.get_by_role("slider", name="Size of the pictures").press("End")
    assert wall.first.locator(".picture").bounding_box()["height"] > before
    wall.nth(3).locator(".picture").click()
    expect(page).to_have_url(re.compile(r"image="))
    shown(page)
    page.get_by_text("Choose another query").click()
    expect(wall).to_have_count(36)
    settled(page)
    page.get_by_role("combobox", name="Order").click()
    page.get_by_role("option", name="Most like the query").click()
    expect(page).to_have_url(re.compile("sort=likeness"))
    settled(page)
    cosines = [float(it.split("\n")[0]) for it in wall.locator(".facts").all_inner_texts()]
    assert cosines == sorted(cosines, reverse=True)
    assert cosines[0] == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("options", [PHONE, {"color_scheme": "dark"}])
def test_a_grid_fits_a_phone_and_the_dark(server, open_tab, options):
    page = shown(open_tab(server, EXAMPLE, **options))
    wide = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= wide
    for tile in tiles(page, "exact").all():
        box = tile.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= wide
