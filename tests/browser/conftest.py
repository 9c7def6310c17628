"""A real Chromium against the real app, on the built-in gallery and without any cache."""

import os
import re
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import expect, sync_playwright

from tools.running_app import PATIENCE, Server, chromium_path, launch, running

expect.set_options(timeout=PATIENCE)

# On a deep link Streamlit tries these below the page's path first, and then finds them at the
# root. It logs the two 404s itself; nothing else may be in the console.
DEEP_LINK_404 = re.compile(r"/[a-z]+/_stcore/(health|host-config)$")

# Streamlit lets go of a page's images as soon as the next page is drawn. One that was still on its
# way then is answered with 404, and Chromium logs that, though nobody sees the image any more.
MEDIA = "/media/"


@dataclass
class Complaints:
    """What a browser tab must not see."""

    origin: str
    found: list[str] = field(default_factory=list)
    asked_at: dict[str, str] = field(default_factory=dict)  # image -> address of its page

    def watch(self, page):
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.found.append(f"page error: {error}"))
        page.on("request", self._request)
        return page

    def _console(self, message):
        url = message.location["url"]
        if message.type == "error" and not DEEP_LINK_404.search(url) and not self._is_left(message):
            self.found.append(f"console: {message.text} ({url})")

    def _is_left(self, message):
        """Whether this is about an image of a page that has been left since."""
        url = message.location["url"]
        is_missing = MEDIA in url and "404" in message.text
        return is_missing and self.asked_at.get(url) != message.page.url

    def _request(self, request):
        if not request.url.startswith((self.origin, "data:", "blob:")):
            self.found.append(f"external request: {request.url}")
        if MEDIA in request.url:
            self.asked_at[request.url] = request.frame.url


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """One server for most tests."""
    with running(tmp_path_factory.mktemp("home")) as it:
        yield it


@pytest.fixture
def fresh_server(tmp_path):
    """A server that nobody has visited yet."""
    with running(tmp_path) as it:
        yield it


@pytest.fixture(scope="session")
def chromium():
    """The installed browser."""
    if chromium_path() is None:
        message = "no Chromium found; install one or name it in $HASHLIGHT_CHROMIUM"
        if os.environ.get("HASHLIGHT_REQUIRE_BROWSER") == "1":  # where the project is checked
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as driver:
        browser = launch(driver)
        yield browser
        browser.close()


@pytest.fixture
def open_tab(chromium):
    """Open tabs, and fail the test for whatever any of them complained about."""
    contexts, complaints = [], []

    def open_tab(server: Server, path: str = "/", **options):
        context = chromium.new_context(**options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        complaints.append(Complaints(server.url))
        page = complaints[-1].watch(context.new_page())
        page.goto(server.url + path)
        return page

    yield open_tab
    for context in contexts:
        context.close()
    found = [line for complaint in complaints for line in complaint.found]
    assert not found, "\n".join(found)
