"""Smooth random fields: the irregularity of paint, clouds, hills and hands."""

from collections.abc import Callable

import numpy as np
from PIL import Image

Profile = Callable[[np.ndarray], np.ndarray]
"""A height in about [-1, 1] for every position, such as the line of a range of hills."""


def field(
    rng: np.random.Generator,
    height: int,
    width: int,
    *,
    cell: tuple[float, float],
    octaves: int = 4,
) -> np.ndarray:
    """Paint a random field of soft patches, (height, width), mean 0 and deviation about 0.5.

    Args:
        rng: source of the randomness.
        height: rows.
        width: columns.
        cell: width and height of the largest patches, in pixels.
        octaves: how many times patches of half the size and strength are added.
    """
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        columns = int(width / cell[0] * 2**octave) + 3
        rows = int(height / cell[1] * 2**octave) + 3
        grid = Image.fromarray(rng.random((rows, columns), dtype=np.float32))
        total += np.asarray(grid.resize((width, height), Image.Resampling.BICUBIC)) / 2**octave
    return np.asarray((total - total.mean()) / (2 * total.std() + 1e-6), np.float32)


def profile(
    rng: np.random.Generator, length: float, *, waves: float = 2.0, roughness: float = 0.5
) -> Profile:
    """Return a random line of hills along ``length`` pixels.

    Args:
        rng: source of the randomness.
        length: distance over which the line is meant to be seen.
        waves: how many hills of the largest kind fit into it.
        roughness: strength of each next octave; 0.3 is rolling, 0.65 is rocky.
    """
    octaves = np.arange(5)
    frequency = 2 * np.pi * waves * 2.03**octaves / length * rng.uniform(0.8, 1.2, 5)
    phase = rng.uniform(0, 2 * np.pi, 5)
    weight = roughness**octaves
    weight /= weight.sum()

    def line(x: np.ndarray) -> np.ndarray:
        waves_at_x = np.sin(np.multiply.outer(x, frequency) + phase)
        return np.asarray(waves_at_x @ weight)

    return line
