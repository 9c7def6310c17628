"""Bits that differ over the angle, for real images (Figure 7)."""

import numpy as np
import streamlit as st

from core.figures.hashing import hamming_scatter
from core.language import later, tr
from core.lessons import figure_7
from core.wording import joined
from pages.parts.hashing.gallery import IndexedGallery
from pages.ui import charts, glossary, tour
from pages.ui.address import tied, write
from pages.ui.code import show_code
from pages.ui.grid import show_grid
from pages.ui.question import question

N_PAIRS = 300
_ONE, _ALL = later("One table"), later("All tables")
_A_THIRD = later("about 4")
_DIFFER = (later("none"), _A_THIRD, later("about 6"), later("all 12"))  # of 12 bits


def show_theory_and_practice(indexed: IndexedGallery) -> None:
    """Compare bits that differ with the angle, for real images."""
    if tour.shows("words"):
        glossary.markdown(
            tr(
                "How likely does a random [[hyperplane]] fall between two images? That depends on "
                "**the angle between them** alone. Each cut is one [[bit]], so the share of bits "
                "that differ tells the angle."
            )
        )
    question(
        tr("Two images are 60° apart. How many of 12 random bits differ?"),
        _DIFFER,
        right=_A_THIRD,
        because=tr(
            "**The chance that a bit differs is the angle divided by 180°**: 60/180 of 12 bits "
            "are 4."
        ),
        key="guess-practice",
    )
    if tour.shows("pairs"):
        _pairs(indexed)
    show_code(figure_7.hamming_pairs, figure_7.binomial_band)


@st.fragment
def _pairs(indexed: IndexedGallery) -> None:
    bits = tied("bits", [_ONE, _ALL], _ONE)
    codes = st.session_state["bits"]
    if tour.shows("words"):
        codes = st.segmented_control(
            tr("Bits that are compared"), [_ONE, _ALL], required=True, format_func=tr, **bits
        )
    hyperplanes = indexed.index.hyperplanes.normals[: 1 if codes == _ONE else None]
    pairs = figure_7.hamming_pairs(indexed.embeddings, hyperplanes, N_PAIRS)
    n_pairs, n_bits = len(pairs.rows), pairs.n_bits
    pair = tied("pair", range(1, n_pairs + 1), _first_pair(pairs))
    chosen = st.slider(tr("Pair, by rising angle"), 1, n_pairs, **pair) - 1
    low, high = figure_7.binomial_band(np.arange(181) / 180, n_bits)
    inside = figure_7.share_inside(pairs)
    charts.chart(
        hamming_scatter(
            pairs.degrees,
            pairs.different / n_bits,
            (low / n_bits, high / n_bits),
            chosen=chosen,
            texts=[joined([indexed.item(row).name for row in pair]) for pair in pairs.rows],
        ),
        name="hamming-distance-and-angle",
        key="hamming",
        on_click=lambda point: _pick(point, pairs),
        alt=tr(
            "Share of {n_bits} bits in which {n_pairs} pairs of images differ, over their angle: "
            "{inside:.0%} lie within the band around the line angle / 180°.",
            n_bits=n_bits,
            n_pairs=n_pairs,
            inside=inside,
        ),
    )
    _pair(indexed, pairs, chosen)
    if tour.shows("words"):
        _caption(n_pairs, n_bits, inside)


def _caption(n_pairs: int, n_bits: int, inside: float) -> None:
    st.caption(
        tr(
            "A click on a dot shows its pair. "
            "{n_pairs} pairs of real images and {n_bits} bits: {inside:.0%} of the pairs lie in "
            "the band that holds 95 % of all draws of hyperplanes (Figure 7 of the paper, with "
            "real numbers). All pairs share the same hyperplanes, so they stray together; and a "
            "count of bits is whole, so the band holds a little more than 95 %. More bits, a "
            "narrower band. The number of bits that differ is the *Hamming distance*: a ruler for "
            "angles, and the more bits, the better.",
            n_pairs=n_pairs,
            n_bits=n_bits,
            inside=inside,
        )
    )


def _pick(point: charts.ClickedPoint, pairs: figure_7.HammingPairs) -> None:
    """Take the dot that was clicked on; the line and the band are none."""
    if point["curve"] == 3:
        st.session_state["pair"] = point["index"] + 1
        write("pair", _first_pair(pairs))


def _first_pair(pairs: figure_7.HammingPairs) -> int:
    """The pair, from 1, that is shown until another is chosen: a near one, as its angle says."""
    n_pairs = len(pairs.rows)
    near = slice(n_pairs // 16, n_pairs // 4 + 1)
    expected = pairs.n_bits * pairs.degrees[near] / 180
    return near.start + int(np.abs(pairs.different[near] - expected).argmin()) + 1


def _pair(indexed: IndexedGallery, pairs: figure_7.HammingPairs, chosen: int) -> None:
    degrees, different = float(pairs.degrees[chosen]), int(pairs.different[chosen])
    low, high = figure_7.binomial_band(np.array([degrees / 180]), pairs.n_bits)
    ids = [int(indexed.stored.ids[row]) for row in pairs.rows[chosen].tolist()]
    show_grid("pair", [indexed.tile(id) for id in ids])
    said = [
        tr(
            "**{degrees:.1f}° apart**: {expected:.1f} of {n_bits} bits should differ, "
            "**{different}** do.",
            degrees=degrees,
            expected=pairs.n_bits * degrees / 180,
            n_bits=pairs.n_bits,
            different=different,
        )
    ]
    if tour.shows("words"):
        said.append(tr("In 95 % of all draws {low} to {high} do.", low=low[0], high=high[0]))
    if not low[0] <= different <= high[0]:
        said.append(tr("So this pair is an exception."))
    st.markdown(" ".join(said))
