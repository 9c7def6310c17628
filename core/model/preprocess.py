"""From an RGB image to the network's input (section 3.1, equations 1-2).

The paper squashes every image to 192 × 192, removes the mean of each colour channel
(equation 1) and compresses the values to [0, 1] (equation 2). Pretrained weights expect
something else: fixed means and deviations, those of ImageNet. Both are here as settings.
"""

from dataclasses import asdict, dataclass
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from ..errors import SettingError
from ..language import tr

Normalisation = Literal["imagenet", "paper"]
NORMALISATIONS: tuple[Normalisation, ...] = get_args(Normalisation)

CELL = 32  # px of the input, a side, for one place of the feature map

IMAGENET_MEAN = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
IMAGENET_STD = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class PreprocessConfig:
    """How images become tensors; part of every checkpoint.

    Raises:
        SettingError: a side that is no multiple of 32 px, or an unknown normalisation.
    """

    input_size: int = 192  # px, both sides
    normalisation: Normalisation = "imagenet"

    def __post_init__(self) -> None:
        if self.input_size < 64 or self.input_size > 512 or self.input_size % CELL:
            raise SettingError(
                tr(
                    "The input size is {input_size}; ResNet50 needs a multiple of 32 from 64 "
                    "to 512, such as 192 or 224.",
                    input_size=self.input_size,
                )
            )
        if self.normalisation not in NORMALISATIONS:
            raise SettingError(
                tr(
                    "The normalisation is {normalisation!r}; choose one of {normalisations}.",
                    normalisation=self.normalisation,
                    normalisations=", ".join(NORMALISATIONS),
                )
            )

    def describe(self) -> dict[str, int | str]:
        """Return the settings as plain values for metadata."""
        return asdict(self)


def squash(pixels: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Resize (H, W, 3) to (size, size, 3), bilinear with antialiasing; the aspect is not kept."""
    image = Image.fromarray(pixels).resize((size, size), Image.Resampling.BILINEAR)
    return np.asarray(image)


def remove_mean(image: Tensor) -> Tensor:
    """Equation 1: subtract from each colour channel of (3, H, W) its mean over the image."""
    return image - image.mean(dim=(1, 2), keepdim=True)


def min_max(image: Tensor) -> Tensor:
    """Equation 2: compress (3, H, W) to [0, 1]; an image of one value becomes all 0."""
    low, high = image.min(), image.max()
    return (image - low) / (high - low).clamp_min(torch.finfo(image.dtype).tiny)


def normalise(image: Tensor, normalisation: Normalisation) -> Tensor:
    """Bring an image in [0, 1], (3, H, W), to the scale that the weights were trained with."""
    if normalisation == "paper":
        return min_max(remove_mean(image))
    return (image - IMAGENET_MEAN) / IMAGENET_STD


def to_tensor(pixels: NDArray[np.uint8]) -> Tensor:
    """(H, W, 3) bytes to (3, H, W) float32 in [0, 1]."""
    return torch.from_numpy(pixels.astype(np.float32)).permute(2, 0, 1) / 255


def preprocess(pixels: NDArray[np.uint8], config: PreprocessConfig) -> Tensor:
    """Turn an RGB image, (H, W, 3) bytes, into the network's input, (3, S, S) float32."""
    return normalise(to_tensor(squash(pixels, config.input_size)), config.normalisation)
