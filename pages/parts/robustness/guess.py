"""How many bits one change flips: a guess, and what was measured."""

import streamlit as st

from core.evaluation.robustness import Alteration
from core.language import tr
from core.lessons.shift import Shift
from core.wording import count
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
            st.image(
                image_file(about.pixels),
                width=72,
                alt=tr("Query: {title}", title=about.query.title),
            )
            st.markdown(
                tr(
                    "**Guess first.** You turn this picture by {degrees:.0f} degrees. How many "
                    "of the {total} bits of its hash code will flip?",
                    degrees=ASKED.rotate,
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
            st.metric(tr("Your guess"), count(round(guess), "bit"))
            st.metric(tr("Measured"), count(result.n_flipped, "bit"))
            st.metric(
                tr("Theory"),
                tr(
                    "{mean:.0f} ± {deviation:.0f} bits",
                    mean=result.expected_flips,
                    deviation=result.flips_deviation,
                ),
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
    off = round(abs(guess - result.n_flipped))
    verdict = tr("Off by {bits}", bits=count(off, "bit")) if off else tr("Spot on")
    return tr(
        "**{verdict}.** The turn of the picture by {turn:.0f}° turned its embedding by "
        "{degrees:.0f}°, and a random hyperplane passes between two such embeddings with "
        "probability θ/π = {flip_probability:.0%}. Now try the sliders.",
        verdict=verdict,
        turn=ASKED.rotate,
        degrees=result.degrees,
        flip_probability=result.flip_probability,
    )


def _guessed() -> None:
    put("guess", st.session_state["guess-bits"], None)
    put_alteration(ASKED)


def _forget_guess() -> None:
    put("guess", None, None)
    put_alteration(UNCHANGED)
