"""New training images from old ones (section 3.1, Figure 3).

The paper names five transformations: random scaling, rotation, clipping, noise and colour
contrast. Each is a function of the image and a strength, so that it can be shown on its own;
``draw`` draws the strengths, ``apply`` applies all five, and ``augment`` does both.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]  # (H, W, 3) RGB

SCALES = (0.8, 1.25)
DEGREES = (-15.0, 15.0)
KEPT = (0.75, 1.0)  # of each side
NOISE = (0.0, 12.0)  # grey levels
CONTRASTS = (0.75, 1.25)


@dataclass(frozen=True, slots=True)
class Strengths:
    """How strongly each of the five is applied to one image."""

    factor: float  # of scale
    degrees: float  # of rotate
    kept: float  # of crop, with the window's place
    x: float
    y: float
    contrasts: tuple[float, float, float]  # of change_contrast: red, green, blue
    deviation: float  # of add_noise, in grey levels


def scale(pixels: Pixels, factor: float) -> Pixels:
    """Enlarge (factor > 1) or shrink the picture about its centre; the frame stays."""
    return _affine(pixels, factor=factor, degrees=0.0)


def rotate(pixels: Pixels, degrees: float) -> Pixels:
    """Turn the picture about its centre, counter-clockwise; the frame stays."""
    return _affine(pixels, factor=1.0, degrees=degrees)


def crop(pixels: Pixels, kept: float, x: float, y: float) -> Pixels:
    """Cut out a window.

    Args:
        pixels: (H, W, 3).
        kept: side of the window over side of the image, in (0, 1].
        x: place of the window, from 0 (left) to 1 (right).
        y: the same, from 0 (top) to 1 (bottom).
    """
    height, width = pixels.shape[:2]
    h, w = max(1, round(kept * height)), max(1, round(kept * width))
    top, left = round(y * (height - h)), round(x * (width - w))
    return pixels[top : top + h, left : left + w]


def add_noise(pixels: Pixels, deviation: float, rng: np.random.Generator) -> Pixels:
    """Add Gaussian noise with this standard deviation, in grey levels of 0 to 255."""
    return _to_bytes(pixels + deviation * rng.standard_normal(pixels.shape, dtype=np.float32))


def change_contrast(pixels: Pixels, factors: tuple[float, float, float]) -> Pixels:
    """Stretch (factor > 1) or flatten each colour channel about its mean."""
    mean = pixels.mean(axis=(0, 1))  # (3,)
    return _to_bytes(mean + (pixels - mean) * np.asarray(factors))


def draw(rng: np.random.Generator) -> Strengths:
    """Draw random strengths, each from its training range."""
    factor, degrees, kept = (rng.uniform(*limits) for limits in (SCALES, DEGREES, KEPT))
    x, y = rng.random(), rng.random()
    red, green, blue = rng.uniform(*CONTRASTS, size=3).tolist()
    return Strengths(factor, degrees, kept, x, y, (red, green, blue), rng.uniform(*NOISE))


def apply(pixels: Pixels, strengths: Strengths, rng: np.random.Generator) -> Pixels:
    """Apply all five transformations; ``rng`` draws the noise."""
    pixels = scale(pixels, strengths.factor)
    pixels = rotate(pixels, strengths.degrees)
    pixels = crop(pixels, strengths.kept, strengths.x, strengths.y)
    pixels = change_contrast(pixels, strengths.contrasts)
    return add_noise(pixels, strengths.deviation, rng)


def augment(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Apply all five transformations with random strengths."""
    return apply(pixels, draw(rng), rng)


def _affine(pixels: Pixels, *, factor: float, degrees: float) -> Pixels:
    """Scale and turn about the centre; what comes into the frame mirrors what lies inside it."""
    height, width = pixels.shape[:2]
    padded = np.pad(pixels, ((height // 2,) * 2, (width // 2,) * 2, (0, 0)), mode="symmetric")
    centre = np.array([padded.shape[1] / 2, padded.shape[0] / 2])
    angle = np.deg2rad(degrees)
    # From a place in the new picture to the place in the old one that it shows.
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / factor
    shift = centre - turn @ np.array([width / 2, height / 2])
    coefficients = (*turn[0], shift[0], *turn[1], shift[1])
    picture = Image.fromarray(padded).transform(
        (width, height), Image.Transform.AFFINE, coefficients, Image.Resampling.BILINEAR
    )
    return np.array(picture)


def _to_bytes(values: NDArray[np.floating]) -> Pixels:
    rounded: Pixels = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return rounded
