"""A real Chromium against the real app, on the built-in gallery and without any cache."""

import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep

import pytest
from playwright.sync_api import expect, sync_playwright

ROOT = Path(__file__).parents[2]
PATIENCE = 60_000  # milliseconds: for a busy machine; nothing waits longer than it has to
expect.set_options(timeout=PATIENCE)

# Nothing that Chromium fetches for itself must be taken for a request of the app.
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # A camera that films a test picture, and nobody to ask whether it may.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)

# On a deep link Streamlit tries these below the page's path first, and then finds them at the
# root. It logs the two 404s itself; nothing else may be in the console.
DEEP_LINK_404 = re.compile(r"/[a-z]+/_stcore/(health|host-config)$")


@dataclass
class Server:
    """The app, running."""

    url: str
    log: Path
    pid: int

    def metrics(self) -> str:
        """What Streamlit's own metrics endpoint says."""
        with urllib.request.urlopen(f"{self.url}/_stcore/metrics", timeout=30) as answer:
            text: str = answer.read().decode()
        return text


@dataclass
class Complaints:
    """What a browser tab must not see."""

    origin: str
    found: list[str] = field(default_factory=list)

    def watch(self, page):
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.found.append(f"page error: {error}"))
        page.on("request", self._request)
        return page

    def _console(self, message):
        if message.type == "error" and not DEEP_LINK_404.search(message.location["url"]):
            self.found.append(f"console: {message.text} ({message.location['url']})")

    def _request(self, request):
        if not request.url.startswith((self.origin, "data:", "blob:")):
            self.found.append(f"external request: {request.url}")


@contextmanager
def running(home: Path) -> Iterator[Server]:
    """Start the app on a free port and wait until it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {key: value for key, value in os.environ.items() if key != "HASHLIGHT_DATA"}
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    options = {"port": port, "address": "127.0.0.1", "headless": "true"}
    command += [f"--server.{name}={value}" for name, value in options.items()]
    log = home / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment | {"HASHLIGHT_HOME": str(home)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = Server(f"http://127.0.0.1:{port}", log, process.pid)
    try:
        wait_until_healthy(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(30)


def still(locator):
    """Wait until it lies where it will stay: a mouse that rests on it must not lose it.

    Fonts and whatever else is loaded late push things around after the script has run.
    """
    locator.wait_for()
    locator.page.wait_for_function("document.fonts.status === 'loaded'")
    before, now = None, locator.bounding_box()
    while now != before:
        locator.page.wait_for_timeout(500)
        before, now = now, locator.bounding_box()
    return locator


def wait_until_healthy(server: Server, process: subprocess.Popen) -> None:
    deadline = monotonic() + PATIENCE / 1000
    while True:
        try:
            urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=5).close()
        except OSError:
            assert process.poll() is None, server.log.read_text()
            assert monotonic() < deadline, server.log.read_text()
            sleep(0.1)
        else:
            return


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
    path = os.environ.get("HASHLIGHT_CHROMIUM") or next(
        filter(None, map(shutil.which, ("chromium", "google-chrome", "chromium-browser"))), None
    )
    if path is None:
        message = "no Chromium found; install one or name it in $HASHLIGHT_CHROMIUM"
        if os.environ.get("HASHLIGHT_REQUIRE_BROWSER") == "1":  # where the project is checked
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=[*OPTIONS])
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
