import json

import numpy as np
import pytest
from PIL import Image

from core.errors import SettingError, StoreError
from core.scenery.render import CATEGORIES, LANDSCAPE, PORTRAIT, render, render_all

ONE_EACH = [(category, 7 * k % 60) for k, category in enumerate(CATEGORIES)]


def pixels(scene):
    return np.asarray(scene.image)


def test_the_same_seed_gives_the_same_pixels():
    first, second = render("sailboat", 4, seed=3), render("sailboat", 4, seed=3)
    assert np.array_equal(pixels(first), pixels(second))
    assert np.array_equal(first.mask, second.mask)


@pytest.mark.parametrize("other", [("owl", 4, 3), ("sailboat", 5, 3), ("sailboat", 4, 2)])
def test_another_category_number_or_seed_gives_another_picture(other):
    first, second = pixels(render("sailboat", 4, 3)), pixels(render(*other))
    assert first.shape != second.shape or not np.array_equal(first, second)


@pytest.mark.model
@pytest.mark.parametrize(("category", "number"), ONE_EACH)
def test_a_scene_without_its_object_differs_only_where_the_object_and_its_traces_are(
    category, number
):
    whole, empty = render(category, number), render(category, number, with_subject=False)
    differs = (pixels(whole) != pixels(empty)).any(axis=2)
    assert not (differs & ~whole.touched).any()
    assert not empty.mask.any()
    assert not empty.touched.any()
    # Paint may happen to have the colour of what is behind it, so a few pixels stay as they were.
    assert (whole.mask & differs).sum() > 0.97 * whole.mask.sum()
    assert whole.share > 0.005


@pytest.mark.model
def test_the_mask_leaves_out_shadow_smoke_and_mirror_image():
    scenes = [render(category, 3) for category in ("train", "sailboat", "teapot")]
    for scene in scenes:
        assert (scene.mask <= scene.touched).all()
        assert scene.mask.sum() < 0.9 * scene.touched.sum()


def test_the_mask_has_the_shape_of_the_picture():
    scene = render("windmill", 2)
    assert scene.image.size in (LANDSCAPE, PORTRAIT)
    assert scene.mask.shape == (scene.image.height, scene.image.width)
    assert scene.mask.dtype == bool


def test_an_unknown_category_is_one_sentence_with_the_known_ones():
    with pytest.raises(SettingError, match=r"no scene category 'yacht'; choose one of balloon, "):
        render("yacht", 0)


def test_a_collection_holds_what_its_list_says(tmp_path, monkeypatch):
    few = {key: CATEGORIES[key] for key in ("balloon", "owl")}
    monkeypatch.setattr("core.scenery.render.CATEGORIES", few)
    steps = []
    render_all(tmp_path, seed=5, per_category=2, progress=lambda *step: steps.append(step))
    about = json.loads((tmp_path / "scenes.json").read_text())
    assert about["seed"] == 5
    assert about["categories"] == {"balloon": "hot-air balloon", "owl": "owl"}
    assert steps == [(1, 4, "balloon"), (2, 4, "balloon"), (3, 4, "owl"), (4, 4, "owl")]
    assert [scene["name"][-6:] for scene in about["scenes"]] == ["00.jpg", "01.jpg"] * 2
    for scene in about["scenes"]:
        with Image.open(tmp_path / scene["name"]) as image:
            assert image.size == (scene["width"], scene["height"])
        with Image.open((tmp_path / "masks" / scene["name"]).with_suffix(".png")) as mask:
            assert mask.mode == "1"
            assert np.asarray(mask).mean() == pytest.approx(scene["share"], abs=1e-4)


@pytest.mark.parametrize("wrong", [{"seed": -1}, {"per_category": 0}, {"per_category": 101}])
def test_settings_out_of_range_are_refused(tmp_path, wrong):
    with pytest.raises(SettingError, match=r"-1|0|101"):
        render_all(tmp_path / "new", **wrong)
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cant_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="can't be written"):
        render_all(tmp_path / "file", per_category=1)
