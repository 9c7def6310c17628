"""Every page has its pictures, and the gallery beside the README shows them all."""

import io

import pytest
from PIL import Image

from tools.screenshots import FOLDER, LOOKS, PAGES

GALLERY = (FOLDER / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("look", LOOKS)
def test_every_page_of_the_menu_has_its_picture_in_the_gallery(name: str, look: str) -> None:
    picture = FOLDER / f"{name}-{look}.png"
    with Image.open(io.BytesIO(picture.read_bytes())) as image:
        assert image.format == "PNG"
        assert image.size == tuple(LOOKS[look]["viewport"].values())
    assert f"]({picture.name})" in GALLERY


def test_the_pictures_are_of_pages_that_exist_and_light_to_load() -> None:
    pictures = list(FOLDER.glob("*.png"))
    assert {it.stem for it in pictures} == {f"{name}-{look}" for name in PAGES for look in LOOKS}
    assert sum(it.stat().st_size for it in pictures) < 4e6
