"""A page saved as one file: it opens without a server or a network, and says what the page said."""

import re
from html import unescape
from math import ceil
from xml.etree import ElementTree

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.complaints import Complaints
from tests.browser.screen import settled
from tests.browser.test_app import give, png, query_picture
from tests.browser.test_gallery_map import opened

OWL = "gallery=scenes&image=owl%2F03.jpg"
ELSEWHERE = re.compile(r"""(?:href|src)="(?!data:)|url\((?!["']?data:)|@import""")
HOSTILE = "<img src=x onerror=alert(1)>.png"
OWN_PAINTING = """canvases => canvases.every(
    it => it.style.backgroundImage.startsWith('url("data:image/png'))"""


@pytest.fixture
def take_away(chromium, tmp_path):
    """Save a page, and open the file where there is neither a server nor a network."""
    context = chromium.new_context(offline=True)
    complaints = Complaints("file://")

    def take_away(page):
        with page.expect_download() as download:
            page.get_by_role("button", name="Save this page as a file").click()
        file = tmp_path / download.value.suggested_filename
        download.value.save_as(file)
        copy = complaints.watch(context.new_page())
        copy.goto(file.as_uri())
        assert copy.locator("script, button, input, select, textarea").count() == 0
        assert copy.locator("img").count() > 3
        assert copy.locator("img").evaluate_all("its => its.every(it => it.naturalWidth > 0)")
        assert copy.locator("canvas").evaluate_all(OWN_PAINTING)
        return file, copy

    yield take_away
    context.close()
    assert not complaints.found, "\n".join(complaints.found)


def said(page, selector):
    """The words in every element that matches, inside components too."""
    words = [it.split() for it in page.locator(selector).all_text_contents()]
    assert words
    return words


def test_a_saved_search_says_the_same_without_the_key_to_a_photograph(server, open_tab, take_away):
    page = settled(open_tab(server, "/search"))
    give(page, HOSTILE, png())
    expect(query_picture(page)).to_have_attribute("alt", f"Query: {HOSTILE}")
    file, copy = take_away(settled(page))
    assert file.name == "hashlight-search.html"
    for shown in (".tile .facts", "[data-testid=stMetricValue]", ".listing tr"):
        assert said(copy, shown) == said(page, shown)
    expect(query_picture(copy)).to_have_attribute("alt", f"Query: {HOSTILE}")
    assert "upload=" not in file.read_text(encoding="utf-8")


def test_a_saved_machine_has_its_values_and_the_sum_that_is_open(server, open_tab, take_away):
    page = open_tab(server, f"/machine?{OWL}&stage=ranking")
    _, copy = take_away(settled(page))
    assert said(copy, ".machine .chain") == said(page, ".machine .chain")
    sides = "its => its.map(it => Math.round(it.getBoundingClientRect().width))"
    cards = [it.locator(".machine .card").evaluate_all(sides) for it in (page, copy)]
    assert cards[0] == cards[1] != []


FIGURES = {  # page -> until when to wait, the figure, and what has its words
    "machine": (settled, ".machine > div:has(.chain)", ".card"),
    "search": (opened, ".gallery_map .both", ".marks li"),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_saved_as_a_picture_with_the_keyboard(server, open_tab, name):
    ready, figure, words = FIGURES[name]
    page = ready(open_tab(server, f"/{name}?{OWL}"))
    box = page.locator(figure).bounding_box()
    buttons = page.locator(".keepers")
    expect(buttons).to_have_css("opacity", "0")
    files = {}
    for kind in ("PNG", "SVG"):
        with page.expect_download() as download:
            buttons.get_by_role("button", name=f"Save as {kind}").press("Enter")
        files[kind] = download.value.path()
    expect(buttons).to_have_css("opacity", "1")
    expect(buttons.get_by_role("status")).to_be_empty()
    with Image.open(files["PNG"]) as image:
        assert image.size == tuple(2 * (ceil(box[side]) + 32) for side in ("width", "height"))
        left = image.convert("RGB").crop((0, 0, image.width // 2, image.height))
        assert len(left.getcolors(left.width * left.height)) > 5_000  # pictures, not letters alone
    svg = files["SVG"].read_text(encoding="utf-8")
    assert not ELSEWHERE.findall(unescape(svg))
    holder = ElementTree.fromstring(svg).find(".//{*}foreignObject")
    read = " ".join("".join(holder.itertext()).split())
    for line in said(page, words):
        assert " ".join(line) in read
