"""The picture, and each transformation of it on its own."""

import streamlit as st

from core.language import tr
from core.model.augment import Pixels
from pages.parts.augmentation.transformations import TRANSFORMATIONS, Transformation
from pages.ui import pictures
from pages.ui.errors import plain


def show_one_by_one(pixels: Pixels, title: str) -> None:
    """Show the picture, and each transformation of it on its own.

    Args:
        pixels: (H, W, 3) RGB.
        title: of the picture.
    """
    st.header(tr("One change at a time"), anchor=False)
    with st.grid(min_column_width=260, gap="medium", key="changes"):
        with st.container(key="change-before"):
            st.markdown(tr("**Before**"))
            with st.container(key="query-picture"):
                pictures.show_pixels(pixels, tr("Before: {title}", title=title))
            st.caption(
                tr(
                    "{title}. What comes into the frame mirrors what lies inside it.",
                    title=plain(title),
                )
            )
        for transformation in TRANSFORMATIONS:
            with st.container(key=f"change-{transformation.name}"):
                _one(transformation, pixels)


@st.fragment
def _one(transformation: Transformation, pixels: Pixels) -> None:
    """Show the picture after one transformation above the sliders that set it."""
    st.markdown(f"**{tr(transformation.name)}**")
    # The name of its container keeps a portrait from being taller than the others.
    with st.container(key=f"query-picture-{transformation.name}"):
        place = st.empty()
    with st.grid(min_column_width=240 // len(transformation.sliders), gap="small"):
        values = [
            slider.draw(f"strength-{transformation.name}-{slider.label}")
            for slider in transformation.sliders
        ]
    with place:
        pictures.show_pixels(transformation.apply(pixels, *values), tr(transformation.after))
    low, high = transformation.training
    beyond = any(not low <= value <= high for value in values)
    st.caption(
        tr(
            "Training draws {strengths}.",
            strengths=tr(transformation.training_words, low=low, high=high),
        )
        + (" " + tr(":orange[This is further than it goes.]") if beyond else "")
    )
