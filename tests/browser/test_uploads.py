"""Photographs of one's own: handed over in every way, searched, kept, forgotten."""

import base64
import io
import re
import zipfile

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from pages.ui import navigation
from tests.browser.screen import PHONE, settled
from tests.browser.test_app import hits, png, query_picture
from tests.browser.test_nothing_forgotten import go

N = 5  # pictures of the gallery
PASTE = """files => {
    const transfer = new DataTransfer();
    for (const [name, data] of files) {
        const bytes = Uint8Array.from(atob(data), (it) => it.charCodeAt(0));
        transfer.items.add(new File([bytes], name));
    }
    const options = { clipboardData: transfer, bubbles: true, cancelable: true };
    document.body.dispatchEvent(new ClipboardEvent("paste", options));
}"""
OWN = re.compile(r"gallery=own-[\w-]{22}&image=")


def pictures() -> dict[str, bytes]:
    """Name -> file: soft patterns in two folders."""
    made = {}
    for seed in range(N):
        rough = np.random.default_rng(seed).integers(0, 256, (4, 6, 3), dtype=np.uint8)
        file = io.BytesIO()
        Image.fromarray(rough).resize((300, 200), Image.Resampling.BICUBIC).save(file, "JPEG")
        made[f"trip/{'sea' if seed % 2 else 'hills'}/{seed}.jpg"] = file.getvalue()
    return made


def zone(page: Page):
    return page.locator("[class*=st-key-photographs-] input[type=file]")


def by_files(page: Page, tmp_path) -> None:
    zone(page).set_input_files(
        [
            {"name": name.rpartition("/")[2], "mimeType": "image/jpeg", "buffer": data}
            for name, data in pictures().items()
        ]
    )


def by_directory(page: Page, tmp_path) -> None:
    for name, data in pictures().items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="A folder", exact=True).click()
    chooser.value.set_files(tmp_path / "trip")


def by_zip(page: Page, tmp_path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in pictures().items():
            archive.writestr(name, data)
    zone(page).set_input_files(
        {"name": "trip.zip", "mimeType": "application/zip", "buffer": file.getvalue()}
    )


def by_paste(page: Page, tmp_path) -> None:
    paste(page, {name.rpartition("/")[2]: data for name, data in pictures().items()})


def paste(page: Page, files: dict[str, bytes]) -> None:
    """Press Ctrl+V with files in the clipboard, which a script can't put there."""
    page.evaluate(PASTE, [(name, base64.b64encode(data).decode()) for name, data in files.items()])


def shows_own_gallery(page: Page, first: str) -> None:
    expect(page).to_have_url(OWN)
    expect(query_picture(page)).to_have_attribute("alt", re.compile(f"Query: .*{first}"))
    expect(hits(page, "home").first).to_be_visible()
    expect(page.get_by_text(f"{N} photographs, only in this machine's memory")).to_be_visible()
    settled(page)


@pytest.mark.parametrize("screen", [{}, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("way", [by_files, by_directory, by_zip, by_paste])
def test_from_home_to_a_gallery_of_ones_own_in_one_action(server, open_tab, tmp_path, way, screen):
    page = settled(open_tab(server, "/", **screen))
    way(page, tmp_path)
    shows_own_gallery(page, "0.jpg")
    page.get_by_role("button", name="Forget", exact=True).click()
    expect(page).not_to_have_url(OWN)
    settled(page)


def test_one_photograph_is_a_query_and_outlives_a_reload(server, open_tab):
    page = settled(open_tab(server, "/"))
    paste(page, {"noise.png": png()})
    expect(query_picture(page)).to_have_attribute("alt", "Query: noise.png")
    expect(hits(page, "home").first).to_be_visible()
    settled(page)
    page.reload()
    expect(query_picture(page)).to_have_attribute("alt", "Query: noise.png")
    settled(page)


def test_a_file_that_is_no_image_gets_one_sentence(server, open_tab):
    page = settled(open_tab(server, "/"))
    zone(page).set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"no image"})
    expect(page.get_by_role("alert")).to_contain_text("a.png is not an image")
    settled(page)


def test_an_own_gallery_goes_through_the_whole_menu_and_a_reload_and_is_nobody_elses(
    server, open_tab, tmp_path
):
    page = settled(open_tab(server, "/"))
    by_zip(page, tmp_path)
    shows_own_gallery(page, "0.jpg")
    own = re.search("own-[^&]+", page.url).group()
    for _, title, _ in navigation.MENU:
        go(page, title)
        assert f"gallery={own}" in page.url, title
    page.reload()
    settled(page)
    go(page, "Search")
    expect(query_picture(page)).to_have_attribute("alt", re.compile("Query: trip/.*0.jpg"))
    expect(hits(page, "exact")).to_have_count(N - 1)
    page.get_by_role("button", name="Forget", exact=True).click()
    expect(page).not_to_have_url(re.compile("own-"))
    settled(page)
    gone = settled(open_tab(server, f"/search?gallery={own}"))
    expect(gone.get_by_role("alert")).to_contain_text("not here any more")


def test_a_gallery_is_named_and_pictures_are_added_dropped_and_kept(server, open_tab, tmp_path):
    page = settled(open_tab(server, "/"))
    by_files(page, tmp_path)
    shows_own_gallery(page, "0.jpg")
    page.get_by_text("Name, add or remove photographs").click()
    settled(page)
    page.locator("[class*=st-key-more_photographs-] input[type=file]").set_input_files(
        [
            {"name": "noise.png", "mimeType": "image/png", "buffer": png()},
            {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"no image"},
        ]
    )
    expect(page.get_by_text(f"{N + 1} photographs, only")).to_be_visible()
    expect(page.get_by_text("notes.txt: It is not an image")).to_be_visible()
    settled(page)
    page.get_by_role("combobox", name="Remove from the gallery").press_sequentially("0.jp")
    page.get_by_role("option", name="0.jpg").click()
    page.keyboard.press("Escape")  # an open list hides the rest of the page from who listens
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_text(f"{N} photographs, only")).to_be_visible()
    expect(query_picture(page)).to_have_attribute("alt", "Query: 1.jpg")
    settled(page)
    page.get_by_label("Name", exact=True).fill("My trip")
    page.get_by_label("Name", exact=True).press("Enter")
    page.get_by_role("button", name="Keep on this machine").click()
    expect(page.get_by_text("My trip · 5 photographs")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Forget", exact=True).click()
    settled(page)
    page.get_by_test_id("stBaseButton-secondary").filter(has_text="Open").click()
    shows_own_gallery(page, "1.jpg")
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("My trip · 5 photographs")).to_have_count(0)
    settled(page)
