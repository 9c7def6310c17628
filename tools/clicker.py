"""Click at random, faster than the app answers: ``python -m tools.clicker --seconds 120``.

Over all pages, in a real Chromium, on a server that is slowed down on purpose: it is stopped for
most of every half second, so clicks arrive while pages are still on their way (not on Windows,
which has no such signal). No page may go blank, no exception may be shown, the console must stay
free of errors, and when the clicking stops, and the slowing down with it, the app must come to rest
with a page on the screen and every picture of it.
"""

import argparse
import json
import os
import signal
import sys
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Event, Thread
from time import monotonic
from typing import Any

from playwright.sync_api import ConsoleMessage, ElementHandle, Error, Page, sync_playwright

from core.cli.common import circumstances, write_json
from tools.running_app import PATIENCE, ROOT, launch, running

OWL = "image=owl/03.jpg"
PAGES = (
    "",
    *(
        f"{name}?{OWL}"
        for name in (
            "search",
            "machine",
            "hashing",
            "attention",
            "inspect",
            "regions",
            "robustness",
        )
    ),
    "feedback?image=cactus/01.jpg",
    f"augmentation?{OWL}",
    "results",
    "benchmark",
)
CLICKABLE = ", ".join(
    (
        "[role=tab]",
        "[data-testid=stSegmentedControl] button",
        "[data-testid=stButton] button",
        "[data-testid=stRadio] label",
        "[data-testid=stPills] button",
        "[data-testid=stPageLink] a",
        ".st-key-menu a",
        "[role=slider]",
        "summary",
        ".tile a",
        ".machine button",
    )
)
RESTS = "[data-test-script-state=notRunning]"
# Addresses of pictures that the browser has given up on.
BROKEN = (
    "() => [...document.images].filter(it => it.complete && !it.naturalWidth).map(it => it.src)"
)
PAUSES = (0, 0, 30, 80, 200, 600)  # milliseconds between two clicks
REMEMBERED = 8  # steps that are told with what went wrong
RESULT = ROOT / "assets" / "results" / "clicker.json"
# Streamlit looks for these below a deep link first, and then finds them at the root.
EXPECTED = ("_stcore/health", "_stcore/host-config")


@dataclass
class Clicker:
    """A tab, a random generator, and what went wrong."""

    page: Page
    url: str
    random: Random
    clicks: int = 0
    pages: Counter[str] = field(default_factory=Counter)
    wrong: list[dict[str, Any]] = field(default_factory=list)
    stopped: Event = field(default_factory=Event)  # set while nothing is clicked
    last: deque[str] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE)
        self.page.on("pageerror", lambda error: self._note(f"page error: {error}"))
        self.page.on("console", self._console)

    def begin(self) -> None:
        """Let the server load its model, on time that nobody takes from it."""
        self._open(PAGES[1])
        self._come_to_rest()

    def go_on(self, seconds: float) -> None:
        """Open pages and click on them for so long, the last one to its end."""
        end = monotonic() + seconds
        while monotonic() < end:
            self._open(self.random.choice(PAGES))
            for _ in range(self.random.randint(6, 18)):
                self._click()
                self.page.wait_for_timeout(self.random.choice(PAUSES))
            self.stopped.set()
            self._come_to_rest()
            self.stopped.clear()

    def _open(self, path: str) -> None:
        self.last.append(f"open /{path}")
        self.pages[path.partition("?")[0] or "home"] += 1
        self.page.goto(f"{self.url}/{path}")
        self.page.wait_for_timeout(self.random.choice((300, 1_000, 3_000)))
        try:
            self.page.locator(CLICKABLE).first.wait_for()
        except Error:
            self._note("there is nothing on the page that could be clicked")

    def _click(self) -> None:
        found = [it for it in self.page.query_selector_all(CLICKABLE) if _is_visible(it)]
        if not found:
            return
        element = self.random.choice(found)
        try:
            what = element.inner_text() or element.get_attribute("aria-label") or ""
            self.last.append(what.strip().replace("\n", " ")[:30])
            if element.get_attribute("role") == "slider":
                element.focus()
                self.page.keyboard.press(self.random.choice(("ArrowRight", "ArrowLeft", "PageUp")))
            else:
                element.click(timeout=1_500, force=True, no_wait_after=True)
            self.clicks += 1
        except Error:  # it is gone already
            self.last.append("(gone)")

    def _come_to_rest(self) -> None:
        """Wait until the app has answered the last click; then it must stand there whole."""
        for what, there in (("comes to rest", RESTS), ("has a heading", "h1")):
            try:
                self.page.locator(there).first.wait_for()
            except Error:
                state = self.page.locator("[data-test-script-state]").first
                says = state.get_attribute("data-test-script-state")
                self._note(f"the page never {what}; its script is {says}")
        for it in self.page.query_selector_all("[data-testid=stException]"):
            self._note(f"exception: {it.inner_text()[:200]}")
        if self.page.evaluate(BROKEN):
            self.page.wait_for_timeout(1_000)  # one that has just been drawn may still be loading
            for source in self.page.evaluate(BROKEN):
                self._note(f"a picture that can't be seen: {source[:200]}")

    def _console(self, message: ConsoleMessage) -> None:
        about = f"{message.text} {message.location.get('url', '')}"
        # A page's pictures and files are let go of as soon as the next page is drawn.
        left = "Download Button source" in about or "Image source" in about or "404" in about
        is_left = left and ("/media/" in about or "Download Button source" in about)
        if message.type == "error" and not is_left and not any(it in about for it in EXPECTED):
            self._note(f"console: {about[:300]}")

    def _note(self, what: str) -> None:
        self.wrong.append({"what": what, "after": list(self.last)})


@contextmanager
def slowed_down(pid: int, share: float, *, but_when: Event | None = None) -> Iterator[None]:
    """Stop a process for this share of every half second, but when an event is set."""
    ended = Event()

    def toggle() -> None:
        while not ended.wait(0.5 * (1 - share)):
            if but_when and but_when.is_set():
                continue
            os.kill(pid, signal.SIGSTOP)
            ended.wait(0.5 * share)
            os.kill(pid, signal.SIGCONT)

    thread = Thread(target=toggle, daemon=True)
    if share:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        if share:
            thread.join()


def tracebacks(log: str) -> list[str]:
    """Return the tracebacks in what a server has said."""
    parts = log.split("Traceback (most recent call last):\n")
    return [part.partition("\n\n")[0][:4_000] for part in parts[1:]]


def _is_visible(element: ElementHandle) -> bool:
    try:
        return element.is_visible()
    except Error:
        return False


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--slow", type=float, default=0.8, help="share of the time it is stopped")
    parser.add_argument("--phone", action="store_true", help="390 pixels wide")
    parser.add_argument("--save", action="store_true", help=f"write {RESULT.name}")
    options = parser.parse_args()
    size = {"width": 390, "height": 844} if options.phone else {"width": 1280, "height": 800}
    with (
        TemporaryDirectory() as home,
        running(Path(home)) as server,
        sync_playwright() as driver,
    ):
        page = launch(driver).new_page(viewport=size)  # type: ignore[arg-type]
        clicker = Clicker(page, server.url, Random(options.seed))
        clicker.begin()
        with slowed_down(server.pid, options.slow, but_when=clicker.stopped):
            clicker.go_on(options.seconds)
        page.context.browser.close()  # type: ignore[union-attr]
        if clicker.wrong:  # where an exception came from stands only there
            sys.stderr.write("\n".join(tracebacks(server.log.read_text())))
    told = {
        "seconds": options.seconds,
        "seed": options.seed,
        "share_of_the_time_that_the_server_is_stopped": options.slow,
        "width": size["width"],
        "clicks": clicker.clicks,
        "pages_opened": dict(sorted(clicker.pages.items())),
        "wrong": clicker.wrong,
    }
    print(json.dumps(told, indent=2))
    if options.save:
        command = (
            f"python -m tools.clicker --seconds {options.seconds:g} --seed {options.seed} "
            f"--slow {options.slow:g}{' --phone' if options.phone else ''} --save"
        )
        write_json(RESULT, {**circumstances(), "command": command, **told})
    raise SystemExit(1 if clicker.wrong else 0)


if __name__ == "__main__":
    main()
