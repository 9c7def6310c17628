"""Colour and texture of a whole picture in 225 numbers, as they were made before networks.

| block | numbers | what |
|---|---|---|
| colour histogram | 108 | share of 12 hues × 3 saturations × 3 values (HSV), square roots |
| colour moments | 81 | mean, deviation, skewness of Lab in 3 × 3 fields (Stricker & Orengo, 1995) |
| texture | 36 | Gabor energy in 3 sizes × 6 directions (Manjunath & Ma, 1996), logarithms |
"""

from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from .base import Pixels

SIDE = 192  # px of the longer side, so that a texture has one size whatever the file's
BINS = (12, 3, 3)  # hue, saturation, value
FIELDS = 3  # by 3
WAVELENGTHS = (4.0, 8.0, 16.0)  # px
DIRECTIONS = 6
FLOOR = 1e-3  # of a Gabor energy (grey is 0 … 1): the logarithm of a flat picture's

N_HISTOGRAM = 108
N_MOMENTS = 81
N_TEXTURE = 36
N_FEATURES = N_HISTOGRAM + N_MOMENTS + N_TEXTURE

Vector = NDArray[np.float32]


def visual_features(pixels: Pixels) -> Vector:
    """Describe one picture (H, W, 3): the three blocks in their order, (225,)."""
    picture = _to_common_size(pixels)
    blocks = (colour_histogram(picture), colour_moments(picture), texture(picture))
    return np.concatenate(blocks).astype(np.float32)


def colour_histogram(picture: Pixels) -> Vector:
    """Square roots of the shares of 108 colours: (108,) of unit length."""
    hsv = cv2.cvtColor(picture, cv2.COLOR_RGB2HSV)  # hue is 0 … 179
    counts = cv2.calcHist([hsv], [0, 1, 2], None, list(BINS), [0, 180, 0, 256, 0, 256])
    roots: Vector = np.sqrt(counts.ravel() / counts.sum())
    return roots


def colour_moments(picture: Pixels) -> Vector:
    """Mean, standard deviation and cube root of the third moment of L, a, b by field: (81,)."""
    lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    moments = []
    for band in np.array_split(lab, FIELDS, axis=0):
        for field in np.array_split(band, FIELDS, axis=1):
            colours = field.reshape(-1, 3)
            mean = colours.mean(axis=0)  # (3,)
            centred = colours - mean
            squares = centred * centred
            third = np.cbrt((squares * centred).mean(axis=0))
            moments += [mean, np.sqrt(squares.mean(axis=0)), third]
    return np.concatenate(moments)


def texture(picture: Pixels) -> Vector:
    """Logarithms of mean and deviation of the energy at each Gabor filter: (36,)."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    grey -= grey.mean()  # the even filters let a little of the brightness through
    numbers = []
    for even, odd in _FILTERS:
        energy = cv2.magnitude(cv2.filter2D(grey, -1, even), cv2.filter2D(grey, -1, odd))
        numbers += [energy.mean(), energy.std()]
    logarithms: Vector = np.log(np.array(numbers, dtype=np.float32) + np.float32(FLOOR))
    return logarithms


@dataclass(frozen=True, slots=True, eq=False)
class Standardisation:
    """Moves a gallery's mean to 0 and gives each block the same weight in a distance.

    A block is divided as a whole, by the square root of its total variance, so that a colour
    that hardly ever occurs doesn't count as much as one that tells pictures apart.
    """

    mean: Vector  # (225,)
    scale: Vector  # (225,) one value within a block

    @classmethod
    def of(cls, features: Vector) -> Self:
        """Learn from the features of a gallery, (N, 225)."""
        variance = features.var(axis=0, dtype=np.float64)  # (225,)
        blocks = np.split(variance, (N_HISTOGRAM, N_HISTOGRAM + N_MOMENTS))
        scale = np.concatenate([np.full(len(it), np.sqrt(it.sum()) or 1.0) for it in blocks])
        mean = features.mean(axis=0, dtype=np.float64)
        return cls(mean.astype(np.float32), scale.astype(np.float32))

    def apply(self, features: Vector) -> Vector:
        """Standardise the features of any pictures, (..., 225)."""
        return (features - self.mean) / self.scale


def _to_common_size(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    factor = SIDE / max(height, width)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _gabor_pair(wavelength: float, direction: float) -> tuple[Vector, Vector]:
    """Return an even and an odd filter of one size and direction (radians)."""
    sigma = wavelength / 2
    side = 2 * int(3 * sigma) + 1
    total = 2 * np.pi * sigma**2  # of the Gaussian: a filter's answer doesn't grow with its size
    even, odd = (
        cv2.getGaborKernel((side, side), sigma, direction, wavelength, gamma=1, psi=phase)
        for phase in (0, np.pi / 2)
    )
    return (even / total).astype(np.float32), (odd / total).astype(np.float32)


_FILTERS = tuple(
    _gabor_pair(wavelength, np.pi * step / DIRECTIONS)
    for wavelength in WAVELENGTHS
    for step in range(DIRECTIONS)
)
