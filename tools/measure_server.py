"""Measure the running app: ``python -m tools.measure_server`` (Linux).

How long visitors wait: for the first answer after a server start, for each later one, and for
a change of K, which needs no network. How much memory the server takes: idle, with the first
visitors, and for each one more.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from playwright.sync_api import Browser, Page, WebSocket, expect

from core.cli.common import circumstances, write_json
from tools.running_app import PATIENCE, ROOT, Server, app_and_browser

WARM_UP = 3  # sessions: what loading the model took for a while is given back by then
N_CLICKS = 8


def megabytes(server: Server) -> float:
    """Resident memory of the server's process, in MB of 10^6 bytes."""
    status = Path(f"/proc/{server.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024 / 1e6


def answered(page: Page, name: str) -> None:
    """Wait for the whole answer to one query."""
    expect(page.locator(".st-key-query-picture img").first).to_have_attribute(
        "alt", f"Query: {name}", timeout=PATIENCE
    )
    expect(page.locator(".st-key-grid-exact .tile")).to_have_count(10)
    page.locator("[data-test-script-state=notRunning]").wait_for()


@dataclass
class Line:
    """When the app was last asked, and when it last said something."""

    asked_at: float = 0.0
    answered_at: float = 0.0

    def watch(self, page: Page) -> None:
        """Listen to what a page and the app say to each other."""
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda _: setattr(self, "asked_at", perf_counter()))
        socket.on("framereceived", lambda _: setattr(self, "answered_at", perf_counter()))


def visit(browser: Browser, server: Server, number: int) -> tuple[Page, Line, float]:
    """Open a session of its own, search with one image, and stay; return the seconds it took."""
    name = f"owl/{number:02d}.jpg"
    page = browser.new_context().new_page()
    line = Line()
    line.watch(page)
    page.set_default_timeout(PATIENCE)
    start = perf_counter()
    page.goto(f"{server.url}/search?gallery=scenes&image={name}")
    answered(page, name)
    return page, line, perf_counter() - start


def click_times(page: Page, line: Line, position: int) -> tuple[float, float]:
    """Search with one of the hits shown.

    Returns:
        Seconds until its answer is on the screen, and those that the app took for it: from the
        browser's message to the last one that came back.
    """
    card = page.locator(".st-key-grid-exact .tile").nth(position)
    name = str(card.locator("a").first.get_attribute("href")).split("image=")[1].split("&")[0]
    start = perf_counter()
    card.locator("a").first.click()
    answered(page, name.replace("%2F", "/"))
    return perf_counter() - start, line.answered_at - line.asked_at


def slide_time(page: Page) -> float:
    """Take one bit more; return the seconds until the answer is there."""
    start = perf_counter()
    page.get_by_role("slider", name="Bits per hash code, K").press("ArrowRight")
    page.locator("[data-test-script-state=running]").wait_for()
    page.locator("[data-test-script-state=notRunning]").wait_for()
    return perf_counter() - start


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=8, help="further ones (default: 8)")
    options = parser.parse_args()
    with app_and_browser() as (server, browser):
        idle = megabytes(server)
        page, line, first_answer = visit(browser, server, 0)
        clicks = [click_times(page, line, 2 + i % 5) for i in range(N_CLICKS)]
        slides = [slide_time(page) for _ in range(N_CLICKS)]
        for number in range(1, WARM_UP):
            visit(browser, server, number)
        warm = megabytes(server)
        for number in range(WARM_UP, WARM_UP + options.sessions):
            visit(browser, server, number)
        last = megabytes(server)
    figures = {
        "first_answer_after_server_start_s": round(first_answer, 2),
        "later_answer_on_screen_s": [round(seconds, 2) for seconds, _ in clicks],
        "later_answer_on_screen_median_s": round(median(seconds for seconds, _ in clicks), 2),
        "later_answer_by_the_app_s": [round(seconds, 2) for _, seconds in clicks],
        "later_answer_by_the_app_median_s": round(median(seconds for _, seconds in clicks), 2),
        "change_of_K_median_s": round(median(slides), 2),
        "idle_MB": round(idle),
        f"with_model_and_{WARM_UP}_sessions_MB": round(warm),
        "per_further_session_MB": round((last - warm) / options.sessions, 1),
        "further_sessions": options.sessions,
    }
    command = f"python -m tools.measure_server --sessions {options.sessions}"
    print(json.dumps(figures, indent=2))
    write_json(
        ROOT / "assets" / "results" / "server.json",
        {**circumstances(), "command": command, **figures},
    )


if __name__ == "__main__":
    main()
