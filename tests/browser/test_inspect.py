"""The page *Inspect a query* in a real browser."""

import csv
import json
import re

from playwright.sync_api import Page, expect

from tests.browser.screen import PHONE, settled

LINK = "/inspect?gallery=scenes&image=owl%2F03.jpg&hyperplanes=uniform&K=12&L=8&probes=2"
PARTS = ("Hash code", "Buckets", "Candidates", "Missed", "Why?", "Evidence")


def part(page: Page, name: str):
    return page.get_by_role("tab", name=name, exact=True)


def is_open(page: Page, name: str) -> None:
    expect(part(page, name)).to_have_attribute("aria-selected", "true")
    expect(settled(page).locator("[data-testid=stException]")).to_have_count(0)


def explained(page: Page):
    return page.locator(".st-key-other input")


def test_a_missed_neighbour_is_explained_brought_back_and_taken_away(server, open_tab):
    page = open_tab(server, f"{LINK}&part=Missed")
    is_open(page, "Missed")
    page.get_by_role("radio", name="More", exact=True).click()
    expect(page.get_by_text("LSH missed")).to_be_visible()
    first = page.locator("[class*=st-key-missed-]").first
    name = first.locator("strong").first.inner_text()
    first.locator("a.picture").click()
    is_open(page, "Why?")
    expect(page).to_have_url(re.compile(r"part=Why%3F&other="))
    expect(page.locator("strong", has_text="of the exact scan and was missed")).to_be_visible()
    # The same state in the files.
    part(page, "Evidence").click()
    is_open(page, "Evidence")
    files = {}
    for kind in ("JSON", "CSV"):
        with page.expect_download() as download:
            page.get_by_role("button", name=f"Download {kind}").click()
        files[kind] = download.value.path().read_text(encoding="utf-8")
    told = json.loads(files["JSON"])
    assert told["settings"] == {
        "hyperplanes": "uniform",
        "n_bits": 12,
        "n_tables": 8,
        "seed": 0,
        "k": 10,
        "n_probes": 2,
    }
    assert told["address"] == page.url
    assert len(told["images"]) == 720
    image = next(it for it in told["explained"] if it["name"] == name)
    assert image["outcome"] == "missed"
    rows = {row["name"]: row for row in csv.DictReader(files["CSV"].splitlines())}
    assert rows[name]["outcome"] == "missed"
    assert rows[name]["least_probes"] == str(image["least_probes"])
    # And what the file says would bring it back does so.
    part(page, "Missed").click()
    is_open(page, "Missed")
    settled(page)
    page.locator("[class*=st-key-missed-]").first.get_by_role(
        "link", name=f"Try {image['least_probes']} probes"
    ).click()
    expect(page).to_have_url(re.compile(f"probes={image['least_probes']}"))
    expect(page.get_by_text(name, exact=True)).to_have_count(0)
    settled(page)


def test_table_and_image_go_to_the_address_and_a_reload_brings_them_back(server, open_tab):
    page = open_tab(server, f"{LINK}&part=Buckets")
    is_open(page, "Buckets")
    page.get_by_role("radio", name="5", exact=True).click()
    expect(page.get_by_text("Table 5 puts the query in bucket")).to_be_visible()
    expect(page).to_have_url(re.compile("table=5"))
    part(page, "Why?").click()
    is_open(page, "Why?")
    explained(page).fill("train/05.jpg")
    explained(page).press("Enter")
    expect(page).to_have_url(re.compile("other=train%2F05.jpg"))
    expect(page.locator("strong", has_text="nothing is lost")).to_be_visible()
    settled(page).reload()
    is_open(page, "Why?")
    expect(explained(page)).to_have_value(re.compile(r"train/05\.jpg$"))
    page.get_by_role("slider", name="Hash tables, L").press("ArrowLeft")
    expect(page).to_have_url(re.compile("L=7"))
    is_open(page, "Why?")
    assert "other=train%2F05.jpg" in page.url
    assert "table=5" in page.url


def test_nonsense_in_a_link_is_ignored_and_no_part_is_wider_than_a_phone(server, open_tab):
    page = open_tab(server, f"{LINK}&part=Nothing&table=99&other=no%2Fsuch.jpg", **PHONE)
    for name in PARTS:
        if name != PARTS[0]:  # which nonsense opens
            part(page, name).click()
        is_open(page, name)
        expect(page.get_by_role("alert")).to_have_count(0)
        widths = page.evaluate(
            "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
            ".map(element => element.scrollWidth)"
        )
        assert max(widths) <= 390, name
