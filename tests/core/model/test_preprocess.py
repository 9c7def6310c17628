import numpy as np
import pytest
import torch
from torchvision.transforms.v2 import functional

from core.errors import SettingError
from core.model.preprocess import (
    PreprocessConfig,
    min_max,
    normalise,
    preprocess,
    remove_mean,
    squash,
    to_tensor,
)

# Red 0, 0.2, 0.4, 0.6; green 0.5 everywhere; blue 1, 0, 0, 0.
TWO_BY_TWO = torch.tensor([[[0.0, 0.2], [0.4, 0.6]], [[0.5] * 2] * 2, [[1.0, 0.0], [0.0, 0.0]]])


def test_equation_1_removes_the_mean_of_each_channel():
    red, green, blue = remove_mean(TWO_BY_TWO)  # means 0.3, 0.5, 0.25
    torch.testing.assert_close(red, torch.tensor([[-0.3, -0.1], [0.1, 0.3]]))
    torch.testing.assert_close(green, torch.zeros(2, 2))
    torch.testing.assert_close(blue, torch.tensor([[0.75, -0.25], [-0.25, -0.25]]))


def test_equation_2_compresses_to_0_and_1():
    # After equation 1 the least value is -0.3 and the greatest 0.75: a range of 1.05.
    red, green, blue = normalise(TWO_BY_TWO, "paper")
    torch.testing.assert_close(red, torch.tensor([[0.0, 0.2], [0.4, 0.6]]) / 1.05)
    torch.testing.assert_close(green, torch.full((2, 2), 0.3 / 1.05))
    torch.testing.assert_close(blue, torch.tensor([[1.0, 0.05 / 1.05], [0.05 / 1.05] * 2]))


@pytest.mark.parametrize("value", [0.0, 0.3, 1.0])
def test_an_image_of_one_colour_divides_by_no_zero(value):
    image = torch.full((3, 4, 4), value)
    assert torch.equal(min_max(image), torch.zeros(3, 4, 4))
    assert normalise(image, "paper").isfinite().all()


def test_imagenet_normalisation_is_torchvisions():
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    image = functional.to_dtype(functional.to_image(pixels), torch.float32, scale=True)
    expected = functional.normalize(image, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    config = PreprocessConfig(input_size=64)
    torch.testing.assert_close(preprocess(pixels, config), torch.Tensor(expected))


def test_channels_come_first_and_bytes_become_0_to_1():
    pixels = np.zeros((2, 3, 3), np.uint8)
    pixels[1, 2] = (255, 51, 0)
    image = to_tensor(pixels)
    assert image.shape == (3, 2, 3)
    torch.testing.assert_close(image[:, 1, 2], torch.tensor([1.0, 0.2, 0.0]))


def test_the_tensor_is_no_window_on_the_pixels():
    pixels = np.zeros((2, 2, 3), np.uint8)
    image = to_tensor(pixels)
    pixels[:] = 255
    assert not image.any()


def test_squashing_keeps_the_whole_picture_and_not_its_aspect():
    pixels = np.zeros((64, 128, 3), np.uint8)
    pixels[:, 64:] = 200  # the right half
    squashed = squash(pixels, 64)
    assert squashed.shape == (64, 64, 3)
    assert not squashed[:, :31].any()
    assert (squashed[:, 33:] == 200).all()


def test_squashing_averages_what_it_makes_smaller():
    chessboard = (np.indices((256, 256)).sum(axis=0) % 2 * 255).astype(np.uint8)
    squashed = squash(np.stack([chessboard] * 3, axis=-1), 64)
    assert np.abs(squashed[2:-2, 2:-2].astype(int) - 127).max() <= 2


@pytest.mark.parametrize("size", [64, 192, 224, 512])
def test_the_input_has_the_size_of_the_setting(size):
    image = preprocess(np.zeros((30, 50, 3), np.uint8), PreprocessConfig(input_size=size))
    assert image.shape == (3, size, size)
    assert image.dtype == torch.float32


def test_the_paper_feeds_192_pixels():
    assert PreprocessConfig().describe() == {"input_size": 192, "normalisation": "imagenet"}


@pytest.mark.parametrize("size", [0, -192, 32, 100, 193, 544])
def test_a_size_that_does_not_fit_is_one_sentence(size):
    with pytest.raises(SettingError, match=rf"^The input size is {size}; .* such as 192 or 224\.$"):
        PreprocessConfig(input_size=size)


def test_an_unknown_normalisation_is_one_sentence():
    with pytest.raises(SettingError, match=r"^The normalisation is 'z'; .* imagenet, paper\.$"):
        PreprocessConfig(normalisation="z")
