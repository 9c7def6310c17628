"""What LSH found, beside what the exact scan finds, and the numbers that compare both."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import streamlit as st

from core.evaluation.metrics import precision_at
from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.language import tr
from core.search import Hit, SearchResult
from core.wording import count, duration, percent
from pages.ui.grid import Fact, draw_grid
from pages.ui.grid.gallery import FoundBy, hit_tiles
from pages.ui.tables import show_number
from pages.ui.view import View


def recall_and_cost(result: SearchResult, shown: View) -> None:
    """Show the four numbers that say how well LSH did, and at what cost."""
    with st.grid(min_column_width=150, gap="small"):
        show_number(
            tr("Neighbour recall@{k}", k=shown.k),
            percent(result.neighbour_recall),
            tr(
                "found {n_found} of the {n_nearest} nearest",
                n_found=round(result.neighbour_recall * len(result.exact_hits)),
                n_nearest=len(result.exact_hits),
            ),
            help=tr("Share of the exact scan's top {k} that LSH returned too.", k=shown.k),
        )
        show_number(
            tr("Candidate ratio"),
            percent(result.candidate_ratio),
            tr(
                "{n_candidates:,} of {images}",
                n_candidates=result.n_candidates,
                images=count(result.n_gallery, "image"),
            ),
            help=tr(
                "Candidates are the images in the buckets that were read, "
                "{buckets} in each table; only they are compared with the query.",
                buckets=count(result.n_probes, "bucket"),
            ),
        )
        if result.query_label is not None and result.exact_hits:
            show_number(
                tr("Precision@{k}", k=shown.k),
                _precision(result.hits, shown.k),
                tr("exact scan {precision}", precision=_precision(result.exact_hits, shown.k)),
                help=tr(
                    "Share of the {k} places that hold an image with the query's label.", k=shown.k
                ),
            )
        show_number(
            tr("Look-up time"),
            duration(result.look_up_seconds),
            tr("exact scan {duration}", duration=duration(result.seconds["exact scan"])),
            help=tr("Hash, probe and rerank together. {how_timed}", how_timed=_how_timed(result)),
        )
    if result.look_up_seconds > result.seconds["exact scan"]:
        st.caption(
            tr(
                "Comparing with all is faster here: the gallery is small. *Time per stage* below "
                "says more."
            )
        )


@st.fragment
def hits_alone(result: SearchResult, gallery: Gallery, stored: StoredGallery, shown: View) -> None:
    """Show what LSH found and which of it is right, and nothing else of it.

    Args:
        result: of the search.
        gallery: that was searched.
        stored: its embeddings.
        shown: the view of the search.
    """
    searched = FoundBy(result=result, stored=stored)
    tiles = hit_tiles(result.hits, gallery, shown, searched=searched)
    draw_grid("lsh", [replace(it, facts=it.facts[-1:]) for it in tiles])


@st.fragment
def hits_side_by_side(
    result: SearchResult, gallery: Gallery, stored: StoredGallery, shown: View
) -> None:
    """Show what LSH found beside what the exact scan finds.

    Args:
        result: of the search.
        gallery: that was searched.
        stored: its embeddings.
        shown: the view of the search.
    """
    searched = FoundBy(result=result, stored=stored)
    marks = _marks(result)
    left, right = st.columns(2, gap="medium")
    with left:
        st.header(tr("LSH"), anchor=False)
        n_tables = len(result.code.keys)
        st.caption(
            tr(
                "Ranks its {candidates} only, of {buckets} in each of {tables}.",
                candidates=count(result.n_candidates, "candidate"),
                buckets=count(result.n_probes, "bucket"),
                tables=count(n_tables, "table"),
            )
        )
        draw_grid("lsh", hit_tiles(result.hits, gallery, shown, searched=searched, marks=marks))
    with right:
        st.header(tr("Exact scan"), anchor=False)
        st.caption(
            tr(
                "Ranks all {images}: what LSH is judged by.",
                images=count(result.n_gallery, "image"),
            )
        )
        draw_grid(
            "exact", hit_tiles(result.exact_hits, gallery, shown, searched=searched, marks=marks)
        )


def _marks(result: SearchResult) -> dict[int, Fact]:
    """Say of each image who found it: both, the exact scan alone, or LSH alone."""
    by_lsh, by_scan = ({hit.id for hit in hits} for hits in (result.hits, result.exact_hits))
    return {
        **dict.fromkeys(by_lsh & by_scan, Fact(tr("found by both"), "faint")),
        **dict.fromkeys(by_scan - by_lsh, Fact(tr("missed by LSH"), "bad")),
        **dict.fromkeys(by_lsh - by_scan, Fact(tr("LSH only"), "faint")),
    }


def _how_timed(result: SearchResult) -> str:
    """Say what was timed, and how much the runs differed."""
    runs = result.look_up_runs
    who = tr("By the engine") if result.by_engine else tr("In NumPy")
    low, high = (duration(float(it)) for it in np.quantile(runs, [0.25, 0.75]))
    return tr(
        "{who}: the median of {runs}, half of them from {low} to {high}.",
        who=who,
        runs=count(len(runs), "run"),
        low=low,
        high=high,
    )


def _precision(hits: Sequence[Hit], k: int) -> str:
    return percent(precision_at([bool(hit.relevant) for hit in hits], k))
