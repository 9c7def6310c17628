"""How many bits one change flips: a guess, and what was measured."""

import streamlit as st

from core.evaluation.robustness import Alteration
from core.language import tr
from core.lessons.shift import Shift
from pages.parts.robustness.query import UNCHANGED, RobustnessQuery
from pages.parts.robustness.sliders import put_alteration
from pages.ui.address import number, put
from pages.ui.pictures import image_file

ASKED = Alteration(rotate=30.0)  # what the visitor predicts


def guess_flipped_bits(about: RobustnessQuery) -> None:
    """Ask how many bits one change flips; after the guess, say what was measured."""
    total = about.n_bits
    guess = number("guess", (0, total))
    with st.container(border=True, key="prediction"):
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            st.image(image_file(about.pixels), width=72, alt=f"Query: {about.query.title}")
            st.markdown(
                tr(
                    "**Guess first.** You turn this picture by {rotate:.0f} degrees. How many "
                    "of the {total} bits of its hash code will flip?",
                    rotate=ASKED.rotate,
                    total=total,
                )
            )
        if guess is None:
            with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
                st.slider(
                    tr("Your guess, in bits"), 0, total, total // 4, key="guess-bits", width=420
                )
                st.button(
                    tr("Turn it and see"),
                    type="primary",
                    icon=":material/rotate_90_degrees_cw:",
                    on_click=_guessed,
                )
            st.caption(
                tr(
                    "A coin would flip half of them. A hash code that is worth its name flips "
                    "fewer for the same thing seen askew."
                )
            )
            return
        result = about.shift(ASKED)
        with st.grid(min_column_width=130, gap="small"):
            st.metric(tr("Your guess"), f"{guess:.0f} bits")
            st.metric(tr("Measured"), f"{result.n_flipped} bits")
            st.metric(
                tr("Theory"),
                f"{result.expected_flips:.0f} ± {result.flips_deviation:.0f} bits",
                help=tr(
                    "Mean and standard deviation over all draws of hyperplanes, from the angle "
                    "between the two embeddings alone."
                ),
            )
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(_judged(guess, result), width="stretch")
            st.button(tr("Guess again"), icon=":material/replay:", on_click=_forget_guess)


def _judged(guess: float, result: Shift) -> str:
    """Say how good a guess was, and why the answer is what it is."""
    off = abs(guess - result.n_flipped)
    verdict = (
        tr("Spot on")
        if off == 0
        else tr("Off by {off:.0f} bit{off_2}", off=off, off_2="" if off == 1 else "s")
    )
    return tr(
        "**{verdict}.** The turn of the picture by {rotate:.0f}° turned its embedding by "
        "{degrees:.0f}°, and a random hyperplane passes between two such embeddings with "
        "probability θ/π = {flip_probability:.0%}. Now try the sliders.",
        verdict=verdict,
        rotate=ASKED.rotate,
        degrees=result.degrees,
        flip_probability=result.flip_probability,
    )


def _guessed() -> None:
    put("guess", st.session_state["guess-bits"], None)
    put_alteration(ASKED)


def _forget_guess() -> None:
    put("guess", None, None)
    put_alteration(UNCHANGED)
