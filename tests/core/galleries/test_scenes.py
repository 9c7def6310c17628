import io
import json
import shutil

import numpy as np
import pytest
from PIL import Image

from core.errors import GalleryError
from core.files import file_digest
from core.galleries.base import digest_of
from core.galleries.scenes import ScenesGallery
from core.locations import ASSETS
from core.scenery.render import VERSION, render

FOLDER = ASSETS / "scenes"


@pytest.fixture(scope="module")
def gallery():
    return ScenesGallery()


@pytest.fixture(scope="module")
def sizes(gallery):
    """Width and height of every image."""
    return [Image.open(io.BytesIO(gallery.read(item.id))).size for item in gallery.items]


@pytest.fixture(scope="module")
def shares(gallery):
    """Share of every image that shows its object."""
    return np.array([gallery.mask(item.id).mean() for item in gallery.items])


@pytest.fixture
def small(tmp_path):
    """A collection of two scenes that a test may damage."""
    names = ["owl/00", "owl/01"]
    for name in names:
        for path in (f"{name}.jpg", f"masks/{name}.png"):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(FOLDER / path, tmp_path / path)
    scenes = [{"name": f"{name}.jpg", "width": 192, "height": 128} for name in names]
    about = {"categories": {"owl": "owl"}, "scenes": scenes}
    (tmp_path / "scenes.json").write_text(json.dumps(about))
    return tmp_path


def test_the_built_in_gallery_has_12_categories_of_60(gallery):
    labels = [item.label for item in gallery.items]
    assert len(labels) == 720
    assert {labels.count(label) for label in labels} == {60}
    assert labels[0] == "hot-air balloon"


def test_items_are_ordered_by_category_and_number(gallery):
    names = [item.name for item in gallery.items]
    assert names == sorted(names)
    assert [item.id for item in gallery.items] == list(range(720))
    assert "lighthouse/07.jpg" in names


def test_what_is_read_has_the_digest_of_its_item(gallery):
    item = gallery.items[100]
    assert file_digest(gallery.read(100)) == item.digest
    assert gallery.digest == digest_of(gallery.items)
    assert (gallery.key, gallery.title) == ("scenes", "Scenes")


def test_no_two_scenes_are_the_same(gallery):
    assert len({item.digest for item in gallery.items}) == 720


def test_every_category_has_both_orientations(gallery, sizes):
    assert set(sizes) == {(192, 128), (128, 192)}
    ratios = [width / height for width, height in sizes]
    assert [gallery.ratio(item.id) for item in gallery.items] == ratios
    for label in {item.label for item in gallery.items}:
        mine = [
            size for item, size in zip(gallery.items, sizes, strict=True) if item.label == label
        ]
        assert 10 <= mine.count((192, 128)) <= 50


def test_every_mask_fits_its_image(gallery, sizes):
    for item, (width, height) in zip(gallery.items, sizes, strict=True):
        mask = gallery.mask(item.id)
        assert mask.shape == (height, width)
        assert mask.dtype == bool


def test_objects_are_small_and_large_in_every_category(gallery, shares):
    assert shares.min() > 0.008
    assert shares.max() < 0.6
    assert np.quantile(shares, 0.1) < 0.06
    assert np.quantile(shares, 0.95) > 0.25
    for first in range(0, 720, 60):
        mine = shares[first : first + 60]
        assert np.quantile(mine, 0.9) > 2.5 * np.quantile(mine, 0.1)


def test_objects_stand_in_many_places(gallery):
    """The mean mask of a category is a blur: no pixel belongs to nearly all of its objects."""
    for first in range(0, 720, 60):
        masks = [gallery.mask(id) for id in range(first, first + 60)]
        wide = np.mean([mask for mask in masks if mask.shape == (128, 192)], axis=0)
        assert wide.max() < 0.9


def test_pictures_of_a_category_differ_in_light(gallery):
    for first in range(0, 720, 60):
        images = [Image.open(io.BytesIO(gallery.read(id))) for id in range(first, first + 60)]
        brightness = [np.asarray(image.convert("L")).mean() for image in images]
        assert np.std(brightness) > 15


@pytest.mark.model
@pytest.mark.parametrize("name", ["balloon/03", "teapot/10", "train/59"])
def test_what_ships_is_what_the_renderer_paints(gallery, name):
    about = json.loads((FOLDER / "scenes.json").read_text())
    assert about["version"] == VERSION
    category, number = name.split("/")
    scene = render(category, int(number), about["seed"])
    id = next(item.id for item in gallery.items if item.name == f"{name}.jpg")
    shipped = np.asarray(Image.open(io.BytesIO(gallery.read(id))), float)
    assert np.abs(shipped - np.asarray(scene.image)).mean() < 3  # of 255: JPEG is not exact
    assert (gallery.mask(id) != scene.mask).mean() < 0.001


def test_the_collection_is_small_enough_to_ship():
    total = sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file())
    assert total <= 12_000_000


def test_a_missing_folder_names_the_command_that_makes_it(tmp_path):
    with pytest.raises(GalleryError, match=r"missing or damaged; .*python -m core render-scenes"):
        ScenesGallery(tmp_path / "nothing")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"scenes": []}', '{"scenes": [{"name": "x/1.jpg"}]}', "\xff"]
)
def test_a_damaged_list_is_one_sentence(small, text):
    (small / "scenes.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(GalleryError, match="paint them again"):
        ScenesGallery(small)


def test_a_missing_picture_is_noticed_when_the_gallery_opens(small):
    (small / "owl" / "01.jpg").unlink()
    with pytest.raises(GalleryError, match="paint them again"):
        ScenesGallery(small)


@pytest.mark.parametrize("content", [None, b"", b"no image", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_a_missing_or_damaged_mask_is_one_sentence(small, content):
    gallery = ScenesGallery(small)
    path = small / "masks" / "owl" / "01.png"
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(GalleryError, match="paint them again"):
        gallery.mask(1)
    assert gallery.mask(0).any()
