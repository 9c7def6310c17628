"""The map of the gallery in a real browser: probes, keys, its menu, and marks both ways."""

import re

from playwright.sync_api import Page, expect

from tools.running_app import still

QUERY = "gallery=scenes&image=owl%2F03.jpg&K=12&L=8&probes=4"
WAIT = {"timeout": 60_000}


def opened(page: Page) -> Page:
    """Wait until the map has its pictures, and lies where it stays."""
    page.locator(".gallery_map .stage").wait_for()
    page.wait_for_function(
        "[...document.querySelectorAll('*')].some("
        "it => it.shadowRoot?.querySelector('.gallery_map')?.map?.sheet)",
        **WAIT,
    )
    still(page.locator(".gallery_map .stage")).scroll_into_view_if_needed()
    return page


def test_the_map_follows_the_probes_and_says_what_the_page_says(server, open_tab):
    page = opened(open_tab(server, f"/search?{QUERY}", viewport={"width": 1280, "height": 900}))
    found = page.locator(".st-key-grid-exact .tile").filter(has_text="found by both").count()
    said = page.locator(".gallery_map .side p[aria-live]")
    expect(said).to_contain_text(f"{found} of the 10 nearest among them")
    probes = page.locator(".gallery_map input[name=step]")
    probes.focus()
    page.keyboard.press("Home")
    expect(said).to_have_text("No bucket is read yet.")
    page.keyboard.press("ArrowRight")
    expect(said).to_contain_text("The query's own bucket in each table")
    page.get_by_role("button", name="In view").click()
    shared = page.locator(".gallery_map .shared")
    expect(shared).to_contain_text("720 images.")
    expect(shared).to_contain_text("and 8 others")  # twelve labels
    page.locator(".gallery_map select[name=colour]").select_option("side")
    legend = page.locator(".gallery_map .legend div")
    sides = [int(re.search(r": (\d+) image", it)[1]) for it in legend.all_inner_texts()]
    assert sum(sides) == 720
    expect(page).to_have_url(re.compile("map=side-1-1"))
    page.locator(".gallery_map select[name=colour]").select_option("bucket")  # and at once:
    page.get_by_role("slider", name="Bits per hash code, K").press("ArrowRight")
    expect(page).to_have_url(re.compile("K=13.*map=bucket-1"))
    expect(page.locator(".gallery_map select[name=colour]")).to_have_value("bucket")


def test_keys_walk_over_the_map_and_its_menu_and_marks_are_those_of_every_picture(server, open_tab):
    page = opened(open_tab(server, f"/search?{QUERY}", viewport={"width": 1280, "height": 900}))
    hit = page.locator(".st-key-grid-exact .tile").first
    name = hit.locator(".picture").get_attribute("title")
    row = page.get_by_role("button", name=f"Menu of {name}", exact=True)
    page.get_by_text("The same as a table").click()
    page.mouse.move(0, 0)  # else it lies on a row of the table, and points at it
    row.focus()
    expect(hit).to_have_class(re.compile("pointed"))
    expect(page.locator(".gallery_map .card")).to_contain_text(name)
    row.press("Enter")
    items = page.locator(".gallery_map").get_by_role("menuitem")
    expect(items.first).to_have_text("Search with this")
    page.keyboard.press("Escape")
    expect(row).to_be_focused()  # where the menu was opened, which points at it again
    page.locator(".gallery_map .stage").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".gallery_map .card")).to_contain_text("owl/03.jpg")
    page.keyboard.press("ArrowUp")
    expect(page.locator(".gallery_map .card")).not_to_contain_text("owl/03.jpg")
    page.keyboard.press("Enter")
    items.filter(has_text="Why here?").click()
    expect(page.get_by_role("dialog")).to_contain_text("apart")
