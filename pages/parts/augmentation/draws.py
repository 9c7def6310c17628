"""What training makes of the picture: all five transformations at once, at random."""

import numpy as np
import streamlit as st

from core.language import tr, written
from core.model import augment
from core.model.augment import Pixels, Strengths
from core.model.preprocess import PreprocessConfig, squash
from pages.ui import pictures, view
from pages.ui.code import show_code
from pages.ui.view import RANGES, View

N_DRAWS = 6
_INPUT_SIDE = PreprocessConfig().input_size


def show_draws(pixels: Pixels, shown: View) -> None:
    """Show what training would make of the picture, by the seed in the address.

    Args:
        pixels: (H, W, 3) RGB.
        shown: the view whose seed draws.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.header(tr("What the network sees in training"), anchor=False, width="stretch")
        st.button(tr("Draw again"), icon=":material/casino:", on_click=_draw_again)
    st.caption(
        tr(
            "All five at once, drawn by the code that the experiment's training runs, then "
            "squashed to {input_side} × {input_side} pixels. Below each: scale, turn, side kept, "
            "noise, and the contrast of red, green and blue. These have the seed {seed}; a link "
            "to this page keeps it.",
            input_side=_INPUT_SIDE,
            seed=shown.seed,
        )
    )
    with st.grid(min_column_width=140, gap="small", key="draws"):
        for number in range(N_DRAWS):
            rng = np.random.default_rng([shown.seed, number])
            strengths = augment.draw(rng)
            with st.container(key=f"draw-{number}", gap=None):
                drawn = squash(augment.apply(pixels, strengths, rng), _INPUT_SIDE)
                pictures.show_pixels(
                    drawn,
                    tr(
                        "Random augmentation {number} of {n_draws}",
                        number=number + 1,
                        n_draws=N_DRAWS,
                    ),
                )
                st.caption(describe_strengths(strengths))
    show_code(
        augment.draw,
        augment.apply,
        augment.scale,
        augment.rotate,
        augment.crop,
        augment.change_contrast,
        augment.add_noise,
    )


def describe_strengths(strengths: Strengths) -> str:
    """Say in two lines what was drawn."""
    colours = " ".join(written(factor, ".2f") for factor in strengths.contrasts)
    return (
        f"×{written(strengths.factor, '.2f')} · {strengths.degrees:.0f}° · "
        f"{written(strengths.kept, '.0%')} · "
        f"±{strengths.deviation:.0f}  \n:red[R] :green[G] :blue[B] ×{colours}"
    )


def _draw_again() -> None:
    """Take the next seed; after the last one the first."""
    view.change(seed=(view.here().seed + 1) % (RANGES["seed"][1] + 1))
