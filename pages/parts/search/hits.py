"""What LSH found, beside what the exact scan finds, and the numbers that compare both."""

from collections.abc import Sequence

import streamlit as st

from core.evaluation.metrics import precision_at
from core.figures.timing import duration
from core.galleries.base import Gallery
from core.search import Hit, SearchResult
from pages.ui import cards
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


def hits_side_by_side(result: SearchResult, gallery: Gallery, shown: View) -> None:
    """Show what LSH found beside what the exact scan finds."""
    found = {hit.id for hit in result.hits}

    def tables(hit: Hit) -> str:
        return f"{_tables(result, hit)}  \n{_label(hit)}"

    def found_or_missed(hit: Hit) -> str:
        by = ":gray[found by LSH]" if hit.id in found else ":orange[**missed by LSH**]"
        return f"{by}  \n{_label(hit)}"

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
        cards.hit_cards("lsh", result.hits, gallery, shown, facts=tables)
    with right:
        st.header("Exact scan", anchor=False)
        st.caption(f"Ranks all {result.n_gallery:,} images: what LSH is judged by.")
        cards.hit_cards("exact", result.exact_hits, gallery, shown, facts=found_or_missed)


def _tables(result: SearchResult, hit: Hit) -> str:
    """Say in how many of the tables a hit was found."""
    candidates = result.candidates
    found_by = candidates.found_by[candidates.ids == hit.id]
    return f":gray[{int(found_by.sum())} of {found_by.shape[-1]} tables]"


def _label(hit: Hit) -> str:
    return cards.relevance(hit.label or hit.name, hit.relevant)


def _precision(hits: Sequence[Hit], k: int) -> str:
    return f"{precision_at([bool(hit.relevant) for hit in hits], k):.0%}"
