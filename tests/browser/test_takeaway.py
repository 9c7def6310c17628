"""A page saved as one file: it opens without a server or a network, and says what the page said."""

import pytest
from playwright.sync_api import expect

from tests.browser.complaints import Complaints
from tests.browser.screen import settled
from tests.browser.test_app import give, png

HOSTILE = "<img src=x onerror=alert(1)>.png"


def said(page, selector):
    """The words below every element that matches, inside components too."""
    return [it.split() for it in page.locator(selector).all_text_contents()]


@pytest.mark.parametrize(
    ("address", "upload", "words"),
    [
        ("/search", HOSTILE, ".tile .facts, [data-testid=stMetric], [data-testid=stTable] tr"),
        ("/machine?gallery=scenes&image=owl%2F03.jpg&stage=ranking", None, ".machine"),
    ],
)
def test_a_saved_page_needs_no_server_and_says_the_same(
    server, open_tab, chromium, tmp_path, address, upload, words
):
    page = settled(open_tab(server, address))
    if upload:
        give(page, upload, png())
        expect(
            page.locator("[data-testid=stMain]").get_by_alt_text(f"Query: {upload}")
        ).to_be_visible()
        settled(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save this page as a file").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    context = chromium.new_context(offline=True)
    complaints = Complaints("file://")
    copy = complaints.watch(context.new_page())
    copy.goto(file.as_uri())
    assert said(copy, words) == said(page, words) != []
    assert copy.locator("script, button, input, select, textarea").count() == 0
    assert copy.locator("img").count() > 3
    assert copy.locator("img").evaluate_all("its => its.every(it => it.naturalWidth > 0)")
    painted = "its => its.every(it => it.style.backgroundImage.startsWith('url(\"data:image/png'))"
    assert copy.locator("canvas").evaluate_all(painted)
    if upload:
        expect(copy.get_by_alt_text(f"Query: {upload}")).to_be_visible()
        assert "upload=" not in file.read_text(encoding="utf-8")  # the key to the photograph
    assert not complaints.found
    context.close()
