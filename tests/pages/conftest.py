"""The app without a browser, on a gallery small enough to be embedded at once."""

import io
import json
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.galleries import registry
from core.galleries.base import Gallery
from core.galleries.folder import open_folder
from pages.parts.attention import channels
from pages.ui import grid, heatmap, pictures
from pages.ui.resources import benchmark, embeddings, galleries


def picture(seed: int) -> bytes:
    """A JPEG of noise in one of two colours."""
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 90, (64, 96, 3), dtype=np.uint8)
    pixels[..., 0 if seed % 2 else 2] += 150
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG")
    return file.getvalue()


@pytest.fixture(scope="session")
def small_gallery(tmp_path_factory):
    """Twelve images, named and labelled red/1.jpg … blue/10.jpg."""
    folder = tmp_path_factory.mktemp("small")
    for seed in range(12):
        path = folder / ("red" if seed % 2 else "blue") / f"{seed}.jpg"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(picture(seed))
    return open_folder(folder)


@pytest.fixture(autouse=True)
def kernels(monkeypatch):
    """What the engine's kernels are for the pages: not there yet, unless a test puts some in."""
    there = SimpleNamespace(kernels=None)
    monkeypatch.setattr(embeddings, "compiled_kernels", lambda: there.kernels)
    monkeypatch.setattr(benchmark, "compiling", lambda: SimpleNamespace(wait=lambda seconds: False))
    return there


@pytest.fixture
def open_app(small_gallery, tmp_path, monkeypatch):
    """Open a page of the app, with these parameters in its address.

    Whatever gallery is asked for, it is the second argument, by default the small one.
    """
    monkeypatch.setenv("HASHLIGHT_HOME", str(tmp_path / "home"))

    def open_app(path: str, opened: Gallery = small_gallery, /, **params: str) -> AppTest:
        monkeypatch.setattr(registry, "open_known", lambda key, progress: opened)
        galleries._openings.clear()
        page = AppTest.from_file("../../streamlit_app.py", default_timeout=120)
        page.switch_page(path)
        for name, value in params.items():
            page.query_params[name] = value
        return page.run()

    yield open_app
    galleries._openings.clear()


def opener(path: str):
    """A fixture that opens one page, as ``open_app`` does."""

    @pytest.fixture
    def open_page(open_app):
        def open_page(*opened: Gallery, **params: str) -> AppTest:
            page = open_app(path, *opened, **params)
            assert not page.exception
            return page

        return open_page

    return open_page


search_page = opener("pages/search.py")
hashing_page = opener("pages/hashing.py")
attention_page = opener("pages/attention.py")
inspect_page = opener("pages/1_inspect.py")
regions_page = opener("pages/regions.py")
robustness_page = opener("pages/robustness.py")
feedback_page = opener("pages/feedback.py")
results_page = opener("pages/results.py")
augmentation_page = opener("pages/augmentation.py")


@pytest.fixture
def boards(monkeypatch):
    """Collect what the components are given, by their keys."""
    given = {}

    def mount(key, data, **callbacks):
        given[key] = json.loads(json.dumps(data))

    monkeypatch.setattr(heatmap, "_board", mount)
    monkeypatch.setattr(channels, "_channels", mount)
    return given


class Grids(dict[str, list[dict[str, object]]]):
    """The tiles that grids of pictures are given, by the names of the grids."""

    clicked: tuple[str, str, str] | None = None
    """What the visitor clicks on in the next run: grid, tile, action."""

    def mount(self, key, data, on_chosen_change):
        name = key.removeprefix("grid-")
        self[name] = json.loads(json.dumps(data))["tiles"]
        chosen = None
        if self.clicked and self.clicked[0] == name:
            chosen, self.clicked = [*self.clicked[1:]], None
        return SimpleNamespace(chosen=chosen)

    def facts(self, name):
        """The lines below each tile of a grid, without their tones."""
        return [[text for text, _ in tile["facts"]] for tile in self[name]]


@pytest.fixture
def grids(monkeypatch):
    """Collect what the grids of a page show, and click on it."""
    given = Grids()
    monkeypatch.setattr(grid, "_grid", given.mount)
    return given


@pytest.fixture
def shown_pictures(monkeypatch):
    """The pixels that a page shows, by what it calls them."""
    seen = {}
    monkeypatch.setattr(pictures, "show_pixels", lambda pixels, alt: seen.update({alt: pixels}))
    return seen
