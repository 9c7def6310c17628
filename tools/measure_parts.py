"""Measure how fast the labs answer: ``python -m tools.measure_parts``.

Each moving part is moved a few times. A time runs from the key, the click or the move of the
hand, as the browser saw it, until the last change that follows anywhere in the page's main part
has been painted.
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from playwright.sync_api import Page

from core.cli.common import circumstances, write_json
from tools.running_app import PATIENCE, ROOT, app_and_browser, still

N_MOVES = 8  # beside the first, which is only to warm up
QUIET = 1_000  # milliseconds without a change: the answer is complete
QUERY = "gallery=scenes&image=owl%2F03.jpg"
WATCH = """() => {
  const asked = (event) => {
    if (event.type === "pointermove" && !event.buttons) return; // only while something is held
    window.asked = window.answered = performance.now();
  };
  for (const kind of ["keydown", "pointerdown", "pointermove"])
    addEventListener(kind, asked, { capture: true });
  const painted = () =>
    requestAnimationFrame(() => setTimeout(() => { window.answered = performance.now(); }));
  const watch = (root) => new MutationObserver(painted).observe(
    root, { subtree: true, childList: true, attributes: true, characterData: true });
  const main = document.querySelector("[data-testid=stMain]");
  watch(main);
  for (const element of main.querySelectorAll("*"))
    if (element.shadowRoot) watch(element.shadowRoot);
}"""

Move = Callable[[Page, int], None]
"""Moves something for the n-th time, from 0."""


@dataclass(frozen=True)
class Part:
    """Something on a page that a visitor moves."""

    name: str
    path: str  # of the page, from the root
    move: Move


def slider(label: str) -> Move:
    """Move a slider by a key, a step to the right and a step back in turn."""

    def move(page: Page, n: int) -> None:
        handle = page.get_by_role("slider", name=label).first
        handle.press("ArrowLeft" if n % 2 else "ArrowRight")

    return move


def onwards(label: str, key: str = "ArrowRight") -> Move:
    """Move a slider to where it has not been yet, step by step."""
    return lambda page, n: page.get_by_role("slider", name=label).first.press(key)


def choice(*labels: str, within: str = "stMain") -> Move:
    """Choose in turn among buttons of which one is pressed."""

    def move(page: Page, n: int) -> None:
        buttons = page.get_by_test_id(within).get_by_role(
            "radio", exact=True, name=labels[n % len(labels)]
        )
        buttons.last.click()

    return move


def button(label: str) -> Move:
    """Press a button."""

    def move(page: Page, n: int) -> None:
        page.get_by_role("button", name=label).click()

    return move


def select(label: str) -> Move:
    """Take the next one of a list and the one before in turn, by keys; the last key counts."""

    def move(page: Page, n: int) -> None:
        box = page.get_by_role("combobox", name=label)
        box.click()
        box.press("ArrowUp" if n % 2 else "ArrowDown")
        box.press("Enter")

    return move


def keys(selector: str, *pressed: str) -> Move:
    """Press keys in turn on what a selector finds first, in a component or not."""
    return lambda page, n: page.locator(selector).first.press(pressed[n % len(pressed)])


def box(page: Page, n: int) -> None:
    """Move the box on a picture by a place; before, the places of the gallery are prepared."""
    if n == 0:
        page.get_by_role("button", name="Prepare its places").click()
        page.get_by_text("The frame is the place").wait_for(timeout=5 * PATIENCE)
        page.evaluate(WATCH)  # the page has been drawn anew
    keys(".map.region", "ArrowLeft", "ArrowRight")(page, n)


def drag(page: Page, n: int) -> None:
    """Drag the first line of the hyperplane lab on by a few pixels; it stays held."""
    if n == 0:
        still(page.locator(".plate text").first).hover()
        page.mouse.down()
    box = page.locator(".plane svg").bounding_box()
    assert box is not None  # it is in sight
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] * (0.4 - 0.03 * n))


def parts(page: str, *moved: tuple[str, Move], part: str = "") -> list[Part]:
    """Return parts of a page, with the query where it takes one."""
    path = f"{page}?{QUERY}" + (
        f"&part={part.replace(' ', '+').replace('?', '%3F')}" if part else ""
    )
    title = f"{page.capitalize()} · {part}" if part else page.capitalize()
    return [Part(f"{title}: {name}", path, move) for name, move in moved]


MAP = (
    ("its probes", keys(".gallery_map input[type=range]", "Home", "End")),
    ("its colour", keys(".gallery_map select", "ArrowDown", "ArrowUp")),
)
KINDS = ("Overlapping clusters, 2048 numbers", "Clusters, 2048 numbers")
ATTENTION = choice("off", "channel", "spatial", "both", within="stSidebar")
PARTS = [
    Part("Hashing · Hyperplane lab: a line, while it is dragged", "hashing", drag),
    Part("Hashing · Hyperplane lab: K", "hashing", slider("Hyperplanes per table, K")),
    Part("Hashing · Hyperplane lab: L", "hashing", slider("Hash tables, L")),
    Part("Hashing · Hyperplane lab: other lines", "hashing", button("Draw others")),
    *parts(
        "hashing",
        ("K", slider("Bits per hash code, K")),
        ("L", slider("Hash tables, L")),
        ("recall wanted", slider("Recall that you want")),
        ("what should be found", choice("Nearest", "Same label")),
        part="Bits and tables",
    ),
    *parts(
        "hashing",
        ("pair", slider("Pair, by rising angle")),
        ("bits compared", choice("All tables", "One table")),
        part="Theory and practice",
    ),
    *parts(
        "hashing",
        ("probes per table", slider("Probes per table")),
        ("next probe", button("Next probe")),
        ("recall promised", slider("Recall that is promised")),
        part="Probes",
    ),
    *parts("hashing", *MAP, part="Map"),
    *parts("hashing", ("hash table", select("Hash table")), part="Buckets"),
    *parts(
        "machine",
        ("K", slider("Bits per hash code, K")),
        ("probes", slider("Probes per table")),
        ("attention", ATTENTION),
        ("a stage is opened", lambda page, n: page.locator(".machine .card").nth(n).click()),
    ),
    Part("Machine: a hyperplane cuts", f"machine?{QUERY}&stage=sides", button("Step")),
    Part(
        "Machine: play and pause",
        f"machine?{QUERY}&stage=sides",
        lambda page, n: page.get_by_role("button", name="Pause" if n % 2 else "Play").click(),
    ),
    *parts(
        "attention",
        ("attention", ATTENTION),
        ("channel", slider("Channel, by the rank of its gate")),
        part="Walk through",
    ),
    *parts(
        "attention",
        ("bits of a switch", choice("channel only", "spatial only", "off")),
        ("switched for", choice("query alone", "query and gallery")),
        part="Ablation",
    ),
    *parts("attention", ("hit", select("Compared with the hit")), part="Grad-CAM"),
    *parts("attention", ("picture's side", slider("Make the picture smaller")), part="Clutter"),
    *parts("inspect", ("K", slider("Bits per hash code, K")), part="Hash code"),
    *parts("inspect", ("table", choice(*"23456781")), part="Buckets"),
    *parts("inspect", ("probes", slider("Probes per table")), part="Candidates"),
    *parts("inspect", *MAP, part="Map"),
    *parts("inspect", ("L", slider("Hash tables, L")), part="Missed"),
    *parts("inspect", ("image", select("Why did this image come up")), part="Why?"),
    *parts(
        "robustness",
        ("rotate, a new angle", onwards("Rotate")),
        ("crop, a new side", onwards("Crop, side kept", "ArrowLeft")),
        ("contrast, a new factor", onwards("Contrast")),
        ("blur, a new radius", onwards("Blur")),
        ("noise, a new deviation", onwards("Noise")),
        ("ranked by", choice("Exact scan", "LSH")),
    ),
    *parts("augmentation", ("angle", slider("Angle")), ("draw again", button("Draw again"))),
    *parts("feedback", ("a round of answers", button("Let the labels answer"))),
    *parts(
        "search",
        ("K", slider("Bits per hash code, K")),
        ("L", slider("Hash tables, L")),
        ("probes", slider("Probes per table")),
        ("hits", slider("Hits, k")),
        ("attention", ATTENTION),
    ),
    *parts(
        "search",
        *MAP,
        ("a guess", choice("the network", "the look-up")),
    ),
    *parts("regions", ("box", box)),
    *parts(
        "results",
        ("measure", choice("kept of the top 8", "precision@8")),
        part="Changed queries",
    ),
    *parts(
        "benchmark",
        ("data set", select("Data set")),
        ("kind of gallery", choice(*KINDS)),
    ),
]


def times(page: Page, part: Part, url: str) -> list[float]:
    """Move a part and return the seconds of each answer."""
    page.goto(f"{url}/{part.path}")
    page.locator("[data-test-script-state=notRunning]").wait_for()
    page.wait_for_timeout(3_000)
    page.evaluate(WATCH)
    found = []
    for n in range(N_MOVES + 1):
        part.move(page, n)
        page.wait_for_function(f"performance.now() - window.answered > {QUIET}", polling=100)
        found.append(page.evaluate("window.answered - window.asked") / 1000)
    assert min(found) > 0, f"{part.name} changed nothing"
    return found[1:]


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="parts with this in their name; writes no file")
    options = parser.parse_args()
    rows: list[dict[str, object]] = []
    slowest = 0.0
    with app_and_browser() as (server, browser):
        for part in PARTS:
            if options.only not in part.name:
                continue
            # What still flies after the answer is not waited for.
            page = browser.new_page(reduced_motion="reduce")
            page.set_default_timeout(PATIENCE)
            found = times(page, part, server.url)
            page.close()
            middle, each = round(median(found), 2), [round(it, 2) for it in found]
            slowest = max(slowest, middle)
            rows.append({"part": part.name, "median_s": middle, "each_s": each})
            print(json.dumps(rows[-1], ensure_ascii=False), flush=True)
    if not options.only:
        command = "python -m tools.measure_parts"
        figures = {"slowest_median_s": slowest, "parts": rows}
        write_json(
            ROOT / "assets" / "results" / "moving-parts.json",
            {**circumstances(), "command": command, **figures},
        )


if __name__ == "__main__":
    main()
