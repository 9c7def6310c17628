"""The robustness playground: sliders that change the query, and what each change does.

What is set here stands in the address beside what ``view`` keeps there: one name per slider,
``drawn``, ``ranks``, ``curve`` and ``guess``. It is read from there on every run, so reload,
*back* and a link need no code of their own.
"""

import base64
import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Literal

import streamlit as st
from PIL import Image

from core.errors import HashlightError
from core.evaluation.robustness import Alteration, alter
from core.figures.shift import (
    Slope,
    Step,
    bits_by_strength,
    flipped_bits,
    kept_by_strength,
    margins_before_and_after,
    slope_chart,
)
from core.files import file_digest
from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.index.families.hyperplanes import collision_probability
from core.index.lsh import LSHIndex
from core.lessons.shift import Ranks, Shift, shift
from core.model.augment import Pixels
from core.search import find_by_digest
from pages.ui import charts, navigation, resources
from pages.ui.address import tied
from pages.ui.code import show_code
from pages.ui.errors import plain
from pages.ui.inputs import Query
from pages.ui.view import View

SIDE = 384  # pixels: Corel's longer side; a blur of 2 pixels is more in a smaller picture
ASKED = Alteration(rotate=30.0)  # what the visitor predicts
PICTURED = 12  # hits: the pictures of a longer list would be too small in the slope chart
RANKINGS = {"lsh": "LSH", "exact": "Exact scan"}
DRAWINGS = {"cells": "Cells", "dots": "Dots"}
_NOTHING = Alteration()


@dataclass(frozen=True, kw_only=True, slots=True)
class Knob:
    """One strength that a visitor sets; its name in the address is ``Alteration``'s."""

    name: str
    label: str
    unit: str  # in the title of an axis
    limits: tuple[float, float]
    step: float
    format: str
    strengths: tuple[float, ...]  # of the curve, beside the one that changes nothing

    @property
    def start(self) -> float:
        """The strength that changes nothing."""
        start: float = getattr(_NOTHING, self.name)
        return start


KNOBS = (
    Knob(
        name="rotate",
        label="Rotate",
        unit="degrees",
        limits=(-180.0, 180.0),
        step=5.0,
        format="%.0f°",
        strengths=(5, 15, 30, 60, 90, 135, 180),
    ),
    Knob(
        name="crop",
        label="Crop, side kept",
        unit="share of each side kept",
        limits=(0.3, 1.0),
        step=0.05,
        format="percent",
        strengths=(0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3),
    ),
    Knob(
        name="scale",
        label="Scale",
        unit="factor",
        limits=(0.5, 2.0),
        step=0.05,
        format="×%.2f",
        strengths=(0.5, 0.65, 0.8, 1.25, 1.5, 2.0),
    ),
    Knob(
        name="brightness",
        label="Brightness",
        unit="factor",
        limits=(0.1, 2.0),
        step=0.1,
        format="×%.1f",
        strengths=(0.1, 0.3, 0.6, 1.3, 1.6, 2.0),
    ),
    Knob(
        name="contrast",
        label="Contrast",
        unit="factor",
        limits=(0.1, 2.0),
        step=0.1,
        format="×%.1f",
        strengths=(0.1, 0.3, 0.6, 1.3, 1.6, 2.0),
    ),
    Knob(
        name="blur",
        label="Blur",
        unit="pixels",
        limits=(0.0, 10.0),
        step=0.5,
        format="%.1f px",
        strengths=(0.5, 1, 2, 3, 5, 7, 10),
    ),
    Knob(
        name="noise",
        label="Noise",
        unit="grey levels",
        limits=(0.0, 80.0),
        step=4.0,
        format="%.0f levels",
        strengths=(4, 8, 16, 24, 32, 48, 80),
    ),
)
_KNOB = {knob.name: knob for knob in KNOBS}


@dataclass(frozen=True, slots=True, eq=False)
class Lab:
    """A query, and what it is asked of."""

    query: Query
    query_id: int | None  # where it is in the gallery: it is no hit
    pixels: Pixels  # of the query, its longer side at most SIDE
    gallery: Gallery
    index: LSHIndex
    shown: View

    @property
    def n_bits(self) -> int:
        """K·L: all bits of the code."""
        return self.shown.K * self.shown.L

    def shift(self, by: Alteration) -> Shift:
        """Change the query and search again: one pass of the network where that is new.

        Raises:
            ImageError: the query is no image.
        """
        before, after = (
            resources.altered_embedding(self.query.data, it, self.shown.attention, max_side=SIDE)
            for it in (_NOTHING, by)
        )
        return shift(
            before,
            after,
            self.index,
            k=self.shown.k,
            n_probes=self.shown.probes,
            exclude=self.query_id,
        )


def begin(query: Query, gallery: Gallery, stored: StoredGallery, shown: View) -> Lab:
    """Set up what the parts of the page share.

    Raises:
        ImageError: the query is no image.
    """
    digest = file_digest(query.data)
    return Lab(
        query=query,
        query_id=find_by_digest(gallery, digest) if query.id is None else query.id,
        pixels=resources.small_picture(query.data, max_side=SIDE),
        gallery=gallery,
        index=resources.index(stored, shown.attention, shown.lsh),
        shown=shown,
    )


# The address --------------------------------------------------------------------------------


def number(name: str, limits: tuple[float, float]) -> float | None:
    """Read a number within limits from the address; None where there is none."""
    try:
        value = float(st.query_params.get(name, ""))
    except ValueError:
        return None
    low, high = limits
    return round(value, 2) if low <= value <= high else None  # NaN lies nowhere


def alteration() -> Alteration:
    """Read the strengths of all sliders from the address."""
    found = {knob.name: number(knob.name, knob.limits) for knob in KNOBS}
    return replace(_NOTHING, **{name: it for name, it in found.items() if it is not None})


def write(name: str, value: str | float | None, default: str | float | None) -> None:
    """Say a value in the address; the default goes without saying."""
    if value is None or value == default:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = f"{value:g}" if isinstance(value, float | int) else value


def _write_all(by: Alteration) -> None:
    for name, value in asdict(by).items():
        write(name, value, _KNOB[name].start)


def _follow(key: str, value: object) -> None:
    """Set a widget to what the address says, *back* included."""
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def _moved(name: str, key: str, default: str | float | None) -> None:
    write(name, st.session_state[key], default)


# Predict ------------------------------------------------------------------------------------


def prediction(lab: Lab) -> None:
    """Ask how many bits one change flips; after the guess, say what was measured."""
    total = lab.n_bits
    guess = number("guess", (0, total))
    with st.container(border=True, key="prediction"):
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            _picture(lab.pixels, f"Query: {lab.query.title}", width=72)
            st.markdown(
                f"**Guess first.** You turn this picture by {ASKED.rotate:.0f} degrees. How many "
                f"of the {total} bits of its hash code will flip?"
            )
        if guess is None:
            with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
                st.slider("Your guess, in bits", 0, total, total // 4, key="guess-bits", width=420)
                st.button(
                    "Turn it and see",
                    type="primary",
                    icon=":material/rotate_90_degrees_cw:",
                    on_click=_guessed,
                )
            st.caption(
                "A coin would flip half of them. A hash code that is worth its name flips fewer "
                "for the same thing seen askew."
            )
            return
        result = lab.shift(ASKED)
        with st.grid(min_column_width=130, gap="small"):
            st.metric("Your guess", f"{guess:.0f} bits")
            st.metric("Measured", f"{result.n_flipped} bits")
            st.metric(
                "Theory",
                f"{result.expected_flips:.0f} ± {result.flips_deviation:.0f} bits",
                help="Mean and standard deviation over all draws of hyperplanes, from the angle "
                "between the two embeddings alone.",
            )
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(_judged(guess, result), width="stretch")
            st.button("Guess again", icon=":material/replay:", on_click=_forget_guess)


def _judged(guess: float, result: Shift) -> str:
    """Say how good a guess was, and why the answer is what it is."""
    off = abs(guess - result.n_flipped)
    verdict = "Spot on" if off == 0 else f"Off by {off:.0f} bit{'' if off == 1 else 's'}"
    return (
        f"**{verdict}.** The turn of the picture by {ASKED.rotate:.0f}° turned its embedding by "
        f"{result.degrees:.0f}°, and a random hyperplane passes between two such embeddings with "
        f"probability θ/π = {result.flip_probability:.0%}. Now try the sliders."
    )


def _guessed() -> None:
    write("guess", st.session_state["guess-bits"], None)
    _write_all(ASKED)


def _forget_guess() -> None:
    write("guess", None, None)
    _write_all(_NOTHING)


# Change -------------------------------------------------------------------------------------


def playground(lab: Lab) -> None:
    """Show the sliders, the changed picture, and what the change did."""
    st.header("Change it yourself", anchor=False)
    _playground(lab)
    show_code(alter, shift)


@st.fragment
def _playground(lab: Lab) -> None:
    by = alteration()
    pictures, sliders = st.columns([2, 3], gap="medium")
    with pictures, st.grid(min_column_width=155, gap="small"):
        with st.container(key="query-picture"):
            _picture(lab.pixels, f"Before: {lab.query.title}")
            st.caption(_before(lab))
        with st.container(key="query-picture-after"):
            _picture(alter(lab.pixels, by), f"After: {told(by)}")
            st.caption(f"After: {told(by)}")
    with sliders, st.grid(min_column_width=155, gap="small"):
        for knob in KNOBS:
            _slider(knob, getattr(by, knob.name))
        st.button(
            "Back to the original",
            icon=":material/undo:",
            disabled=by == _NOTHING,
            on_click=_write_all,
            args=(_NOTHING,),
        )
    result = lab.shift(by)
    _numbers(result, lab)
    st.markdown(_explained(result, lab))
    bits, ranks = st.columns(2, gap="medium")
    with bits:
        _bits(result)
    with ranks:
        _ranks(result, lab)


def _before(lab: Lab) -> str:
    parts = [f"Before: {plain(lab.query.title)}"]
    if lab.query_id is not None:
        parts.append("in the gallery, so left out of its own hits")
    if lab.query.is_upload:
        parts.append("an upload can't be put in a link, so this page's address works only here")
    return " · ".join(parts)


def told(by: Alteration) -> str:
    """Say what is done to the picture."""
    words = {
        "scale": f"scaled ×{by.scale:.2f}",
        "rotate": f"turned by {by.rotate:.0f}°",
        "crop": f"cropped to {by.crop:.0%} of each side",
        "brightness": f"brightness ×{by.brightness:.1f}",
        "contrast": f"contrast ×{by.contrast:.1f}",
        "blur": f"blurred by {by.blur:.1f} pixels",
        "noise": f"noise of {by.noise:.0f} grey levels",
    }
    done = [words[name] for name, value in asdict(by).items() if value != _KNOB[name].start]
    return ", ".join(done) or "nothing changed yet"


def _slider(knob: Knob, value: float) -> None:
    key = f"slider-{knob.name}"
    _follow(key, value)
    st.slider(
        knob.label,
        *knob.limits,
        step=knob.step,
        format=knob.format,
        key=key,
        on_change=_moved,
        args=(knob.name, key, knob.start),
    )


def _numbers(result: Shift, lab: Lab) -> None:
    """Show the four numbers that say what the change did."""
    k, n_tables = lab.shown.k, lab.shown.L
    quiet = {"delta_color": "off", "delta_arrow": "off"}
    with st.grid(min_column_width=150, gap="small", key="shift-numbers"):
        st.metric(
            "Embedding turned by",
            f"{result.degrees:.0f}°",
            f"cosine {result.cosine:.3f}",
            help="The angle θ between the embeddings before and after.",
            **quiet,
        )
        st.metric(
            "Bits flipped",
            f"{result.n_flipped} of {lab.n_bits}",
            f"theory {result.expected_flips:.0f} ± {result.flips_deviation:.0f}",
            help="Theory: K·L·θ/π on average over all draws of hyperplanes, ± one standard "
            "deviation.",
            **quiet,
        )
        st.metric(
            "Buckets kept",
            f"{result.n_buckets_kept} of {n_tables}",
            f"theory {result.expected_buckets_kept:.1f}",
            help="Tables in which the query stays in its old bucket: all K bits must stay. "
            "Theory: L·(1 − θ/π)^K on average.",
            **quiet,
        )
        st.metric(
            f"Top {k} still found",
            f"{result.lsh.kept:.0%}" if result.lsh.n_old else "no hits",
            f"exact scan {result.exact.kept:.0%}",
            help=f"Share of the old top {k} that is still among the top {k}: LSH's hits before "
            "and after, and the exact scan's.",
            **quiet,
        )


def _explained(result: Shift, lab: Lab) -> str:
    """Say what the numbers mean for the search."""
    n_tables, kept = lab.shown.L, result.n_buckets_kept
    if result.n_flipped == 0:
        return (
            f"No bit has flipped: the query reads the same buckets in all {n_tables} tables, so "
            "it has the same candidates."
        )
    rescued = int((result.read_as > 1).sum())
    lost = int((result.read_as == 0).sum())
    buckets = f"{n_tables} old bucket{'s' * (n_tables > 1)}"
    sentence = f"The changed query stays in **{kept}** of its {buckets}"
    if lab.shown.probes > 1:
        sentence += (
            f", leaves but still reads **{rescued}** with its {lab.shown.probes} probes per table"
        )
    return sentence + (
        f", and reads **{lost}** no more. One flipped bit leaves a bucket, so most buckets go "
        "long before most bits do."
    )


def _bits(result: Shift) -> None:
    drawn = _titled("Which bits flipped", "Drawn as", DRAWINGS, name="drawn", default="cells")
    if drawn == "cells":
        charts.chart(
            flipped_bits(result.before.margins, result.after.margins, result.read_as),
            key="flipped-bits",
            alt=f"Hash code before the change: {result.n_flipped} of {result.flipped.size} bits "
            f"flipped, {result.n_buckets_kept} of {len(result.read_as)} buckets kept.",
        )
        st.caption(
            "Each row is a table. Orange bits flipped; the paler a cell, the smaller its margin "
            "was before. At the right, what became of the old bucket: *kept*, *lost*, or left but "
            "still read, as the probe of that number."
        )
        return
    charts.chart(
        margins_before_and_after(result.before.margins, result.after.margins),
        key="margins",
        name="margins-before-and-after",
        alt=f"Each bit's margin after the change over its margin before, with the correlation "
        f"{result.cosine:.2f}; {result.n_flipped} lie in the two corners where the sign differs.",
    )
    st.caption(
        "Each dot is a bit. Those close to a hyperplane, near the middle, change sides first. "
        "The closer the cloud to the diagonal, the fewer do: its correlation is, but for chance, "
        "the cosine of θ."
    )


def _titled(title: str, label: str, choices: Mapping[str, str], *, name: str, default: str) -> str:
    """Write a title, and beside it a choice that stands in the address; return what is chosen."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{title}**", width="stretch")
        chosen: str = st.segmented_control(
            label,
            list(choices),
            format_func=choices.__getitem__,
            required=True,
            label_visibility="collapsed",
            width="content",
            **tied(name, choices, default),
        )
    return chosen


def _ranks(result: Shift, lab: Lab) -> None:
    title = f"Where the old top {lab.shown.k} went"
    by = _titled(title, "Ranked by", RANKINGS, name="ranks", default="lsh")
    ranks = result.lsh if by == "lsh" else result.exact
    k = lab.shown.k
    if ranks.n_old < k:
        st.caption(f"Before the change there were only {ranks.n_old} hits for {k} places.")
    charts.chart(
        slope_chart(_slopes(ranks, lab), k=k),
        name="ranks-before-and-after",
        key="slopes",
        alt=f"Ranks before and after the change: {ranks.kept:.0%} of the old top {k} stay in the "
        f"top {k}.",
    )
    st.caption(
        "A line that ends at the dotted edge has left the list, the steeper the farther; a cross: "
        "no candidate any more. "
        + (
            "Some images leave because others came closer, some because no probed bucket holds "
            "them any more; compare with the exact scan, which misses none."
            if by == "lsh"
            else "The exact scan looks at every image: what moves here moved because of the "
            "embedding alone, not because of a bucket."
        )
    )


def _slopes(ranks: Ranks, lab: Lab) -> list[Slope]:
    pictured = lab.shown.k <= PICTURED
    return [
        Slope(
            plain_name(lab.gallery, move.id),
            move.before,
            move.after,
            _address(lab.gallery, move.id) if pictured else None,
        )
        for move in ranks.moves
    ]


def plain_name(gallery: Gallery, id: int) -> str:
    """Return an image's name for a chart, which would take < for the start of a tag."""
    return gallery.items[id].name.replace("<", "‹")


def _address(gallery: Gallery, id: int) -> str | None:
    try:
        picture = resources.gallery_thumbnail(gallery, id, max_side=64)
    except HashlightError:  # a file that is gone leaves its place empty
        return None
    return "data:image/jpeg;base64," + base64.b64encode(picture).decode()


# How far ------------------------------------------------------------------------------------


@st.fragment
def how_far(lab: Lab) -> None:
    """Measure one change over all its strengths, when a visitor asks for it."""
    st.header("How far can it go?", anchor=False)
    st.markdown(
        "Choose one change: it is measured alone, from weak to strong. Each point is one pass "
        "through the network, so this takes a second or two."
    )
    name = st.pills(
        "Change",
        list(_KNOB),
        format_func=str.capitalize,
        label_visibility="collapsed",
        **tied("curve", _KNOB, None),
    )
    if name is None:
        return
    knob = _KNOB[name]
    steps = _measured(lab, knob)
    change = f"{name} ({knob.unit})"
    bits, kept = st.columns(2, gap="medium")
    with bits:
        charts.chart(
            bits_by_strength(steps, n_bits=lab.shown.K, n_tables=lab.shown.L, change=change),
            name="bits-by-strength",
            key="curve-bits",
            alt=f"Bits flipped over {change}: "
            + ", ".join(f"{step.strength:g}: {step.flipped}" for step in steps),
        )
        st.caption(
            "Theory knows the angle and nothing else. That the flips follow it is why a hash code "
            "can stand for an embedding."
        )
    with kept:
        charts.chart(
            kept_by_strength(steps, k=lab.shown.k, change=change),
            name="neighbours-kept-by-strength",
            key="curve-kept",
            alt=f"Share of the old top {lab.shown.k} still found by LSH over {change}: "
            + ", ".join(f"{step.strength:g}: {step.kept:.0%}" for step in steps),
        )
        st.caption(
            "Where both lines fall together, the embedding moved. Where LSH falls below the "
            "exact scan, hashing lost what the embedding still knew."
        )
    show_code(shift, collision_probability)


def _measured(lab: Lab, knob: Knob) -> list[Step]:
    """Measure a change in all its strengths, with a bar."""
    strengths = sorted({knob.start, *knob.strengths})
    place = st.empty()
    steps = []
    for done, strength in enumerate(strengths):
        place.progress(done / len(strengths), text=f"{knob.label}: {strength:g}")
        result = lab.shift(replace(_NOTHING, **{knob.name: float(strength)}))
        steps.append(
            Step(strength, result.degrees, result.n_flipped, result.lsh.kept, result.exact.kept)
        )
    place.empty()
    return steps


# Further ------------------------------------------------------------------------------------


def further(shown: View) -> None:
    """Link to what goes with this page."""
    st.header("Why it holds at all", anchor=False)
    st.markdown(
        "Training shows the network changed copies of each picture, so that they keep close "
        "embeddings. See those changes one by one, and what they are worth over all queries."
    )
    with st.container(horizontal=True):
        st.page_link(
            navigation.AUGMENTATION,
            label="Figure 3, one change at a time",
            icon=":material/auto_fix_high:",
            query_params=shown.params(),
        )
        st.page_link(
            navigation.RESULTS,
            label="Figure 10, measured over all queries",
            icon=":material/table_chart:",
            query_params={"part": "Changed queries"},
        )


def _picture(pixels: Pixels, alt: str, *, width: int | Literal["stretch"] = "stretch") -> None:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=88)
    st.image(file.getvalue(), width=width, alt=alt)
