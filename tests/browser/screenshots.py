"""Take the README's screenshots from the running app: ``python -m tests.browser.screenshots``."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import OPTIONS, PATIENCE, ROOT, Server, running

FOLDER = ROOT / "assets" / "screenshots"
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
SEARCH = "/search?gallery=scenes&image=lighthouse%2F07.jpg"
SHOTS = {
    "home-light": ("/", "light", DESKTOP),
    "home-dark": ("/", "dark", DESKTOP),
    "home-phone": ("/", "light", PHONE),
    "search-light": (SEARCH, "light", DESKTOP),
    "search-dark": (SEARCH, "dark", DESKTOP),
    "search-phone": (SEARCH, "light", PHONE),
    "feedback-light": (SEARCH.replace("search", "feedback"), "light", DESKTOP),
    "results-light": ("/results", "light", DESKTOP),
    "results-phone": ("/results", "light", PHONE),
}


def take(browser: Browser, server: Server, name: str) -> None:
    """Open one page as one visitor would see it, and keep the picture."""
    path, scheme, size = SHOTS[name]
    context = browser.new_context(color_scheme=scheme, viewport=size)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(server.url + path)
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    page.locator("[data-test-script-state=notRunning]").wait_for()
    page.wait_for_function("document.querySelectorAll('.js-plotly-plot .main-svg').length >= 2")
    page.wait_for_function("[...document.images].every(image => image.complete)")
    page.wait_for_timeout(1500)  # for pictures and fonts to be painted
    page.screenshot(path=FOLDER / f"{name}.png")
    context.close()


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    executable = os.environ.get("HASHLIGHT_CHROMIUM", "/usr/bin/chromium")
    with TemporaryDirectory() as home, running(Path(home)) as server, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable, args=[*OPTIONS])
        for name in SHOTS:
            take(browser, server, name)
            print(FOLDER / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
