"""Predict and measure what K and L find and cost, and choose them."""

import streamlit as st

from core.figures.hashing import retrieval_curve
from core.language import later, tr, written
from core.lessons import hashing as theory
from core.wording import count
from pages.parts.hashing.gallery import IndexedGallery
from pages.ui import charts, inputs, resources, tour, view
from pages.ui.address import tied
from pages.ui.code import show_code
from pages.ui.question import question
from pages.ui.tables import show_number
from pages.ui.task import show_task
from pages.ui.view import RANGES, View

# What a link says, and so short.
_WANTED = {
    later("Same label"): later("images with the query's label"),
    later("Nearest"): later("the k nearest images"),
}
_TASK_TABLES = (8, 4)
_LEFT = {  # more than so much
    later("above 75%"): 0.75,
    later("50 to 75%"): 0.5,
    later("10 to 50%"): 0.1,
    later("below 10%"): 0.0,
}


def show_bits_and_tables(indexed: IndexedGallery) -> None:
    """Predict and measure what K and L find and cost, and choose them."""
    _settings_and_outcome(indexed)
    show_code(theory.predict, theory.measure, theory.choose)


def _settings_and_outcome(indexed: IndexedGallery) -> None:
    shown, n = indexed.shown, indexed.n - 1
    kinds = list(_WANTED) if _has_labels(indexed) else ["Nearest"]
    top = st.container()
    find = tied("find", kinds, kinds[0])
    kind = st.session_state["find"]
    if tour.shows("choice"):
        kind = st.segmented_control(
            tr("What a look-up should find"),
            kinds,
            required=True,
            format_func=tr,
            help=tr("What people call alike, or the k images that the exact scan ranks first."),
            **find,
        )
    sample = resources.pair_sample(
        indexed.gallery, indexed.stored, shown.attention, by_label=kind == "Same label", k=shown.k
    )
    predicted = theory.predict(sample, shown.K, shown.L)
    one_more = theory.predict(sample, shown.K + 1, shown.L)
    left = one_more.candidate_ratio / max(predicted.candidate_ratio, 1e-9)
    lost = 1 - one_more.recall / max(predicted.recall, 1e-9)
    with top:
        question(
            tr("One more bit per key: what share of the candidates is left?"),
            list(_LEFT),
            right=next(answer for answer, most in _LEFT.items() if left >= most),
            because=tr(
                "{left:.0%} are left, but {lost:.0%} of what should be found are lost, too.",
                left=left,
                lost=lost,
            ),
            key="guess-coach",
        )
    if tour.shows("sliders"):
        _try(indexed, sample, kind)
    if tour.shows("words"):
        _formula(len(sample.rows), n)


def _try(indexed: IndexedGallery, sample: theory.PairSample, kind: str) -> None:
    """Draw the sliders, the task, and what follows from them."""
    shown = indexed.shown
    settings, outcome = st.columns([2, 3], gap="medium")
    with settings:
        if tour.shows("choice"):
            inputs.say_who_chose(shown, ("K", "L"))
        inputs.setting(shown, "K")
        inputs.setting(shown, "L")
        task = st.container()
        wanted = _wanted(sample) / 100
    with task:
        _task(shown, sample, wanted)
    with outcome:
        _predicted(indexed, sample, kind)


def _wanted(sample: theory.PairSample) -> int:
    """Draw which recall is wanted, in percent, and the button that reaches it."""
    percent = tied("wanted", range(50, 100), 90)
    if not tour.shows("choice"):
        return int(st.session_state["wanted"])
    wanted = st.slider(
        tr("Recall that you want"),
        50,
        99,
        format="%d %%",
        help=tr("The share of what should be found that is found."),
        **percent,
    )
    st.button(
        tr("Choose for me"),
        type="primary",
        icon=":material/auto_awesome:",
        on_click=_choose,
        args=(sample, wanted / 100),
        help=tr(
            "Of all K and L of the sliders that reach it by the curve, those with the "
            "fewest dot products: K·L for the hyperplanes, and one per candidate."
        ),
    )
    return int(wanted)


def _formula(n_queries: int, n: int) -> None:
    st.caption(
        tr(
            "Two images theta apart agree in one bit with a chance of p = 1 − theta/180°, in all "
            "K bits of a key with p^K, and in at least one of L tables with 1 − (1 − p^K)^L: the "
            "orange curve. Recall is the share of what should be found that is among the "
            "candidates, with one probe per table; more probes find more, see *Probes*. A look-up "
            "costs K·L dot products to hash and one per candidate to rerank. The chart shows the "
            "angles of {n_queries} queries to all {n:,} other images; each histogram is as high as "
            "its highest degree. A good curve is high above the first and low above the second; "
            "where the two overlap, no K and L can tell them apart. The formula is the mean over "
            "all hyperplanes, the measured number comes from those of one seed: with a dozen "
            "hyperplanes or more it lies within {points:.0f} percentage points of "
            "the formula. Change the seed in the sidebar and see it move.",
            n_queries=n_queries,
            n=n,
            points=100 * theory.ONE_SEED,
        )
    )


def _task(shown: View, sample: theory.PairSample, wanted: float) -> None:
    """Ask for the longest keys that find enough in so many tables as nothing chooses by itself.

    One more bit always finds less, so there is one answer.
    """
    best_bits, best_tables = _best(sample, wanted)
    n_tables = next(it for it in _TASK_TABLES if it != best_tables)
    low, high = RANGES["K"]
    enough = [it for it in range(low, high + 1) if _recall(sample, it, n_tables) >= wanted]
    longest = max(enough, default=low)
    is_done = (longest, n_tables) == (shown.K, shown.L) and not {"K", "L"} & shown.fitted
    show_task(
        tr(
            "Leave L at {n_tables}. Find the highest K with at least {recall:.0%} predicted "
            "recall.",
            n_tables=n_tables,
            recall=wanted,
        ),
        is_done=is_done,
        now=written(_recall(sample, shown.K, shown.L), ".1%"),
    )
    if is_done:
        st.caption(
            tr(
                "Its price: a query is compared with {read:.0%} of the gallery. {tables} with "
                "keys of {best_bits} bits find enough, too, with {best_read:.0%}.",
                read=_read(sample, longest, n_tables),
                tables=count(best_tables, "table"),
                best_bits=best_bits,
                best_read=_read(sample, best_bits, best_tables),
            )
        )


def _recall(sample: theory.PairSample, n_bits: int, n_tables: int) -> float:
    return theory.predict(sample, n_bits, n_tables).recall


def _read(sample: theory.PairSample, n_bits: int, n_tables: int) -> float:
    return theory.predict(sample, n_bits, n_tables).candidate_ratio


def _predicted(indexed: IndexedGallery, sample: theory.PairSample, kind: str) -> None:
    """Show what the formula says of recall and cost, and what the index does."""
    shown, n = indexed.shown, indexed.n - 1
    predicted = theory.predict(sample, shown.K, shown.L)
    measured = theory.measure(sample, indexed.index)
    with st.grid(min_column_width=170, gap="small"):
        for title, is_predicted, is_measured in (
            (tr("Predicted recall"), predicted.recall, measured.recall),
            (
                tr("Predicted candidate ratio"),
                predicted.candidate_ratio,
                measured.candidate_ratio,
            ),
        ):
            show_number(
                title,
                written(is_predicted, ".1%"),
                tr("measured {share:.1%}", share=is_measured),
            )
        if tour.shows("words"):
            show_number(
                tr("Predicted dot products"),
                written(theory.dot_products(predicted, n, shown.K, shown.L), ",.0f"),
                tr("exact scan {n:,}: all but the query", n=n),
            )
        show_number(
            tr("Ids kept in tables"),
            written(shown.L * indexed.n),
            f"{count(shown.L, 'table')} × {written(indexed.n)}",
            help=tr("Memory: each table holds the number of every image once."),
        )
    if tour.shows("words"):
        _curve(shown, sample, predicted, measured, tr(_WANTED[kind]))


def _curve(
    shown: View,
    sample: theory.PairSample,
    predicted: theory.RecallAndCost,
    measured: theory.RecallAndCost,
    wanted: str,
) -> None:
    found = theory.retrieved_at(theory.CENTRES, shown.K, shown.L)
    charts.chart(
        retrieval_curve(found, sample.wanted_angles, sample.other_angles, name=wanted),
        name="retrieval-curve",
        key="retrieval-curve",
        alt=tr(
            "Probability to be found over the angle, for K={n_bits} and L={n_tables}; behind it "
            "the angles of {wanted} and of all others. Predicted recall "
            "{recall:.0%}, measured {measured:.0%}.",
            n_bits=shown.K,
            n_tables=shown.L,
            wanted=wanted,
            recall=predicted.recall,
            measured=measured.recall,
        ),
    )


def _choose(sample: theory.PairSample, recall: float) -> None:
    K, L = _best(sample, recall)
    view.change(K=K, L=L)


def _best(sample: theory.PairSample, recall: float) -> tuple[int, int]:
    """Return the K and L of the sliders that reach a recall at the least cost."""
    every = {name: range(low, high + 1) for name, (low, high) in RANGES.items()}
    return theory.choose(sample, recall, n_bits=every["K"], n_tables=every["L"])


def _has_labels(indexed: IndexedGallery) -> bool:
    return any(item.label is not None for item in indexed.gallery.items)
