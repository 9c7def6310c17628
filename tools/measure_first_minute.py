"""Measure a stranger's first minute: ``python -m tools.measure_first_minute --photographs FOLDER``.

A browser opens Home and hands over a hundred photographs: as files, as a directory, or in a zip.
How long it takes until the first hits are on the screen, and until the whole gallery is searched.
The photographs are made of those in a folder, scaled to the size that is measured.
"""

import argparse
import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from PIL import Image
from playwright.sync_api import Page

from core.cli.common import circumstances, write_json
from core.galleries.folder import open_folder
from tools.running_app import PATIENCE, ROOT, app_and_browser

N = 100
MEGAPIXELS = (1, 12)
QUALITY = 90  # of the JPEGs
UPLOADER = "[class*=st-key-photographs-] input[type=file]"


def photographs(source: Path, folder: Path, megapixels: float) -> list[Path]:
    """Write N photographs of this size below a folder, in four folders; return their paths."""
    gallery = open_folder(source)
    step = max(len(gallery.items) // N, 1)
    paths = []
    for number, item in enumerate(gallery.items[: N * step : step]):
        image = Image.open(io.BytesIO(gallery.read(item.id))).convert("RGB")
        scale = (megapixels * 1e6 / (image.width * image.height)) ** 0.5
        size = round(image.width * scale), round(image.height * scale)
        path = folder / "holiday" / str(number % 4) / f"{number:03d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        image.resize(size, Image.Resampling.BICUBIC).save(path, quality=QUALITY)
        paths.append(path)
    return paths


def by_files(page: Page, paths: list[Path]) -> None:
    """Choose all files."""
    page.locator(UPLOADER).set_input_files(paths)


def by_directory(page: Page, paths: list[Path]) -> None:
    """Press *A folder* and choose it."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="A folder", exact=True).click()
    chooser.value.set_files(paths[0].parents[1])


def by_zip(page: Page, paths: list[Path]) -> None:
    """Choose a zip, which lies beside the folder."""
    path = paths[0].parents[2] / "holiday.zip"
    if not path.exists():
        with zipfile.ZipFile(path, "w") as archive:
            for it in paths:
                archive.write(it, it.relative_to(path.parent))
    page.locator(UPLOADER).set_input_files(path)


Way = Callable[[Page, list[Path]], None]
WAYS: dict[str, Way] = {
    "files": by_files,
    "directory": by_directory,
    "zip": by_zip,
}


@contextmanager
def home() -> Iterator[Page]:
    """Open Home of a server that has answered somebody before."""
    with app_and_browser() as (server, browser):
        page = browser.new_page()
        page.set_default_timeout(5 * PATIENCE)
        page.goto(server.url)
        ready(page)
        yield page


def ready(page: Page) -> None:
    """Wait until the page is all there."""
    page.get_by_role("button", name="Paste", exact=True).wait_for()
    page.locator(UPLOADER).wait_for(state="attached")
    page.locator(".st-key-grid-examples .tile").first.wait_for()
    page.locator("[data-test-script-state=notRunning]").wait_for()


def waits(page: Page, way: Way, paths: list[Path]) -> dict[str, float]:
    """Hand photographs over; return the seconds until the first hits, and until all are in."""
    start = perf_counter()
    way(page, paths)
    page.wait_for_url("**gallery=own-**")
    hits = page.locator("[class*=st-key-grid-so-far] .tile, .st-key-grid-home .tile")
    page.locator(".st-key-own").or_(page.locator("[class*=st-key-grid-so-far]")).first.wait_for()
    hits.first.wait_for()
    first = perf_counter() - start
    page.get_by_text(f"{N} photographs, only in this machine's memory").wait_for()
    page.locator(".st-key-grid-home .tile").first.wait_for()
    page.locator("[data-test-script-state=notRunning]").wait_for()
    return {"first_hits_s": round(first, 1), "all_searched_s": round(perf_counter() - start, 1)}


def measure(source: Path) -> dict[str, dict[str, dict[str, float]]]:
    """Measure each size, each way on a server of its own: nothing of it is embedded already."""
    figures: dict[str, dict[str, dict[str, float]]] = {}
    for megapixels in MEGAPIXELS:
        with TemporaryDirectory() as folder:
            paths = photographs(source, Path(folder), megapixels)
            for name, way in WAYS.items():
                with home() as page:
                    seconds = waits(page, way, paths)
                figures.setdefault(f"{megapixels}_megapixel", {})[name] = seconds
    return figures


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photographs", type=Path, required=True, help="a folder of photographs")
    options = parser.parse_args()
    figures = measure(options.photographs)
    print(json.dumps(figures, indent=2))
    write_json(
        ROOT / "assets" / "results" / "first-minute.json",
        {
            **circumstances(),
            "command": f"python -m tools.measure_first_minute --photographs {options.photographs}",
            "n_photographs": N,
            "jpeg_quality": QUALITY,
            "waiting_processes": round(os.getloadavg()[2], 1),  # in the last 15 minutes
            **figures,
        },
    )


if __name__ == "__main__":
    main()
