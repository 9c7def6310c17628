import cv2
import numpy as np
import pytest
from scipy.stats import skew

from core.methods.visual_features import (
    N_FEATURES,
    N_HISTOGRAM,
    N_MOMENTS,
    Standardisation,
    colour_histogram,
    colour_moments,
    texture,
    visual_features,
)


def stripes(wavelength, direction, shape=(120, 150)):
    """Grey waves that run in one direction (degrees from the horizontal)."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    angle = np.radians(direction)
    phase = 2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / wavelength
    grey = (127 + 100 * np.cos(phase)).astype(np.uint8)
    return np.repeat(grey[..., np.newaxis], 3, axis=2)


def test_the_histogram_holds_the_shares_of_the_colours():
    picture = np.zeros((10, 10, 3), dtype=np.uint8)
    picture[:3] = (255, 0, 0)  # 30 % red: hue 0; the others are black: saturation and value 0
    histogram = colour_histogram(picture).reshape(12, 3, 3)
    assert histogram[0, 2, 2] ** 2 == pytest.approx(0.3)
    assert histogram[0, 0, 0] ** 2 == pytest.approx(0.7)
    assert np.count_nonzero(histogram) == 2


def test_the_histogram_is_blind_to_places_and_the_moments_are_not(picture):
    pixels = picture(1)
    mirrored = np.ascontiguousarray(pixels[:, ::-1])
    np.testing.assert_array_equal(colour_histogram(mirrored), colour_histogram(pixels))
    moments = colour_moments(pixels).reshape(3, 3, 9)
    np.testing.assert_allclose(
        colour_moments(mirrored).reshape(3, 3, 9), moments[:, ::-1], rtol=1e-3, atol=1e-3
    )
    assert np.abs(moments - moments[:, ::-1]).max() > 1


def test_the_moments_are_mean_deviation_and_skewness_of_each_field(picture):
    pixels = picture(2)  # 48 × 72
    lab = cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB).astype(float)
    moments = colour_moments(pixels).reshape(3, 3, 3, 3)
    field = lab[16:32, 48:].reshape(-1, 3)
    mean, deviation, third = moments[1, 2]
    np.testing.assert_allclose(mean, field.mean(0), rtol=1e-4)
    np.testing.assert_allclose(deviation, field.std(0), rtol=1e-4)
    np.testing.assert_allclose(third, np.cbrt(skew(field)) * field.std(0), rtol=1e-2, atol=1e-2)


@pytest.mark.parametrize(("size", "wavelength"), [(0, 4), (1, 8), (2, 16)])
@pytest.mark.parametrize("step", range(6))
def test_waves_answer_most_at_the_filter_of_their_size_and_direction(size, wavelength, step):
    energy = texture(stripes(wavelength, 30 * step)).reshape(3, 6, 2)[..., 0]
    assert np.unravel_index(energy.argmax(), energy.shape) == (size, step)


def test_an_even_picture_has_no_texture():
    assert texture(np.full((50, 60, 3), 77, dtype=np.uint8)) == pytest.approx(np.log(1e-3), abs=0.1)


def test_texture_is_that_of_the_picture_whatever_the_size_of_the_file(picture):
    pixels = cv2.resize(picture(3), (192, 128), interpolation=cv2.INTER_CUBIC)
    double = cv2.resize(pixels, (384, 256), interpolation=cv2.INTER_LINEAR)
    other = cv2.resize(picture(4), (192, 128), interpolation=cv2.INTER_CUBIC)
    same, another = (
        np.abs(visual_features(it) - visual_features(pixels))[N_HISTOGRAM + N_MOMENTS :].mean()
        for it in (double, other)
    )
    assert same < another / 4


@pytest.mark.parametrize("shape", [(16, 16), (16, 320), (320, 16), (400, 30)])
def test_any_picture_that_can_be_searched_with_has_features(shape):
    noise = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    for pixels in (noise, np.zeros_like(noise), np.full_like(noise, 255)):
        features = visual_features(pixels)
        assert features.shape == (N_FEATURES,)
        assert features.dtype == np.float32
        assert np.isfinite(features).all()


def test_every_block_weighs_the_same_after_standardisation():
    features = np.random.default_rng(0).normal(5, 1, (40, N_FEATURES)).astype(np.float32)
    features[:, N_HISTOGRAM:] *= 100
    standard = Standardisation.of(features).apply(features)
    assert np.abs(standard.mean(axis=0)).max() < 1e-4
    blocks = np.split(standard, (N_HISTOGRAM, N_HISTOGRAM + N_MOMENTS), axis=1)
    for block in blocks:
        assert (block**2).sum(axis=1).mean() == pytest.approx(1, rel=1e-3)


def test_a_gallery_of_equal_pictures_can_be_standardised():
    features = np.ones((3, N_FEATURES), dtype=np.float32)
    standard = Standardisation.of(features)
    assert not standard.apply(features).any()
    assert np.isfinite(standard.apply(np.zeros(N_FEATURES, dtype=np.float32))).all()
