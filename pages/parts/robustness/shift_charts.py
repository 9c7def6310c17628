"""Which bits a change flipped, and where the old hits went."""

from collections.abc import Mapping

import streamlit as st

from core.errors import HashlightError
from core.figures.shift import Slope, flipped_bits, margins_before_and_after, slope_chart
from core.galleries.base import Gallery
from core.language import later, tr
from core.lessons.shift import Ranks, Shift
from pages.parts.robustness.query import RobustnessQuery
from pages.ui import charts, resources
from pages.ui.address import tied
from pages.ui.pictures import data_url

PICTURED = 12  # hits: the pictures of a longer list would be too small in the slope chart
RANKINGS = {"lsh": "LSH", "exact": later("Exact scan")}
DRAWINGS = {"cells": later("Cells"), "dots": later("Dots")}


def show_bits(result: Shift) -> None:
    """Show which bits flipped, as cells or as margins before and after."""
    drawn = _titled(
        tr("Which bits flipped"), tr("Drawn as"), DRAWINGS, name="drawn", default="cells"
    )
    if drawn == "cells":
        charts.chart(
            flipped_bits(result.before.margins, result.after.margins, result.read_as),
            key="flipped-bits",
            alt=tr(
                "Hash code before the change: {n_flipped} of {n_bits} bits "
                "flipped, {n_kept} of {n_buckets} buckets kept.",
                n_flipped=result.n_flipped,
                n_bits=result.flipped.size,
                n_kept=result.n_buckets_kept,
                n_buckets=len(result.read_as),
            ),
        )
        st.caption(
            tr(
                "Each row is a table. Orange bits flipped; the paler a cell, the smaller its "
                "margin was before. At the right, what became of the old bucket: *kept*, *lost*, "
                "or left but still read, as the probe of that number."
            )
        )
        return
    charts.chart(
        margins_before_and_after(result.before.margins, result.after.margins),
        key="margins",
        name="margins-before-and-after",
        alt=tr(
            "Each bit's margin after the change over its margin before, with the correlation "
            "{cosine:.2f}; {n_flipped} lie in the two corners where the sign differs.",
            cosine=result.cosine,
            n_flipped=result.n_flipped,
        ),
    )
    st.caption(
        tr(
            "Each dot is a bit. Those close to a hyperplane, near the middle, change sides first. "
            "The closer the cloud to the diagonal, the fewer do: its correlation is, but for "
            "chance, the cosine of θ."
        )
    )


def _titled(title: str, label: str, choices: Mapping[str, str], *, name: str, default: str) -> str:
    """Write a title, and beside it a choice that stands in the address; return what is chosen."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{title}**", width="stretch")
        chosen: str = st.segmented_control(
            label,
            list(choices),
            format_func=lambda choice: tr(choices[choice]),
            required=True,
            label_visibility="collapsed",
            width="content",
            **tied(name, choices, default),
        )
    return chosen


def show_ranks(result: Shift, about: RobustnessQuery) -> None:
    """Show where the old hits went, by LSH or by the exact scan."""
    title = tr("Where the old top {k} went", k=about.shown.k)
    by = _titled(title, tr("Ranked by"), RANKINGS, name="ranks", default="lsh")
    ranks = result.lsh if by == "lsh" else result.exact
    k = about.shown.k
    if ranks.n_old < k:
        st.caption(
            tr(
                "Before the change there were only {n_old} hits for {k} places.",
                n_old=ranks.n_old,
                k=k,
            )
        )
    charts.chart(
        slope_chart(_slopes(ranks, about), k=k),
        name="ranks-before-and-after",
        key="slopes",
        alt=tr(
            "Ranks before and after the change: {kept:.0%} of the old top {k} stay in the top {k}.",
            kept=ranks.kept,
            k=k,
        ),
    )
    st.caption(
        tr(
            "A line that ends at the dotted edge has left the list, the steeper the farther; a "
            "cross: no candidate any more."
        )
        + " "
        + (
            tr(
                "Some images leave because others came closer, some because no probed bucket holds "
                "them any more; compare with the exact scan, which misses none."
            )
            if by == "lsh"
            else tr(
                "The exact scan looks at every image: what moves here moved because of the "
                "embedding alone, not because of a bucket."
            )
        )
    )


def _slopes(ranks: Ranks, about: RobustnessQuery) -> list[Slope]:
    pictured = about.shown.k <= PICTURED
    return [
        Slope(
            about.gallery.items[move.id].name,
            move.before,
            move.after,
            _thumbnail(about.gallery, move.id) if pictured else None,
        )
        for move in ranks.moves
    ]


def _thumbnail(gallery: Gallery, id: int) -> str | None:
    try:
        picture = resources.gallery_thumbnail(gallery, id, max_side=64)
    except HashlightError:  # a file that is gone leaves its place empty
        return None
    return data_url(picture)
