import numpy as np
import pytest
from PIL import Image

from core.errors import GalleryError
from core.galleries.masks import MaskedFolder, read_mask
from core.galleries.scenes import ScenesGallery
from core.locations import ASSETS


@pytest.fixture
def write(tmp_path):
    """Return a function that writes grey pixels to a file below ``tmp_path``."""

    def write(name, values):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.asarray(values, np.uint8)).save(path, quality=90)
        return path

    return write


GREY = np.full((20, 30), 90)
OBJECT = np.zeros((20, 30))
OBJECT[5:12, 3:20] = 1


def test_images_and_masks_of_one_stem_belong_together_whatever_their_suffixes(write, tmp_path):
    for number in (1, 2, 10):
        write(f"images/{number}.jpg", GREY)
        write(f"masks/{number}.png", np.roll(255 * OBJECT, number, axis=1))
    gallery = MaskedFolder(tmp_path)
    assert [item.name for item in gallery.items] == ["1.jpg", "2.jpg", "10.jpg"]
    assert [item.label for item in gallery.items] == [None] * 3
    for id, number in enumerate((1, 2, 10)):
        assert np.array_equal(gallery.mask(id), np.roll(OBJECT, number, axis=1) == 1)


def test_a_gallery_may_have_its_masks_inside(write, tmp_path):
    for name in ("dogs/1", "cats/1"):
        write(f"{name}.jpg", GREY)
        write(f"masks/{name}.png", OBJECT)
    gallery = MaskedFolder(tmp_path)
    assert {item.name: item.label for item in gallery.items} == {
        "cats/1.jpg": "cats",
        "dogs/1.jpg": "dogs",
    }


def test_the_built_in_gallery_is_such_a_folder_too():
    gallery, scenes = MaskedFolder(ASSETS / "scenes"), ScenesGallery()
    assert {item.name for item in gallery.items} == {item.name for item in scenes.items}
    (id,) = [item.id for item in gallery.items if item.name == scenes.items[77].name]
    assert np.array_equal(gallery.mask(id), scenes.mask(77))


def test_images_without_a_mask_are_counted(write, tmp_path):
    write("images/1.jpg", GREY)
    write("images/2.jpg", GREY)
    write("masks/2.png", OBJECT)
    gallery = MaskedFolder(tmp_path)
    assert [item.name for item in gallery.items] == ["2.jpg"]
    assert [(it.name, it.reason) for it in gallery.left_out] == [("1.jpg", "It has no mask.")]


@pytest.mark.parametrize(("suffix", "high"), [("png", 1), ("png", 255), ("jpg", 255)])
def test_masks_of_ones_of_255_and_blurred_by_jpeg_are_the_same(write, suffix, high):
    mask = read_mask(write(f"m.{suffix}", high * OBJECT))
    assert np.array_equal(mask, OBJECT == 1)


def test_a_black_mask_shows_no_object(write):
    assert not read_mask(write("m.png", 0 * OBJECT)).any()


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ([], "has no folder masks/"),
        (["images/1.png"], "has no folder masks/"),
        (["images/1.png", "masks/2.png"], "No image of"),
        (["masks/2.png"], "No image of"),
    ],
)
def test_a_folder_without_pairs_is_one_sentence(write, tmp_path, files, sentence):
    for name in files:
        write(name, GREY)
    with pytest.raises(GalleryError, match=rf"{sentence}.*\.$"):
        MaskedFolder(tmp_path)


def test_a_damaged_mask_is_one_sentence(write, tmp_path):
    write("images/1.png", GREY)
    write("masks/1.png", OBJECT).write_bytes(b"\x89PNG no more")
    with pytest.raises(GalleryError, match=r"^The mask .* is missing or damaged; .*\.$"):
        MaskedFolder(tmp_path).mask(0)
