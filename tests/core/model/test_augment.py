import numpy as np
import pytest

from core.model import augment as module
from core.model.augment import add_noise, apply, augment, change_contrast, crop, draw, rotate, scale


@pytest.fixture
def smooth(picture):
    return picture(0)


@pytest.fixture
def square(smooth):
    return smooth[:48, :48]


@pytest.mark.parametrize("turns", [0, 1, 2, 3, -1])
def test_quarter_turns_are_those_of_numpy(square, turns):
    turned = rotate(square, 90 * turns).astype(int)
    assert np.abs(turned - np.rot90(square, turns)).max() <= 1


def test_a_turn_moves_a_point_counter_clockwise():
    pixels = np.zeros((61, 61, 3), np.uint8)
    pixels[30, 50] = 255  # 20 to the right of the centre
    y, x = np.unravel_index(rotate(pixels, 30)[:, :, 0].argmax(), (61, 61))
    assert (y, x) == (30 - 20 * 0.5, round(30 + 20 * np.sqrt(3) / 2))


def test_a_turn_there_and_back_is_nearly_the_picture(smooth):
    back = rotate(rotate(smooth, 10), -10)
    inside = np.s_[12:-12, 12:-12]
    assert np.abs(back[inside].astype(int) - smooth[inside]).mean() < 2


def test_scaling_by_2_shows_the_middle_quarter(smooth):
    large = scale(smooth, 2.0)
    assert large.shape == smooth.shape
    # The four pixels about each corner of the old ones average to them.
    blocks = large.reshape(24, 2, 36, 2, 3).mean(axis=(1, 3))
    assert np.abs(blocks - smooth[12:36, 18:54])[1:-1, 1:-1].max() < 5


def test_shrinking_keeps_the_frame_and_mirrors_at_its_edge(smooth):
    small = scale(smooth, 0.5)
    assert small.shape == smooth.shape
    quarter = small[:12, 18:54]  # above the shrunken picture lies its own mirror image
    assert np.abs(quarter[::-1].astype(int) - small[12:24, 18:54]).max() <= 1


def test_a_factor_of_1_and_no_turn_change_nothing(smooth):
    assert np.array_equal(scale(smooth, 1.0), smooth)
    assert np.array_equal(rotate(smooth, 0.0), smooth)


@pytest.mark.parametrize("shape", [(17, 40), (40, 17), (16, 16), (33, 33)])
def test_the_centre_stays_where_it_is_for_odd_and_even_sides(shape):
    pixels = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    assert np.array_equal(scale(pixels, 1.0), pixels)
    half_turn = rotate(pixels, 180).astype(int)
    assert np.abs(half_turn - pixels[::-1, ::-1]).max() <= 1


def test_a_crop_is_a_window_at_its_place(smooth):
    half = smooth.shape[0] // 2, smooth.shape[1] // 2
    assert np.array_equal(crop(smooth, 0.5, 0, 0), smooth[:24, :36])
    assert np.array_equal(crop(smooth, 0.5, 1, 0), smooth[:24, 36:])
    assert np.array_equal(crop(smooth, 0.5, 0, 1), smooth[24:, :36])
    assert np.array_equal(crop(smooth, 0.5, 0.5, 0.5), smooth[12:36, 18:54])
    assert crop(smooth, 0.5, 0.3, 0.7).shape == (*half, 3)
    assert np.array_equal(crop(smooth, 1.0, 0.3, 0.7), smooth)
    assert crop(smooth, 0.001, 1, 1).shape == (1, 1, 3)


def test_contrast_leaves_the_mean_and_stretches_about_it():
    pixels = np.random.default_rng(0).integers(100, 150, (50, 50, 3), dtype=np.uint8)
    changed = change_contrast(pixels, (0.5, 1.0, 2.0))
    # Rounding to bytes can move all values the same way, by at most a half.
    np.testing.assert_allclose(changed.mean(axis=(0, 1)), pixels.mean(axis=(0, 1)), atol=0.5)
    ratio = changed.std(axis=(0, 1)) / pixels.std(axis=(0, 1))
    np.testing.assert_allclose(ratio, (0.5, 1, 2), rtol=0.01)
    assert np.array_equal(changed[:, :, 1], pixels[:, :, 1])


def test_contrast_stays_within_the_range_of_bytes():
    pixels = np.array([[[0] * 3, [255] * 3]], np.uint8)
    assert np.array_equal(change_contrast(pixels, (9.0, 9.0, 9.0)), pixels)


def test_noise_has_its_deviation_and_no_bias():
    grey = np.full((200, 200, 3), 128, np.uint8)
    noise = add_noise(grey, 10, np.random.default_rng(0)).astype(float) - 128
    assert abs(noise.mean()) < 0.1  # 120,000 numbers: 3 standard errors are 0.09
    assert noise.std() == pytest.approx(10, rel=0.01)
    assert np.array_equal(add_noise(grey, 0, np.random.default_rng(0)), grey)


def test_the_same_seed_gives_the_same_picture_and_another_seed_another(smooth):
    first, again, other = (augment(smooth, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert first.shape != other.shape or not np.array_equal(first, other)


def test_a_seed_gives_the_pixels_that_the_shipped_weights_were_trained_on(smooth):
    """The order of the draws is part of the training: another order is another training set."""
    for seed in range(5):
        rng = np.random.default_rng(seed)
        pixels = rotate(scale(smooth, rng.uniform(0.8, 1.25)), rng.uniform(-15, 15))
        pixels = crop(pixels, rng.uniform(0.75, 1), rng.random(), rng.random())
        pixels = change_contrast(pixels, tuple(rng.uniform(0.75, 1.25, size=3)))
        expected = add_noise(pixels, rng.uniform(0, 12), rng)
        assert np.array_equal(augment(smooth, np.random.default_rng(seed)), expected)


def test_the_strengths_that_are_told_are_the_ones_that_are_applied(smooth):
    rng = np.random.default_rng(3)
    strengths = draw(rng)
    expected = augment(smooth, np.random.default_rng(3))
    assert np.array_equal(apply(smooth, strengths, rng), expected)
    assert draw(np.random.default_rng(3)) == strengths


def test_all_five_are_applied_within_their_ranges(smooth, monkeypatch):
    used = {}

    def watch(name):
        function = getattr(module, name)

        def watched(pixels, *strengths):
            used[name] = strengths
            return function(pixels, *strengths)

        monkeypatch.setattr(module, name, watched)

    for name in ("scale", "rotate", "crop", "change_contrast", "add_noise"):
        watch(name)
    for seed in range(20):
        used.clear()
        result = augment(smooth, np.random.default_rng(seed))
        assert 0.8 <= used["scale"][0] <= 1.25
        assert -15 <= used["rotate"][0] <= 15
        assert all(0.75 <= factor <= 1.25 for factor in used["change_contrast"][0])
        assert 0 <= used["add_noise"][0] <= 12
        kept, x, y = used["crop"]
        assert 0.75 <= kept <= 1
        assert 0 <= min(x, y) <= max(x, y) <= 1
        assert result.shape == (round(48 * kept), round(72 * kept), 3)
        assert result.dtype == np.uint8


def test_the_original_is_left_as_it_was(smooth):
    before = smooth.copy()
    augment(smooth, np.random.default_rng(0))
    assert np.array_equal(smooth, before)


def test_the_smallest_image_that_is_decoded_can_be_augmented():
    pixels = np.full((16, 16, 3), 200, np.uint8)
    assert min(augment(pixels, np.random.default_rng(0)).shape[:2]) >= 12
