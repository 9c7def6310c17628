"""The five transformations of Figure 3, one by one under a slider each, and all at once."""

import io
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st
from PIL import Image

from core.index.families.hyperplanes import collision_probability, cosine
from core.model import augment
from core.model.augment import Pixels, Strengths
from core.model.preprocess import PreprocessConfig, squash
from pages.ui import resources, view
from pages.ui.code import show_code
from pages.ui.errors import plain
from pages.ui.question import ask, reveal
from pages.ui.view import RANGES, View

SIDE = 384  # pixels: Corel's longer side; the same noise is finer grain in a larger picture
SAMPLE = "china"
N_DRAWS = 6
_SEES = PreprocessConfig().input_size


@dataclass(frozen=True, kw_only=True, slots=True)
class Knob:
    """One strength that a visitor sets."""

    name: str  # in the address
    label: str
    limits: tuple[float, float]  # of the slider: a bit wider than the training's
    start: float
    step: float
    format: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One transformation, as a page shows it."""

    name: str
    training: tuple[float, float]  # what training draws its strength from
    told: str  # with places for both ends of that
    knobs: tuple[Knob, ...]
    apply: Callable[..., Pixels]  # of the pixels and one strength per knob


def _noisy(pixels: Pixels, deviation: float) -> Pixels:
    """Add the same grain whichever slider was moved."""
    return augment.add_noise(pixels, deviation, np.random.default_rng(0))


_CONTRAST = {"limits": (0.25, 2.0), "step": 0.05, "format": "×%.2f"}
_LOW, _HIGH = augment.CONTRASTS

# Each starts as far out as training goes: something can be seen at once.
CHANGES = (
    Change(
        name="Scaling",
        training=augment.SCALES,
        told="×{:.2f} to ×{:.2f}",
        knobs=(
            Knob(
                name="scale",
                label="Factor",
                limits=(0.5, 2.0),
                start=augment.SCALES[1],
                step=0.05,
                format="×%.2f",
            ),
        ),
        apply=augment.scale,
    ),
    Change(
        name="Rotation",
        training=augment.DEGREES,
        told="{:.0f}° to {:.0f}°",
        knobs=(
            Knob(
                name="turn",
                label="Angle",
                limits=(-45.0, 45.0),
                start=augment.DEGREES[1],
                step=1.0,
                format="%.0f°",
            ),
        ),
        apply=augment.rotate,
    ),
    Change(
        name="Cropping",
        training=augment.KEPT,
        told="{:.0%} to {:.0%} of each side, anywhere in the picture",
        knobs=(
            Knob(
                name="crop",
                label="Share of each side that is kept",
                limits=(0.4, 1.0),
                start=augment.KEPT[0],
                step=0.05,
                format="percent",
            ),
        ),
        apply=lambda pixels, kept: augment.crop(pixels, kept, 0.5, 0.5),
    ),
    Change(
        name="Noise",
        training=augment.NOISE,
        told="{:.0f} to {:.0f} grey levels of 255",
        knobs=(
            Knob(
                name="noise",
                label="Standard deviation",
                limits=(0.0, 40.0),
                start=augment.NOISE[1],
                step=1.0,
                format="%.0f",
            ),
        ),
        apply=_noisy,
    ),
    Change(
        name="Colour contrast",
        training=augment.CONTRASTS,
        told="×{:.2f} to ×{:.2f} for each colour on its own",
        knobs=(
            Knob(name="red", label="Red", start=_HIGH, **_CONTRAST),
            Knob(name="green", label="Green", start=1.0, **_CONTRAST),
            Knob(name="blue", label="Blue", start=_LOW, **_CONTRAST),
        ),
        apply=lambda pixels, *factors: augment.change_contrast(pixels, factors),
    ),
)


def or_sample(shown: View) -> View:
    """Return the view with a sample as its query where nobody has chosen one yet."""
    return shown if shown.source else shown.with_query("sample", SAMPLE)


@st.fragment
def guess(pixels: Pixels, shown: View) -> None:
    """Ask which change the network notices most, and measure it once there is a guess.

    Args:
        pixels: (H, W, 3) RGB.
        shown: the view whose attention is used.
    """
    names = [change.name for change in CHANGES]
    with st.container(border=True):
        guessed = ask(
            "Each of the five goes as far as training ever does. Which one turns the embedding of "
            "this picture furthest?",
            names,
            key="guess-change",
        )
        if guessed:
            turned = {change.name: _turned(change, pixels, shown) for change in CHANGES}
            order = sorted(turned, key=lambda name: -turned[name])
            reveal(
                guessed,
                right=order[0],
                because="; ".join(f"{name} {turned[name]:.0f}°" for name in order)
                + ". At 90° the two embeddings would have nothing in common. Training is to make "
                "these angles small.",
            )


def _turned(change: Change, pixels: Pixels, shown: View) -> float:
    """Measure how far a change at its training's end turns the embedding, in degrees."""
    changed = change.apply(pixels, *(knob.start for knob in change.knobs))
    before, after = (
        resources.embedded_query(_file(it, "PNG"), shown.attention).embedding
        for it in (pixels, changed)
    )
    return 180 * (1 - collision_probability(cosine(before, after)))


def one_by_one(pixels: Pixels, title: str) -> None:
    """Show the picture, and each change of it on its own.

    Args:
        pixels: (H, W, 3) RGB.
        title: of the picture.
    """
    st.header("One change at a time", anchor=False)
    with st.grid(min_column_width=260, gap="medium", key="changes"):
        with st.container(key="change-before"):
            st.markdown("**Before**")
            with st.container(key="query-picture"):
                _picture(pixels, f"Before: {title}")
            st.caption(f"{plain(title)}. What comes into the frame mirrors what lies inside it.")
        for change in CHANGES:
            with st.container(key=f"change-{change.name}"):
                _one(change, pixels)


def all_at_once(pixels: Pixels, shown: View) -> None:
    """Show what training would make of the picture, by the seed in the address.

    Args:
        pixels: (H, W, 3) RGB.
        shown: the view whose seed draws.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.header("What the network sees in training", anchor=False, width="stretch")
        st.button(
            "Draw again", icon=":material/casino:", on_click=view.show, args=(_next_seed(shown),)
        )
    st.caption(
        "All five at once, drawn by the code that training runs, then squashed to "
        f"{_SEES} × {_SEES} pixels. Below each: scale, turn, side kept, noise, and the contrast "
        f"of red, green and blue. These have the seed {shown.seed}; a link to this page keeps it."
    )
    with st.grid(min_column_width=140, gap="small", key="draws"):
        for number in range(N_DRAWS):
            rng = np.random.default_rng([shown.seed, number])
            strengths = augment.draw(rng)
            with st.container(key=f"draw-{number}", gap=None):
                drawn = squash(augment.apply(pixels, strengths, rng), _SEES)
                _picture(drawn, f"Random augmentation {number + 1} of {N_DRAWS}")
                st.caption(told(strengths))
    show_code(
        augment.draw,
        augment.apply,
        augment.scale,
        augment.rotate,
        augment.crop,
        augment.change_contrast,
        augment.add_noise,
    )


def told(strengths: Strengths) -> str:
    """Say in two lines what was drawn."""
    colours = " ".join(f"{factor:.2f}" for factor in strengths.contrasts)
    return (
        f"×{strengths.factor:.2f} · {strengths.degrees:.0f}° · {strengths.kept:.0%} · "
        f"±{strengths.deviation:.0f}  \n:red[R] :green[G] :blue[B] ×{colours}"
    )


@st.fragment
def _one(change: Change, pixels: Pixels) -> None:
    """Show the picture after one change above the sliders that set it."""
    st.markdown(f"**{change.name}**")
    with st.container(key=f"query-picture-{change.name}"):  # so that a portrait is no taller
        place = st.empty()
    with st.grid(min_column_width=240 // len(change.knobs), gap="small"):
        values = [_slider(change, knob) for knob in change.knobs]
    with place:
        _picture(change.apply(pixels, *values), f"After {change.name.lower()}")
    low, high = change.training
    beyond = any(not low <= value <= high for value in values)
    st.caption(
        f"Training draws {change.told.format(low, high)}."
        + (" :orange[This is further than it goes.]" if beyond else "")
    )


def _slider(change: Change, knob: Knob) -> float:
    low, high = knob.limits
    key = f"strength-{change.name}-{knob.label}"
    st.session_state[key] = _from_address(knob)
    value: float = st.slider(
        knob.label,
        low,
        high,
        step=knob.step,
        format=knob.format,
        key=key,
        on_change=_to_address,
        args=(knob, key),
    )
    return value


def _from_address(knob: Knob) -> float:
    """Return the strength that the address has; what the slider doesn't offer is ignored."""
    try:
        value = float(st.query_params.get(knob.name, ""))
    except ValueError:
        return knob.start
    low, high = knob.limits
    return value if low <= value <= high else knob.start


def _to_address(knob: Knob, key: str) -> None:
    if (value := st.session_state[key]) == knob.start:
        st.query_params.pop(knob.name, None)
    else:
        st.query_params[knob.name] = f"{value:g}"


def _next_seed(shown: View) -> View:
    """The same view with the next seed; after the last one the first."""
    return replace(shown, seed=(shown.seed + 1) % (RANGES["seed"][1] + 1))


def _picture(pixels: Pixels, alt: str) -> None:
    st.image(_file(pixels, "JPEG", quality=92), width="stretch", alt=alt)


def _file(pixels: Pixels, kind: str, **options: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return file.getvalue()
