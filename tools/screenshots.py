"""Take the pictures of every page from the running app: ``python -m tools.screenshots``.

Every page of the menu, light, dark and on a phone, in a state that shows what it is for. Names of
pages take only theirs: ``python -m tools.screenshots home results``.
"""

import argparse
import io
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page

from pages.ui import navigation
from tools.running_app import PATIENCE, ROOT, Server, app_and_browser

FOLDER = ROOT / "assets" / "screenshots"
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "viewport": DESKTOP},
    "dark": {"color_scheme": "dark", "viewport": DESKTOP},
    "phone": {"color_scheme": "light", "viewport": PHONE},
}
OWL = "?gallery=scenes&image=owl%2F03.jpg"
STATES = {  # where another one than the page's own start says more
    navigation.SEARCH: "?gallery=scenes&image=lighthouse%2F07.jpg",
    navigation.MACHINE: OWL,
    navigation.HASHING: "?planes=4&tables=2",
    navigation.ATTENTION: OWL,
    navigation.INSPECT: OWL,
    navigation.REGIONS: OWL,
    navigation.ROBUSTNESS: f"{OWL}&rotate=20",
    navigation.FEEDBACK: "?gallery=scenes&image=cactus%2F50.jpg&guess-round=it+gets+better",
    navigation.AUGMENTATION: "?sample=china",
}
PRESSED = {
    navigation.FEEDBACK: ["Let the labels answer"] * 2,
    navigation.CLASSROOM: ["Open a room"],
}
PAGES = {  # name of its pictures -> file
    navigation.slug(page) or "home": page for page, _, _ in navigation.MENU
}
AT_REST = """() =>
    document.querySelectorAll("[data-testid=stSkeleton], [data-testid=stSpinner]").length === 0
    && [...document.images].every((image) => image.complete)
    && document.fonts.status === "loaded"
    && document.getAnimations().every((it) => it.playState !== "running")
"""


def take(browser: Browser, server: Server, name: str, look: str) -> Path:
    """Open one page as one visitor would see it, and keep the picture."""
    context = browser.new_context(**LOOKS[look])
    context.set_default_timeout(5 * PATIENCE)
    page = context.new_page()
    address = "" if name == "home" else name
    page.goto(f"{server.url}/{address}{STATES.get(PAGES[name], '')}")
    settle(page)
    for button in PRESSED.get(PAGES[name], []):
        page.get_by_role("button", name=button).click()
        settle(page)
    page.mouse.move(LOOKS[look]["viewport"]["width"] - 2, 2)  # over nothing that would react
    page.locator("[data-testid=stMain]").evaluate("it => it.scrollTo(0, 0)")
    page.wait_for_timeout(500)
    file = FOLDER / f"{name}-{look}.png"
    file.write_bytes(small(page.screenshot()))
    context.close()
    return file


def settle(page: Page) -> None:
    """Wait until all is drawn, and for two seconds nothing has been added."""
    page.locator("[data-testid=stMain] h1").first.wait_for()
    before, now = -1, 0
    while before != now:
        page.locator("[data-test-script-state=notRunning]").wait_for()
        page.wait_for_function(AT_REST)
        page.wait_for_timeout(2000)
        before, now = now, page.evaluate("document.querySelectorAll('*').length")


def small(picture: bytes) -> bytes:
    """Write a PNG with 256 colours: a third of the size, and hardly to be told from the whole.

    The colours are the means of clusters, found on every ninth pixel.
    """
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    sample = image.resize((image.width // 3, image.height // 3), Image.Resampling.NEAREST)
    file = io.BytesIO()
    few = image.quantize(palette=sample.quantize(256, kmeans=1), dither=Image.Dither.NONE)
    few.save(file, "PNG", optimize=True)
    return file.getvalue()


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*", help=f"of {', '.join(PAGES)} (default: all)")
    names = parser.parse_args().pages or [*PAGES]
    if unknown := set(names) - set(PAGES):
        parser.error(f"no such page: {', '.join(sorted(unknown))}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with app_and_browser() as (server, browser):
        for name in names:
            for look in LOOKS:
                print(take(browser, server, name, look), flush=True)


if __name__ == "__main__":
    main()
