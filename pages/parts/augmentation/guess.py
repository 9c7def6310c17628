"""Which transformation the network notices most: a guess, and what was measured."""

import streamlit as st

from core.index.cosine import cosine
from core.index.families.hyperplanes import collision_probability
from core.language import tr, written
from core.model.augment import Pixels
from pages.parts.augmentation.transformations import TRANSFORMATIONS, Transformation
from pages.ui import resources
from pages.ui.pictures import image_file
from pages.ui.question import ask, reveal
from pages.ui.view import View


@st.fragment
def guess_the_furthest(pixels: Pixels, shown: View) -> None:
    """Ask which change the network notices most, and measure it once there is a guess.

    Args:
        pixels: (H, W, 3) RGB.
        shown: the view whose attention is used.
    """
    names = [transformation.name for transformation in TRANSFORMATIONS]
    with st.container(border=True):
        guessed = ask(
            tr(
                "Each of the five goes as far as training ever does. Which one turns the "
                "embedding of this picture furthest?"
            ),
            names,
            key="guess-change",
        )
        if guessed:
            turned = {
                transformation.name: _turned(transformation, pixels, shown)
                for transformation in TRANSFORMATIONS
            }
            order = sorted(turned, key=lambda name: -turned[name])
            reveal(
                guessed,
                right=order[0],
                because=tr(
                    "{angles}. At 90° the two embeddings would have nothing in common. Training is "
                    "to make these angles small.",
                    angles="; ".join(
                        f"{tr(name)} {written(turned[name], '.0f')}°" for name in order
                    ),
                ),
            )


def _turned(transformation: Transformation, pixels: Pixels, shown: View) -> float:
    """Measure how far a change at its training's end turns the embedding, in degrees."""
    changed = transformation.apply(pixels, *(slider.start for slider in transformation.sliders))
    before, after = (
        resources.embedded_query(image_file(it, "PNG"), shown.attention).embedding
        for it in (pixels, changed)
    )
    return 180 * (1 - collision_probability(cosine(before, after)))
