"""What a search costs: the time of each stage, a guess at the longest, and the hash code."""

import streamlit as st

from core.figures.timing import duration, stage_times
from core.index.families import hyperplanes
from core.model.cbam import SpatialAttention
from core.search import SearchResult, look_up
from pages.ui import charts
from pages.ui.code import show_code
from pages.ui.pictures import code_picture
from pages.ui.question import question

_PARTS = {  # of a search, and the stages that are timed in each
    "reading the picture": ("decode", "preprocess"),
    "the network": ("embed",),
    "hashing and probing": ("hash", "probe"),
    "comparing candidates": ("rerank",),
}


def guess_the_longest(result: SearchResult) -> None:
    """Ask what of this search takes longest, and answer by what was measured."""
    seconds = {
        part: sum(result.seconds[stage] for stage in stages) for part, stages in _PARTS.items()
    }
    longest, total = max(seconds, key=lambda part: seconds[part]), sum(seconds.values())
    question(
        "What takes longest in this search?",
        list(_PARTS),
        right=longest,
        because=f"It took {duration(seconds[longest])} of {duration(total)}, "
        f"{seconds[longest] / total:.0%}; hashing, probing and reranking took "
        f"{duration(result.look_up_seconds)}. The network's time is the same for every gallery, "
        "while a scan's grows with it: that is the time which hashing saves.",
        key="guess-stage",
    )


def times_and_code(result: SearchResult) -> None:
    """Show the time of each stage and the hash code."""
    left, right = st.columns(2, gap="medium")
    with left:
        st.header("Time per stage", anchor=False)
        st.caption(
            "Decode, preprocess and embed run once per image; a change of K, L, probes or k "
            "repeats only the rest (the fastest of three runs)."
        )
        charts.chart(
            stage_times(result.seconds),
            name="time-per-stage",
            key="times",
            alt="Time per stage: "
            + ", ".join(f"{stage} {duration(value)}" for stage, value in result.seconds.items()),
        )
    with right:
        st.header("Hash code", anchor=False)
        st.caption(
            "One row per table, one bit per hyperplane: teal is 1, amber 0. Pale bits lie close to "
            "their hyperplane and flip easily."
        )
        code_picture(result)
    show_code(look_up, hyperplanes.hash_code, SpatialAttention.forward)
