"""Measure the server's memory: ``python -m tests.browser.memory`` (Linux).

Idle, after the first visitors have loaded the model and searched, and for each further visitor
who has searched too.
"""

import argparse
import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from core.cli.common import circumstances
from tests.browser.conftest import OPTIONS, PATIENCE, ROOT, Server, running

WARM_UP = 3  # sessions: what loading the model took for a while is given back by then
IMAGES = [f"owl%2F{number:02d}.jpg" for number in range(60)]


def megabytes(server: Server) -> float:
    """Resident memory of the server's process, in MB of 10^6 bytes."""
    status = Path(f"/proc/{server.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024 / 1e6


def visit(browser: Browser, server: Server, image: str) -> None:
    """Open a session of its own, search with one image, and stay."""
    page = browser.new_context().new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{server.url}/search?gallery=scenes&image={image}")
    page.locator(".st-key-query-picture img").wait_for()
    page.locator("[data-test-script-state=notRunning]").wait_for()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=8, help="further ones (default: 8)")
    options = parser.parse_args()
    executable = os.environ.get("HASHLIGHT_CHROMIUM", "/usr/bin/chromium")
    with TemporaryDirectory() as home, running(Path(home)) as server, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable, args=[*OPTIONS])
        idle = megabytes(server)
        for image in IMAGES[:WARM_UP]:
            visit(browser, server, image)
        first = megabytes(server)
        for image in IMAGES[WARM_UP : WARM_UP + options.sessions]:
            visit(browser, server, image)
        last = megabytes(server)
        browser.close()
    figures = {
        "idle_MB": round(idle),
        f"with_model_and_{WARM_UP}_sessions_MB": round(first),
        "per_further_session_MB": round((last - first) / options.sessions, 1),
        "further_sessions": options.sessions,
    }
    command = f"python -m tests.browser.memory --sessions {options.sessions}"
    result = {**circumstances(), "command": command, **figures}
    path = ROOT / "assets" / "results" / "server-memory.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(figures, indent=2), f"\nWritten: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
