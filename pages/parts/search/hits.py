"""What LSH found, beside what the exact scan finds, and the numbers that compare both."""

from collections.abc import Sequence

import streamlit as st

from core.evaluation.metrics import precision_at
from core.figures.timing import duration
from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.search import Hit, SearchResult
from pages.ui.grid import Fact, show_grid
from pages.ui.grid.gallery import Searched, hit_tiles
from pages.ui.tables import show_number
from pages.ui.view import View


def recall_and_cost(result: SearchResult, shown: View) -> None:
    """Show the four numbers that say how well LSH did, and at what cost."""
    with st.grid(min_column_width=150, gap="small"):
        show_number(
            f"Neighbour recall@{shown.k}",
            f"{result.neighbour_recall:.0%}",
            help=f"Share of the exact scan's top {shown.k} that LSH returned too.",
        )
        show_number(
            "Candidate ratio",
            f"{result.candidate_ratio:.1%}",
            f"{result.n_candidates:,} of {result.n_gallery:,} images",
            help="Candidates are the images in the probed buckets; only they are compared with "
            "the query.",
        )
        if result.query_label is not None and result.exact_hits:
            show_number(
                f"Precision@{shown.k}",
                _precision(result.hits, shown.k),
                f"exact scan {_precision(result.exact_hits, shown.k)}",
                help=f"Share of the {shown.k} places that hold an image with the query's label.",
            )
        show_number(
            "Look-up time",
            duration(result.look_up_seconds),
            f"exact scan {duration(result.seconds['exact scan'])}",
            help="Hash, probe and rerank together. In a gallery this small the exact scan is "
            "fast as well; it grows with N.",
        )


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
    searched = Searched(result=result, stored=stored)
    marks = _marks(result)
    left, right = st.columns(2, gap="medium")
    with left:
        st.header("LSH", anchor=False)
        n = result.n_candidates
        st.caption(f"Ranks its {n:,} candidates only.")
        if n < shown.k:
            st.info(
                f"Only {n:,} candidates for {shown.k} hits: fewer bits, more tables or more "
                "probes find more.",
                icon=":material/tune:",
            )
        show_grid("lsh", hit_tiles(result.hits, gallery, shown, searched=searched, marks=marks))
    with right:
        st.header("Exact scan", anchor=False)
        st.caption(f"Ranks all {result.n_gallery:,} images: what LSH is judged by.")
        show_grid(
            "exact", hit_tiles(result.exact_hits, gallery, shown, searched=searched, marks=marks)
        )


def _marks(result: SearchResult) -> dict[int, Fact]:
    """Say of each image who found it: both, the exact scan alone, or LSH alone."""
    by_lsh, by_scan = ({hit.id for hit in hits} for hits in (result.hits, result.exact_hits))
    return {
        **dict.fromkeys(by_lsh & by_scan, Fact("found by both", "faint")),
        **dict.fromkeys(by_scan - by_lsh, Fact("missed by LSH", "bad")),
        **dict.fromkeys(by_lsh - by_scan, Fact("LSH only", "faint")),
    }


def _precision(hits: Sequence[Hit], k: int) -> str:
    return f"{precision_at([bool(hit.relevant) for hit in hits], k):.0%}"
