import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from core.errors import SettingError
from core.evaluation import robustness as module
from core.evaluation.robustness import (
    CHANGES,
    Alteration,
    QueryChange,
    alter,
    blur,
    brighten,
    changed,
    embed_with,
    measure_robustness,
    stretch_contrast,
)
from core.model.augment import crop, rotate, scale

BY_KEY = {change.key: change for change in CHANGES}
EACH = [(change, strength) for change in CHANGES for strength in change.strengths]


@pytest.fixture
def pixels(picture):
    return picture(3)


def at_angle(degrees):
    """Embeddings in the plane, (n, 2)."""
    radians = np.deg2rad(np.asarray(degrees, dtype=np.float64))
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def embed_by_red(pictures):
    """The red of a picture's first pixel is the angle of its embedding."""
    return at_angle([picture[0, 0, 0] for picture in pictures])


def flat(value):
    return np.full((4, 4, 3), value, np.uint8)


# The changes --------------------------------------------------------------------------------


def test_figure_10_has_its_changes_each_in_several_strengths():
    assert [*BY_KEY] == ["none", "rotation", "cropping", "scaling", "brightness", "noise"]
    assert all(len(change.strengths) >= 4 for change in CHANGES[1:])
    assert all(change.unit for change in CHANGES[1:])


@pytest.mark.parametrize(("change", "strength"), EACH)
def test_a_change_is_the_same_for_the_same_seed_and_image(pixels, change, strength):
    before = pixels.copy()
    first, again = (changed(pixels, change, strength, seed=1, image=5) for _ in range(2))
    assert np.array_equal(first, again)
    assert first.dtype == np.uint8
    assert first.ndim == 3
    assert np.array_equal(pixels, before)
    assert np.array_equal(first, pixels) == (change.key == "none")


def test_a_turn_goes_to_either_side_by_its_strength(pixels):
    sides = {-30: rotate(pixels, -30), 30: rotate(pixels, 30)}
    taken = set()
    for image in range(20):
        turned = changed(pixels, BY_KEY["rotation"], 30, seed=0, image=image)
        taken |= {degrees for degrees, side in sides.items() if np.array_equal(turned, side)}
    assert taken == {-30, 30}


def test_a_window_lies_anywhere_and_keeps_its_share_of_each_side(pixels):
    windows = [changed(pixels, BY_KEY["cropping"], 0.5, seed=0, image=i) for i in range(20)]
    assert {window.shape for window in windows} == {(24, 36, 3)}
    assert len({window.tobytes() for window in windows}) > 15
    x, y = np.random.default_rng([0, 7]).random(2)
    assert np.array_equal(windows[7], crop(pixels, 0.5, x, y))


def test_scaling_is_the_one_of_the_training_images(pixels):
    change = BY_KEY["scaling"]
    assert np.array_equal(changed(pixels, change, 1.5, seed=0, image=0), scale(pixels, 1.5))


def test_brightness_multiplies_and_stops_at_white(pixels):
    row = np.array([[[0, 1, 100], [3, 200, 255]]], np.uint8)
    assert brighten(row, 1.5).tolist() == [[[0, 2, 150], [4, 255, 255]]]  # 4.5 goes to even
    assert brighten(row, 0.5).tolist() == [[[0, 0, 50], [2, 100, 128]]]
    assert np.array_equal(brighten(pixels, 1.0), pixels)
    change = BY_KEY["brightness"]
    assert np.array_equal(changed(pixels, change, 0.5, seed=0, image=0), brighten(pixels, 0.5))


def test_noise_has_its_deviation_and_grows_in_place():
    grey, noise = np.full((200, 200, 3), 128, np.uint8), BY_KEY["noise"]
    weak, strong = (changed(grey, noise, s, seed=0, image=0).astype(int) - 128 for s in (8, 16))
    assert weak.std() == pytest.approx(8, rel=0.02)
    assert np.abs(strong - 2 * weak).max() <= 2  # rounding
    other_image = changed(grey, noise, 8, seed=0, image=1).astype(int) - 128
    other_seed = changed(grey, noise, 8, seed=1, image=0).astype(int) - 128
    for other in (other_image, other_seed):
        assert abs(np.corrcoef(weak.ravel(), other.ravel())[0, 1]) < 0.02


def test_contrast_stretches_each_channel_about_its_mean():
    row = np.array([[[0, 100, 7], [100, 200, 7]]], np.uint8)  # means 50, 150 and 7
    assert stretch_contrast(row, 0.5).tolist() == [[[25, 125, 7], [75, 175, 7]]]
    assert stretch_contrast(row, 2.0).tolist() == [[[0, 50, 7], [150, 250, 7]]]


def test_blur_is_a_gaussian_of_that_deviation(pixels):
    expected = gaussian_filter(pixels.astype(float), sigma=(2, 2, 0), mode="nearest")
    inside = (slice(8, -8), slice(8, -8))  # Pillow goes on at the edge in its own way
    assert np.abs(blur(pixels, 2.0) - expected)[inside].max() < 4  # of 255


# Chosen strengths ---------------------------------------------------------------------------

ONE_BY_ONE = {
    "scale": (1.5, lambda pixels: scale(pixels, 1.5)),
    "rotate": (-30.0, lambda pixels: rotate(pixels, -30)),
    "crop": (0.5, lambda pixels: crop(pixels, 0.5, 0.5, 0.5)),
    "brightness": (0.5, lambda pixels: brighten(pixels, 0.5)),
    "contrast": (0.5, lambda pixels: stretch_contrast(pixels, 0.5)),
    "blur": (2.0, lambda pixels: blur(pixels, 2.0)),
    "noise": (
        16.0,
        lambda pixels: changed(pixels, BY_KEY["noise"], 16.0, seed=0, image=0),
    ),
}


@pytest.mark.parametrize("name", ONE_BY_ONE)
def test_each_strength_does_its_own_change(name):
    pixels = np.full((48, 72, 3), 128, np.uint8)
    pixels[10:30, 10:40] = (20, 90, 200)
    strength, expected = ONE_BY_ONE[name]
    found = alter(pixels, Alteration(**{name: strength}))
    if name == "noise":  # another draw of the same deviation
        assert (found - 128.0).std() == pytest.approx((expected(pixels) - 128.0).std(), rel=0.05)
        assert np.array_equal(found, alter(pixels, Alteration(noise=strength)))
    else:
        assert np.array_equal(found, expected(pixels))


def test_strengths_come_in_the_order_of_training(pixels):
    found = alter(pixels, Alteration(blur=1.0, rotate=20.0, crop=0.5))
    assert np.array_equal(found, blur(crop(rotate(pixels, 20), 0.5, 0.5, 0.5), 1.0))


def test_no_strength_leaves_the_picture_as_it_is(pixels):
    assert alter(pixels, Alteration()) is pixels


# The measure --------------------------------------------------------------------------------

GALLERY = at_angle([0, 10, 20, 30, 90, 100, 110, 120])
LABELS = np.array(["a", "a", "b", "a", "b", "b", "b", "a"])
# The red of a flat picture grows by the strength: the embedding turns by as many degrees.
BRIGHTER = QueryChange("turned", "°", (0, 15, 95), lambda pixels, by, rng: pixels + np.uint8(by))


def test_the_figures_are_those_counted_by_hand():
    """Query a at 4°: top 3 at 0, 10, 20 (a, a, b); at 19°: 20, 10, 30 (b, a, a), two of them
    stay; at 99°: 100, 90, 110 (b, b, b), none stays. Query b at 94°: 90, 100, 110 (b, b, b);
    at 109°: 110, 100, 120 (b, b, a), two stay; at 189°: 120, 110, 100 (a, b, b), two stay.
    """
    rows = measure_robustness(
        embed_by_red, [flat(4), flat(94)], ["a", "b"], GALLERY, LABELS, k=3, changes=[BRIGHTER]
    )
    figures = [(r["strength"], r["precision_at_3"], r["kept_of_top_3"]) for r in rows]
    expected = [
        (0, (2 / 3 + 3 / 3) / 2, 1),
        (15, (2 / 3 + 2 / 3) / 2, (2 / 3 + 2 / 3) / 2),
        (95, (0 + 2 / 3) / 2, (0 + 2 / 3) / 2),
    ]
    np.testing.assert_allclose(figures, expected)
    assert {(row["change"], row["unit"]) for row in rows} == {("turned", "°")}


def test_by_default_every_change_is_a_row_and_the_top_8_count():
    queries = [flat(4), flat(94), flat(33)]
    rows = measure_robustness(embed_by_red, queries, ["a", "b", "a"], GALLERY, LABELS)
    assert [(row["change"], row["strength"]) for row in rows] == [
        (change.key, strength) for change, strength in EACH
    ]
    assert {*rows[0]} == {"change", "strength", "unit", "precision_at_8", "kept_of_top_8"}


def test_an_unchanged_query_keeps_all_of_its_hits(embedder, picture):
    embed = embed_with(embedder)
    pictures = [picture(seed) for seed in range(6)]
    labels = ["x", "y"] * 3
    none, noise = measure_robustness(
        embed,
        [picture(60), picture(61)],
        ["x", "y"],
        embed(pictures),
        labels,
        k=2,
        changes=[BY_KEY["none"], QueryChange("noise", "", (64.0,), BY_KEY["noise"].apply)],
    )
    assert none["kept_of_top_2"] == 1
    assert 0 <= noise["kept_of_top_2"] <= 1


def test_the_figures_do_not_depend_on_the_batches(monkeypatch):
    queries = [flat(red) for red in (4, 94, 33, 61, 118)]
    arguments = (embed_by_red, queries, [*"abaab"], GALLERY, LABELS)
    whole = measure_robustness(*arguments, k=3)
    monkeypatch.setattr(module, "BATCH", 2)
    assert measure_robustness(*arguments, k=3) == whole


def test_another_seed_gives_other_pictures():
    queries = [flat(red) for red in range(0, 120, 5)]
    arguments = (embed_by_red, queries, ["a"] * len(queries), GALLERY, LABELS)
    first, again, other = (measure_robustness(*arguments, k=3, seed=seed) for seed in (0, 0, 1))
    assert first == again
    assert first != other


@pytest.mark.parametrize("attention", ["both", "off"])
def test_a_checkpoint_embeds_pictures_as_it_embeds_files(embedder, picture, png, attention):
    pictures = [picture(1), picture(2)[:, :30]]
    found = embed_with(embedder, attention)(pictures)
    for embedding, pixels in zip(found, pictures, strict=True):
        forward = embedder.trace(embedder.prepare(png(pixels)), attention=attention)
        np.testing.assert_allclose(embedding, forward.embedding[0], atol=1e-5)


def test_progress_counts_every_changed_query():
    told = []
    measure_robustness(
        embed_by_red,
        [flat(4), flat(94)],
        ["a", "b"],
        GALLERY,
        LABELS,
        changes=[BRIGHTER],
        progress=lambda *it: told.append(it[:2]),
    )
    assert told == [(done, 6) for done in range(1, 7)]


def test_labels_that_do_not_fit_are_one_sentence():
    with pytest.raises(SettingError, match=r"^Labels of shape \(1,\) came with 2 queries; .*\.$"):
        measure_robustness(embed_by_red, [flat(4), flat(9)], ["a"], GALLERY, LABELS)
    with pytest.raises(SettingError, match=r"shape \(7,\) came with 8 gallery images"):
        measure_robustness(embed_by_red, [flat(4)], ["a"], GALLERY, LABELS[:7])
    with pytest.raises(SettingError, match=r"came with 0 queries"):
        measure_robustness(embed_by_red, [], [], GALLERY, LABELS)
