"""The five transformations of Figure 3, with a slider for each strength."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.language import later
from core.model import augment
from core.model.augment import Pixels
from pages.ui.address import NumberSlider


@dataclass(frozen=True, kw_only=True, slots=True)
class Transformation:
    """One transformation, as a page shows it."""

    name: str
    after: str  # what the changed picture is
    training: tuple[float, float]  # what training draws its strength from
    training_words: str  # with places for ``low`` and ``high``
    sliders: tuple[NumberSlider, ...]  # a bit wider than the training
    apply: Callable[..., Pixels]  # of the pixels and one strength per slider


def _noisy(pixels: Pixels, deviation: float) -> Pixels:
    """Add the same grain whichever slider was moved."""
    return augment.add_noise(pixels, deviation, np.random.default_rng(0))


def _contrast(name: str, label: str, start: float) -> NumberSlider:
    """The slider of one colour."""
    return NumberSlider(
        name=name,
        label=label,
        limits=(0.25, 2.0),
        start=start,
        step=0.05,
        format="×%.2f",
    )


# Each starts as far out as training goes: something can be seen at once.
TRANSFORMATIONS = (
    Transformation(
        name=later("Scaling"),
        after=later("After scaling"),
        training=augment.SCALES,
        training_words=later("×{low:.2f} to ×{high:.2f}"),
        sliders=(
            NumberSlider(
                name="scale",
                label=later("Factor"),
                limits=(0.5, 2.0),
                start=augment.SCALES[1],
                step=0.05,
                format="×%.2f",
            ),
        ),
        apply=augment.scale,
    ),
    Transformation(
        name=later("Rotation"),
        after=later("After rotation"),
        training=augment.DEGREES,
        training_words=later("{low:.0f}° to {high:.0f}°"),
        sliders=(
            NumberSlider(
                name="turn",
                label=later("Angle"),
                limits=(-45.0, 45.0),
                start=augment.DEGREES[1],
                step=1.0,
                format="%.0f°",
            ),
        ),
        apply=augment.rotate,
    ),
    Transformation(
        name=later("Cropping"),
        after=later("After cropping"),
        training=augment.KEPT,
        training_words=later("{low:.0%} to {high:.0%} of each side, anywhere in the picture"),
        sliders=(
            NumberSlider(
                name="crop",
                label=later("Share of each side that is kept"),
                limits=(0.4, 1.0),
                start=augment.KEPT[0],
                step=0.05,
                format="percent",
            ),
        ),
        apply=lambda pixels, side: augment.crop(pixels, side, 0.5, 0.5),
    ),
    Transformation(
        name=later("Noise"),
        after=later("After noise"),
        training=augment.NOISE,
        training_words=later("{low:.0f} to {high:.0f} grey levels of 255"),
        sliders=(
            NumberSlider(
                name="noise",
                label=later("Standard deviation"),
                limits=(0.0, 40.0),
                start=augment.NOISE[1],
                step=1.0,
                format="%.0f",
            ),
        ),
        apply=_noisy,
    ),
    Transformation(
        name=later("Colour contrast"),
        after=later("After colour contrast"),
        training=augment.CONTRASTS,
        training_words=later("×{low:.2f} to ×{high:.2f} for each colour on its own"),
        sliders=(
            _contrast("red", later("Red"), augment.CONTRASTS[1]),
            _contrast("green", later("Green"), 1.0),
            _contrast("blue", later("Blue"), augment.CONTRASTS[0]),
        ),
        apply=lambda pixels, *factors: augment.change_contrast(pixels, factors),
    ),
)
