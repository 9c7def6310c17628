"""A real Chromium against the real app, on the built-in gallery and without any cache."""

import os

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.complaints import Complaints
from tools.running_app import PATIENCE, Server, chromium_path, launch, running

expect.set_options(timeout=PATIENCE)


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
