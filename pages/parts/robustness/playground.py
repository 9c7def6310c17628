"""The sliders, the changed picture, and what the change did in numbers."""

import streamlit as st

from core.evaluation.robustness import alter
from core.language import tr, written
from core.lessons.shift import Shift, shift
from core.wording import count, decimal
from pages.parts.robustness.query import UNCHANGED, RobustnessQuery
from pages.parts.robustness.shift_charts import show_bits, show_ranks
from pages.parts.robustness.sliders import SLIDERS, alteration, describe, put_alteration
from pages.ui.code import show_code
from pages.ui.pictures import show_pixels
from pages.ui.tables import show_number
from pages.ui.task import show_task

LEAST_BITS = 3  # in a key, from which on buckets go well before half of the bits do


def show_playground(about: RobustnessQuery) -> None:
    """Show the sliders, the changed picture, and what the change did."""
    st.header(tr("Change it yourself"), anchor=False)
    _sliders_and_outcome(about)
    show_code(alter, shift)


@st.fragment
def _sliders_and_outcome(about: RobustnessQuery) -> None:
    by = alteration()
    pictures, sliders = st.columns([2, 3], gap="medium")
    with pictures, st.grid(min_column_width=155, gap="small"):
        with st.container(key="query-picture"):
            show_pixels(about.pixels, tr("Before: {title}", title=about.query.title))
            facts = about.query.facts(id=about.query_id)
            st.caption(tr("Before: {title}", title=" · ".join(facts)))
        with st.container(key="query-picture-after"):
            after = tr("After: {changes}", changes=describe(by))
            show_pixels(alter(about.pixels, by), after)
            st.caption(after)
    with sliders, st.grid(min_column_width=155, gap="small"):
        for name, slider in SLIDERS.items():
            slider.draw(f"slider-{name}")
        st.button(
            tr("Back to the original"),
            icon=":material/undo:",
            disabled=by == UNCHANGED,
            on_click=put_alteration,
            args=(UNCHANGED,),
        )
    result = about.shift(by)
    _numbers(result, about)
    st.markdown(_explained(result, about))
    _task(result, about)
    bits, ranks = st.columns(2, gap="medium")
    with bits:
        show_bits(result)
    with ranks:
        show_ranks(result, about)


def _numbers(result: Shift, about: RobustnessQuery) -> None:
    """Show the four numbers that say what the change did."""
    k, n_tables = about.shown.k, about.shown.L
    with st.grid(min_column_width=150, gap="small", key="shift-numbers"):
        show_number(
            tr("Embedding turned by"),
            f"{written(result.degrees, '.0f')}°",
            tr("cosine {cosine}", cosine=decimal(result.cosine, 3)),
            help=tr("The angle θ between the embeddings before and after."),
        )
        show_number(
            tr("Bits flipped"),
            tr("{n} of {total}", n=result.n_flipped, total=about.n_bits),
            tr(
                "theory {mean:.0f} ± {deviation:.0f}",
                mean=result.expected_flips,
                deviation=result.flips_deviation,
            ),
            help=tr(
                "Theory: K·L·θ/π on average over all draws of hyperplanes, ± one standard "
                "deviation."
            ),
        )
        show_number(
            tr("Buckets kept"),
            tr("{n} of {total}", n=result.n_buckets_kept, total=n_tables),
            tr("theory {mean:.1f}", mean=result.expected_buckets_kept),
            help=tr(
                "Tables in which the query stays in its old bucket: all K bits must stay. "
                "Theory: L·(1 − θ/π)^K on average."
            ),
        )
        show_number(
            tr("Top {k} still found", k=k),
            written(result.lsh.kept, ".0%") if result.lsh.n_old else tr("no hits"),
            tr("exact scan {kept:.0%}", kept=result.exact.kept),
            help=tr(
                "Share of the old top {k} that is still among the top {k}: LSH's hits before "
                "and after, and the exact scan's.",
                k=k,
            ),
        )


def _task(result: Shift, about: RobustnessQuery) -> None:
    """Ask for what makes a bucket fragile: it goes with one bit of its key."""
    n_bits, n_tables = about.n_bits, about.shown.L
    if about.shown.K < LEAST_BITS:
        return
    most = n_tables // 4
    show_task(
        tr(
            "Find a change that flips fewer than half of the bits, and yet leaves at most {most} "
            "of the {buckets}.",
            most=most,
            buckets=count(n_tables, "old bucket"),
        ),
        is_done=2 * result.n_flipped < n_bits and result.n_buckets_kept <= most,
        now=tr(
            "{n_flipped} of {n_bits} bits flipped, {buckets} left",
            n_flipped=result.n_flipped,
            n_bits=n_bits,
            buckets=count(result.n_buckets_kept, "bucket"),
        ),
    )


def _explained(result: Shift, about: RobustnessQuery) -> str:
    """Say what the numbers mean for the search."""
    n_tables, kept = about.shown.L, result.n_buckets_kept
    if result.n_flipped == 0:
        return tr(
            "No bit has flipped: the query reads the same buckets in all {n_tables} tables, so "
            "it has the same candidates.",
            n_tables=n_tables,
        )
    rescued = int((result.read_as > 1).sum())
    lost = int((result.read_as == 0).sum())
    buckets = count(n_tables, "old bucket")
    if about.shown.probes == 1:
        return tr(
            "The changed query stays in **{kept}** of its {buckets}, and reads **{lost}** no more. "
            "One flipped bit leaves a bucket, so most buckets go long before most bits do.",
            kept=kept,
            buckets=buckets,
            lost=lost,
        )
    return tr(
        "The changed query stays in **{kept}** of its {buckets}, leaves but still reads "
        "**{rescued}** with its {probes} probes per table, and reads **{lost}** no more. One "
        "flipped bit leaves a bucket, so most buckets go long before most bits do.",
        kept=kept,
        buckets=buckets,
        rescued=rescued,
        probes=about.shown.probes,
        lost=lost,
    )
