"""How LSH works, in a real browser: above all, lines that are turned by hand."""

import re

import numpy as np
from playwright.sync_api import Page, expect

from core.index.families.hyperplanes import keys_of
from core.lessons.plane import plane_gallery, plane_normals, unit
from pages.parts.hashing.hyperplane_lab import parse_turned
from tests.browser.screen import PHONE, settled

TALL = {"viewport": {"width": 1280, "height": 1000}}
PARTS = {  # and what each shows
    "Hyperplane lab": ".plane svg",
    "Bits and tables": ".st-key-retrieval-curve svg",
    "Theory and practice": ".st-key-hamming svg",
    "Probes": ".st-key-probe-lines svg",
    "Buckets": ".st-key-bucket-ranks svg",
}

# Resolves once fonts are there and the chart has stood still for a while.
AT_REST = """async () => {
    await document.fonts.ready;
    const place = () => {
        const { x, y } = document.querySelector(".st-key-hamming").getBoundingClientRect();
        return `${x} ${y}`;
    };
    for (let last = ""; last !== place(); ) {
        last = place();
        await new Promise((done) => setTimeout(done, 250));
    }
}"""


def counts(page: Page) -> dict[str, list[str]]:
    """What the lab says: neighbours and candidates, and each table's key, bucket, neighbours."""
    expect(page.locator(".counts tbody tr").first).to_be_visible()
    return {
        "numbers": page.locator(".numbers dd").all_inner_texts(),
        "keys": page.locator("td.key").all_inner_texts(),
        "buckets": page.locator("td.key + td").all_inner_texts(),
    }


def computed(page: Page, *, bits: int, tables: int, seed: int) -> dict[str, list[str]]:
    """The same by core, from what the page's address says."""
    gallery, normals = plane_gallery(), plane_normals(seed)
    match = re.search(r"turned=([^&]*)", page.url)
    for place, degrees in parse_turned(match[1] if match else "").items():
        normals[place] = degrees
    hyperplanes = unit(normals[:tables, :bits])
    keys = keys_of(unit(gallery.directions), hyperplanes)  # (N, L)
    own = keys_of(unit(np.array([gallery.query])), hyperplanes)[0]  # (L,)
    together = keys == own
    found = together.any(axis=1)
    n_found = found[gallery.neighbours].sum()
    return {
        "numbers": [f"{n_found} of 5", f"{found.sum()} of {len(found)}"],
        "keys": [f"{key:0{bits}b}" for key in own.tolist()],
        "buckets": [str(size) for size in together.sum(axis=0)],
    }


def drag_a_line(page: Page) -> list[dict[str, list[str]]]:
    """Drag the first line by its knob across the plane; return what the lab says on the way."""
    number = page.locator(".plate text").first  # in the knob, and on top of it
    number.hover()  # waits until it stands still
    knob, plane = number.bounding_box(), page.locator(".plane svg").bounding_box()
    x, y = knob["x"] + knob["width"] / 2, knob["y"] + knob["height"] / 2
    to_x, to_y = plane["x"] + plane["width"] * 0.37, plane["y"] + plane["height"] * 0.85
    page.mouse.down()
    seen = []
    for share in np.linspace(0.1, 1, 10):
        page.mouse.move(x + share * (to_x - x), y + share * (to_y - y))
        seen.append(counts(page))  # at once: nobody waits for the server
    assert "turned" not in page.url
    page.mouse.up()
    expect(page).to_have_url(re.compile("turned=1-1-"))
    return seen


def test_a_dragged_line_changes_the_numbers_on_the_way_and_they_are_cores(server, open_tab):
    page = open_tab(server, "/hashing?planes=4&tables=2&draw=0", **TALL)
    before = counts(settled(page))
    assert before == computed(page, bits=4, tables=2, seed=0)
    seen = drag_a_line(page)
    assert any(it["buckets"] != before["buckets"] for it in seen)
    assert any(it["keys"] != before["keys"] for it in seen)
    assert counts(settled(page)) == seen[-1] == computed(page, bits=4, tables=2, seed=0)

    again = open_tab(server, page.url.removeprefix(server.url))  # a link to the very same
    assert counts(settled(again)) == seen[-1]
    again.get_by_role("button", name="Draw others").click()
    expect(again).to_have_url(re.compile("draw=1"))
    assert "turned" not in settled(again).url
    expect(again.locator("td.key").first).not_to_have_text(seen[-1]["keys"][0])
    assert counts(again) == computed(again, bits=4, tables=2, seed=1)


def test_lines_turn_by_keyboard_and_another_table_by_its_button(server, open_tab):
    page = open_tab(server, "/hashing?planes=3&tables=2&draw=4")
    settled(page).get_by_role("button", name="Table 2").click()
    expect(page).to_have_url(re.compile("handles=2"))
    line = page.get_by_role("slider", name="Hyperplane 1 of table 2")
    angle = int(line.get_attribute("aria-valuenow"))
    line.press("PageUp")
    line.press("ArrowLeft")
    expect(line).to_have_attribute("aria-valuenow", str((angle + 17) % 360))
    expect(page).to_have_url(re.compile("turned=2-1-"))
    assert counts(settled(page)) == computed(page, bits=3, tables=2, seed=4)
    keys = counts(page)["keys"]
    page.get_by_role("slider", name="Hyperplanes per table, K").press("ArrowRight")
    # One line more leaves the others where they are.
    expect(page.locator("td.key").last).to_have_text(re.compile(f"^{keys[1]}[01]$"))
    assert counts(page) == computed(page, bits=4, tables=2, seed=4)


def test_what_a_part_has_set_stays_when_something_else_is_chosen(server, open_tab):
    page = settled(open_tab(server, "/hashing?part=Bits and tables&K=12"))
    predicted = page.locator("[data-testid=stMetricValue]").first
    before = predicted.inner_text()
    page.get_by_role("slider", name="Bits per hash code, K").press("ArrowLeft")
    expect(page).to_have_url(re.compile("K=11"))
    expect(predicted).not_to_have_text(before)
    settled(page).get_by_role("slider", name="Hits, k").press("ArrowLeft")
    expect(page).to_have_url(re.compile("K=11&k=9"))
    gallery = settled(page).locator(".st-key-gallery input")
    gallery.fill("Photographs of your own")
    gallery.press("Enter")
    expect(page).to_have_url(re.compile("gallery=own&K=11&k=9"))
    settled(page)


def test_a_click_on_a_dot_shows_the_two_images(server, open_tab):
    page = open_tab(server, "/hashing?part=Theory and practice&bits=All tables")
    dots = page.locator(".st-key-hamming .scatterlayer .trace").nth(3).locator(".point")
    expect(dots.first).to_be_visible()
    settled(page).evaluate(AT_REST)
    box = dots.last.bounding_box()  # the largest angle: it stands alone
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page).to_have_url(re.compile(f"pair={dots.count()}"))
    expect(page.locator(".st-key-grid-pair img")).to_have_count(2)
    settled(page)


def test_every_part_fits_a_phone_whatever_the_address_says(server, open_tab):
    page = open_tab(server, "/hashing?part=x&planes=x&pair=-1&table=99&K=0&find=1", **PHONE)
    shown = page.get_by_role("tabpanel")
    for part, content in PARTS.items():
        page.get_by_role("tab", name=part).click()
        expect(shown.locator(content).first).to_be_visible()
        expect(settled(page).locator("[data-testid=stException]")).to_have_count(0)
        widths = page.evaluate(
            "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
            ".map(element => element.scrollWidth)"
        )
        assert max(widths) <= 390, part
