"""Measure how fast the map of a gallery is drawn: ``python -m tools.measure_map``.

The map's own code runs alone in a page, with as many made-up images as the first column says:
groups in the plane, eight tables of twelve bits. Measured are frames a second while the map is
dragged by a mouse that moves in every frame, and the time from one move of the mouse (it points at
another image; it zooms) until the frame that answers is painted. WebGL is the browser's software
renderer unless the machine has a graphics card; the file says which it was.
"""

import argparse
import base64
import json
from math import isqrt
from statistics import median
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from core.cli.common import circumstances, write_json
from core.galleries.maps.sprites import LARGEST, SHEET, SMALLEST
from pages.ui.gallery_map import CODE, LOOKS
from pages.ui.gallery_map.payload import packed
from pages.ui.pictures import data_url, image_file
from tools.running_app import PATIENCE, ROOT, launch

SIZES = (1_000, 10_000, 100_000, 1_000_000)
SECONDS = 3  # of dragging
N_MOVES = 15  # beside the first, which is only to warm up
TABLES, BITS = 8, 12
WIDTH, HEIGHT = 1280, 800

PAGE = """<style>%s :root { --st-background-color: white; }</style>
<div id="host" style="width: 1200px"><div class="gallery_map"></div></div>"""
START = """async ([code, base64]) => {
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const { default: show } = await import(url);
  const bytes = Uint8Array.from(atob(base64), (it) => it.charCodeAt(0));
  const started = performance.now();
  const parentElement = document.getElementById("host");
  show({ data: bytes, parentElement, setTriggerValue() {}, setStateValue() {} });
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const gl = document.querySelector(".plane canvas").getContext("webgl2");
  gl.finish();
  const took = performance.now() - started;
  await new Promise((done) => setTimeout(done, 1000)); // the sheet has come
  const about = gl.getExtension("WEBGL_debug_renderer_info");
  window.gl = gl;
  const renderer = about ? gl.getParameter(about.UNMASKED_RENDERER_WEBGL) : "unknown";
  return [took, renderer];
}"""
FIRE = """const stage = document.querySelector(".stage"), box = stage.getBoundingClientRect();
  const fire = (kind, x, y, more = {}) => stage.dispatchEvent(new PointerEvent(kind, {
    bubbles: true, pointerId: 1, clientX: box.left + x, clientY: box.top + y, ...more }));
  stage.setPointerCapture = () => {};"""
DRAG = (
    "async (seconds) => {"
    + FIRE
    + """
  fire("pointerdown", 300, 250);
  const pixel = new Uint8Array(4), times = [];
  const until = performance.now() + 1000 * seconds;
  for (let n = 0; performance.now() < until; n++) {
    fire("pointermove", 300 + 40 * Math.sin(n / 5), 250 + 40 * Math.cos(n / 5));
    await new Promise(requestAnimationFrame);
    window.gl.readPixels(0, 0, 1, 1, window.gl.RGBA, window.gl.UNSIGNED_BYTE, pixel); // drawn
    times.push(performance.now());
  }
  fire("pointerup", 300, 250);
  return (1000 * (times.length - 1)) / (times.at(-1) - times[0]);
}"""
)
MOVES = (
    "async (n) => {"
    + FIRE
    + """
  const pixel = new Uint8Array(4), times = { point: [], zoom: [] };
  const answered = async (act) => {
    const asked = performance.now();
    act();
    await new Promise(requestAnimationFrame);
    window.gl.readPixels(0, 0, 1, 1, window.gl.RGBA, window.gl.UNSIGNED_BYTE, pixel);
    return performance.now() - asked;
  };
  const [zoomIn, zoomOut] = document.querySelectorAll(".tools button");
  for (let at = 0; at <= n; at++) {
    const where = [250 + 13 * at, 200 + 9 * at];
    times.point.push(await answered(() => fire("pointermove", ...where)));
    times.zoom.push(await answered(() => (at % 2 ? zoomOut : zoomIn).click()));
  }
  return times;
}"""
)


def made_up(n: int) -> bytes:
    """Return a map of n images in a hundred groups, with a query that reads four probes a table."""
    rng = np.random.default_rng(0)
    middles = rng.uniform(-0.8, 0.8, (100, 2))
    group = rng.integers(0, 100, n)
    places = np.clip(middles[group] + rng.normal(0, 0.06, (n, 2)), -1, 1).astype(np.float32)
    cosines = np.cos(np.linalg.norm(places - places[0], axis=1)).astype(np.float32)
    keys = rng.integers(0, 2**BITS, (TABLES, n))
    nearest = np.argsort(-cosines)[1:11].tolist()
    header: dict[str, Any] = {
        "gallery": str(n),
        "title": "Made-up images",
        "names": [str(it) for it in range(n)],
        "labels": [f"group {it}" for it in range(100)],
        "bits": BITS,
        "query": {"row": 0, "place": places[0].tolist(), "picture": None},
        "hits": nearest,
        "exact": nearest,
        "own": [0],
        "probes": [
            [int(keys[table, 0]) ^ flip for flip in (0, 1, 2, 4)] for table in range(TABLES)
        ],
        "sheet": None,
        "actions": [],
        "ramp": ["#440154", "#fde725"],
        "start": {"colour": "label", "table": 0, "bit": 0},
        "unfinished": False,
    }
    header["query"]["keys"] = keys[:, 0].tolist()
    return packed(
        header,
        places=places.ravel(),
        keys=keys.ravel(),
        cosines=cosines,
        label=group.astype(np.uint16),
    )


def sheet(n: int) -> dict[str, Any]:
    """Return a sheet of noise, as many pictures as the map of a real gallery would have."""
    columns = min(isqrt(n - 1) + 1, SHEET // SMALLEST)
    side = min(LARGEST, SHEET // columns)
    noise = Image.effect_noise((columns * side, columns * side), 64).convert("RGB")
    address = data_url(image_file(np.asarray(noise)))
    return {"address": address, "side": side, "columns": columns, "n": min(n, columns**2)}


def measure(page: Page, n: int) -> dict[str, Any]:
    """Draw the map of n images, move it, and return what that took."""
    page.set_content(PAGE % LOOKS)
    data = base64.b64encode(made_up(n)).decode()
    start, renderer = page.evaluate(START, [CODE, data])
    frames = page.evaluate(DRAG, SECONDS)
    moves = page.evaluate(MOVES, N_MOVES)
    return {
        "images": n,
        "first_drawn_s": round(start / 1000, 2),
        "frames_per_s": round(frames, 1),
        "point_median_ms": round(median(moves["point"][1:]), 1),
        "zoom_median_ms": round(median(moves["zoom"][1:]), 1),
        "renderer": renderer,
    }


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two sizes; writes no file")
    sizes = SIZES[:2] if parser.parse_args().quick else SIZES
    rows = []
    with sync_playwright() as driver:
        browser = launch(driver)
        for n in sizes:
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
            page.set_default_timeout(PATIENCE)
            rows.append(measure(page, n))
            page.close()
            print(json.dumps(rows[-1]), flush=True)
        browser.close()
    if sizes is SIZES:
        command = "python -m tools.measure_map"
        write_json(
            ROOT / "assets" / "results" / "map-speed.json",
            {**circumstances(), "command": command, "seed": 0, "maps": rows},
        )


if __name__ == "__main__":
    main()
