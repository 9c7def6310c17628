"""The app without a browser, on a gallery small enough to be embedded at once."""

import io

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.galleries.folder import open_folder
from pages.ui import resources


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


@pytest.fixture
def search_page(small_gallery, tmp_path, monkeypatch):
    """Open the Search page with these parameters in its address."""
    monkeypatch.setenv("HASHLIGHT_HOME", str(tmp_path))
    monkeypatch.setattr(resources.registry, "open_known", lambda key, progress: small_gallery)
    resources._opening.clear()

    def open_page(**params: str) -> AppTest:
        page = AppTest.from_file("../../streamlit_app.py", default_timeout=120)
        page.switch_page("pages/search.py")
        for name, value in params.items():
            page.query_params[name] = value
        return page.run()

    yield open_page
    resources._opening.clear()
