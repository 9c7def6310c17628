"""Shared by all tests: a cache directory that is nobody's, one model, one small gallery, marks."""

import asyncio
import io
import subprocess
import sys
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
import torch
from PIL import Image
from xdist.scheduler import LoadFileScheduling

from core.galleries.folder import FolderGallery, open_folder
from core.model.checkpoint import Provenance, load_checkpoint, save_checkpoint
from core.model.embedder import Embedder
from core.model.network import NetworkConfig, RetrievalNetwork
from core.model.preprocess import PreprocessConfig
from core.threads import wait_without_spinning

T = TypeVar("T")

wait_without_spinning()  # as the app does: fixtures run the network beside a browser

TESTS = Path(__file__).parent
MARKS = {"fast", "model", "browser"}  # each test has one of them
BROWSER = (TESTS / "browser",)
MODEL = (  # which compile, train or embed
    TESTS / "pages",
    *(TESTS / "core" / name for name in ("benchmark", "engine", "methods", "model", "scale")),
)
TOGETHER = {  # in two processes they would starve or find one another
    "browser": ("tests/browser/",),
    "ray": ("tests/core/scale/", "tests/core/cli/test_tables.py"),
}
MODEL_FIXTURES = {"checkpoint_file", "embedder"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test by its place and by what it needs, unless it says so itself."""
    for item in items:
        if not any(item.get_closest_marker(mark) for mark in MARKS):
            item.add_marker(mark_of(item))


def mark_of(item: pytest.Item) -> str:
    """Return the mark of a test that has none."""
    folders = item.path.parents
    if any(folder in folders for folder in BROWSER):
        return "browser"
    if any(folder in folders for folder in MODEL):
        return "model"
    return "model" if MODEL_FIXTURES & set(getattr(item, "fixturenames", ())) else "fast"


@pytest.hookimpl(optionalhook=True)  # without pytest-xdist the tests run in one process
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadFileScheduling:
    """Divide the tests between processes by file, but for those that are done by one alone."""
    return ByOneAlone(config, log)


class ByOneAlone(LoadFileScheduling):
    """Each of ``TOGETHER`` is one piece of work; every other file is one of its own."""

    def _split_scope(self, nodeid: str) -> str:
        pieces = (name for name, places in TOGETHER.items() if nodeid.startswith(places))
        return next(pieces, super()._split_scope(nodeid))


SIZE = 64  # px, the smallest input: a forward pass takes some 20 ms
COLOURS = {"blue": (40, 60, 200), "green": (50, 180, 60), "red": (200, 50, 40), "grey": (120,) * 3}
PER_CLASS = 5


@pytest.fixture(scope="session", autouse=True)
def _nobodys_home(tmp_path_factory):
    """Keep the tests out of the user's cache; a test that needs an empty one takes ``home``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HASHLIGHT_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Return a cache directory that is still empty."""
    monkeypatch.setenv("HASHLIGHT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def to_its_end(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in a thread of its own: this one may have a browser's loop."""
    with ThreadPoolExecutor() as elsewhere:
        return elsewhere.submit(asyncio.run, coroutine).result()


def at_once(script: str, *arguments: object) -> list[list[str]]:
    """Run a script in two processes, both past their imports before either goes on.

    The script prints a line and reads one when it is ready. Return the further lines of each.
    """
    command = [sys.executable, "-c", script, *map(str, arguments)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    both = [subprocess.Popen(command, cwd=Path(__file__).parents[1], **pipes) for _ in range(2)]
    for process in both:
        process.stdout.readline()
    for process in both:
        process.stdin.write("go\n")
        process.stdin.flush()
    lines = [process.communicate(timeout=120)[0].splitlines() for process in both]
    assert [process.returncode for process in both] == [0, 0]
    return lines


@pytest.fixture(scope="session")
def two_processes():
    """Return ``at_once``, a function that runs a script twice at the same time."""
    return at_once


def soft_pattern(seed: int, colour: tuple[int, ...] = (128, 128, 128)) -> np.ndarray:
    """Return a soft pattern about one colour: (48, 72, 3) bytes, another one for each seed."""
    rng = np.random.default_rng(seed)
    rough = rng.normal(colour, 40, (6, 9, 3)).clip(0, 255).astype(np.uint8)
    return np.asarray(Image.fromarray(rough).resize((72, 48), Image.Resampling.BICUBIC))


def as_png(pixels: np.ndarray) -> bytes:
    """Return the pixels as a file that keeps each of them."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="session")
def picture():
    """Return ``soft_pattern``, a function that makes pixels from a seed."""
    return soft_pattern


@pytest.fixture(scope="session")
def png():
    """Return ``as_png``, a function that makes a file from pixels."""
    return as_png


@pytest.fixture(scope="session")
def photos(tmp_path_factory):
    """Return a folder of 4 classes × 5 pictures, one folder per class."""
    root = tmp_path_factory.mktemp("galleries") / "photos"
    for number, (label, colour) in enumerate(COLOURS.items()):
        (root / label).mkdir(parents=True)
        for i in range(PER_CLASS):
            data = as_png(soft_pattern(10 * number + i, colour))
            (root / label / f"{i}.png").write_bytes(data)
    return root


@pytest.fixture(scope="session")
def gallery(photos) -> FolderGallery:
    """Return the pictures of ``photos`` as a gallery of 20."""
    return open_folder(photos)


@pytest.fixture(scope="session")
def checkpoint_file(tmp_path_factory):
    """Return the file of a small network (D = 32, 64 px) with random weights."""
    torch.manual_seed(0)
    network = RetrievalNetwork(NetworkConfig(dim=32, strides="v1")).eval()
    path = tmp_path_factory.mktemp("weights") / "random.safetensors"
    provenance = Provenance(licence="nobody's", training={"seed": 0})
    save_checkpoint(path, network, PreprocessConfig(input_size=SIZE), provenance)
    return path


@pytest.fixture(scope="session")
def embedder(checkpoint_file) -> Embedder:
    """Return the small network, ready to embed."""
    return Embedder(load_checkpoint(checkpoint_file))
