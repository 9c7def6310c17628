"""What a search costs: the time of each stage, a guess at the longest, and the hash code."""

import streamlit as st

from core.figures.timing import stage_times
from core.galleries.store import StoredGallery
from core.index.families import hyperplanes
from core.language import later, tr
from core.model.cbam import SpatialAttention
from core.search import ENGINE_LOOK_UP, LOOK_UP, SearchResult, look_up
from core.wording import count, duration, percent
from pages.ui import charts, resources, tour
from pages.ui.code import show_code
from pages.ui.pictures import code_picture
from pages.ui.question import question
from pages.ui.view import View

_PARTS = {  # of a search, and the stages that are timed in each
    later("opening the picture"): ("decode", "preprocess"),
    later("the network"): ("embed",),
    later("the look-up"): (*LOOK_UP, *ENGINE_LOOK_UP),
}


def guess_the_longest(result: SearchResult) -> None:
    """Ask what of this search takes longest, and answer by what was measured."""
    seconds = {
        part: sum(s for stage, s in result.seconds.items() if stage in stages)
        for part, stages in _PARTS.items()
    }
    longest, total = max(seconds, key=lambda part: seconds[part]), sum(seconds.values())
    question(
        tr("What takes longest in this search?"),
        list(_PARTS),
        right=longest,
        because=tr(
            "{how_long}; the look-up, {look_up}. Only the look-up takes longer in a larger "
            "gallery.",
            how_long=_how_long(seconds[longest], total, is_known=result.query.from_store),
            look_up=duration(result.look_up_seconds),
        ),
        key="guess-stage",
    )


def _how_long(longest: float, total: float, *, is_known: bool) -> str:
    """Say what of a search's seconds the longest part takes, or took where it was done just now."""
    times = {
        "longest": duration(longest),
        "total": duration(total),
        "share": percent(longest / total),
    }
    if is_known:
        return tr("It takes {longest} of {total}, {share}", **times)
    return tr("It took {longest} of {total}, {share}", **times)


def times_and_code(result: SearchResult, stored: StoredGallery, shown: View) -> None:
    """Show the time of each stage, where LSH begins to pay, and the hash code."""
    if tour.shows("hash code"):
        left, right = st.columns(2, gap="medium")
        with right:
            _hash_code(result)
    else:
        left = st.container()
    with left:
        st.header(tr("Time per stage"), anchor=False)
        if tour.shows("how it is timed"):
            _how_timed(result)
        charts.chart(
            stage_times(result.seconds),
            name="time-per-stage",
            key="times",
            alt=tr(
                "Time per stage: {stages}",
                stages=", ".join(
                    f"{tr(stage)} {duration(value)}" for stage, value in result.seconds.items()
                ),
            ),
        )
        if tour.shows("where they cross"):
            _crossing(result, stored, shown)
    show_code(look_up, hyperplanes.hash_code, SpatialAttention.forward)


def _how_timed(result: SearchResult) -> None:
    st.caption(
        tr(
            "Decode, preprocess and embed run once per image; a change of K, L, probes or k "
            "repeats only the rest (the median of {runs}).",
            runs=count(len(result.look_up_runs), "run"),
        )
    )
    if result.query.from_store:
        st.caption(
            tr(
                ":material/inventory_2: The gallery's store had this image's embedding. The "
                "first three stages are those of another photograph, timed when the model was "
                "loaded."
            )
        )
    if not result.by_engine:
        st.caption(f":material/hourglass_top: {resources.why_numpy()}")


def _hash_code(result: SearchResult) -> None:
    st.header(tr("Hash code"), anchor=False)
    st.caption(
        tr(
            "One row per table, one bit per hyperplane: teal is 1, amber 0. Pale bits lie "
            "close to their hyperplane and flip easily."
        )
    )
    code_picture(result)


def _crossing(result: SearchResult, stored: StoredGallery, shown: View) -> None:
    """Say from how many images on LSH is faster than the scan, by what both cost here."""
    assert result.fitting is not None  # an answer has it
    lines = resources.crossing(stored, shown.attention, result.fitting)
    if lines is None:
        return
    costs = tr(
        "Measured here: the scan takes {scan} for 1,000 images; LSH "
        "takes {look_up} to find its candidates, here {share} of "
        "the gallery, and {rerank} to compare 1,000 of them.",
        scan=duration(1_000 * lines.per_image),
        look_up=duration(lines.look_up),
        share=percent(lines.share),
        rerank=duration(1_000 * lines.per_candidate),
    )
    if lines.n is None:
        where = tr("So LSH reads too much here to become faster, however many images there are.")
    elif lines.n < 1:
        where = tr("So LSH is faster at every size.")
    else:
        where = tr(
            "So for the compiled engine and the embeddings of this gallery the two lines cross at "
            "about **{n:,} images** (other indexes elsewhere: *Benchmark* says why): LSH is "
            "faster from there on.",
            n=_rough(lines.n),
        )
    st.caption(f"{costs} {where}")


def _rough(number: float) -> int:
    """Round to two digits: more are not known."""
    step: int = 10 ** max(len(str(int(number))) - 2, 0)
    return round(number / step) * step
