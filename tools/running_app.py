"""The running app and a browser, for the browser tests and for what measures the app."""

import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

from playwright.sync_api import Browser, Locator, Playwright, sync_playwright

ROOT = Path(__file__).parents[1]
PATIENCE = 60_000  # milliseconds: for a busy machine; nothing waits longer than it has to

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


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


@contextmanager
def running(home: Path, log: Path | None = None) -> Iterator[Server]:
    """Start the app on a free port and wait until it answers.

    Args:
        home: its cache directory.
        log: what it says; by default a file in its cache directory.
    """
    port = free_port()
    environment = {key: value for key, value in os.environ.items() if key != "HASHLIGHT_DATA"}
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    options = {"port": port, "address": "127.0.0.1", "headless": "true"}
    command += [f"--server.{name}={value}" for name, value in options.items()]
    log = log or home / "server.log"
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


def wait_until_healthy(server: Server, process: subprocess.Popen[bytes]) -> None:
    """Wait until the app answers."""
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


def chromium_path() -> str | None:
    """Find the installed browser, or the one that $HASHLIGHT_CHROMIUM names."""
    if named := os.environ.get("HASHLIGHT_CHROMIUM"):
        return named
    found = map(shutil.which, ("chromium", "google-chrome", "chromium-browser"))
    return next(filter(None, found), None)


def launch(driver: Playwright) -> Browser:
    """Start the browser."""
    return driver.chromium.launch(executable_path=chromium_path(), args=[*OPTIONS])


@contextmanager
def app_and_browser() -> Iterator[tuple[Server, Browser]]:
    """Start the app with an empty cache directory, and a browser beside it."""
    with TemporaryDirectory() as home, running(Path(home)) as server, sync_playwright() as driver:
        browser = launch(driver)
        yield server, browser
        browser.close()


def still(locator: Locator) -> Locator:
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
