"""What LSH found, beside what the exact scan finds, and the numbers that compare both."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.evaluation.metrics import precision_at
from core.galleries.base import Gallery
from core.search import Hit, SearchResult
from core.wording import count, duration, percent
from pages.ui import cards
from pages.ui.tables import show_number
from pages.ui.view import View


def notes(result: SearchResult) -> None:
    """Say first what one should know before looking at the hits."""
    if result.strangeness:
        st.warning(result.strangeness, icon=":material/help:")
    if result.shortfall:
        st.info(result.shortfall, icon=":material/tune:")


def recall_and_cost(result: SearchResult, shown: View) -> None:
    """Show the four numbers that say how well LSH did, and at what cost."""
    with st.grid(min_column_width=150, gap="small"):
        show_number(
            f"Neighbour recall@{shown.k}",
            percent(result.neighbour_recall),
            help=f"Share of the exact scan's top {shown.k} that LSH returned too.",
        )
        show_number(
            "Candidate ratio",
            percent(result.candidate_ratio),
            f"{result.n_candidates:,} of {count(result.n_gallery, 'image')}",
            help="Candidates are the images in the buckets that were read, "
            f"{count(result.n_probes, 'bucket')} in each table; only they are compared with the "
            "query.",
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
            help=f"Hash, probe and rerank together. {_how_timed(result)}",
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
        n_tables = len(result.code.keys)
        st.caption(
            f"Ranks its {count(result.n_candidates, 'candidate')} only, of "
            f"{count(result.n_probes, 'bucket')} in each of {count(n_tables, 'table')}."
        )
        cards.hit_cards("lsh", result.hits, gallery, shown, facts=tables)
    with right:
        st.header("Exact scan", anchor=False)
        st.caption(f"Ranks all {count(result.n_gallery, 'image')}: what LSH is judged by.")
        cards.hit_cards("exact", result.exact_hits, gallery, shown, facts=found_or_missed)


def _tables(result: SearchResult, hit: Hit) -> str:
    """Say in how many of the tables a hit was found."""
    candidates = result.candidates
    found_by = candidates.found_by[candidates.ids == hit.id]
    return f":gray[{int(found_by.sum())} of {found_by.shape[-1]} tables]"


def _label(hit: Hit) -> str:
    return cards.relevance(hit.label or hit.name, hit.relevant)


def _how_timed(result: SearchResult) -> str:
    """Say what was timed, and how much the runs differed."""
    runs = result.look_up_runs
    who = "By the engine" if result.by_engine else "In NumPy, until the engine has compiled"
    low, high = (duration(float(it)) for it in np.quantile(runs, [0.25, 0.75]))
    return f"{who}: the median of {count(len(runs), 'run')}, half of them from {low} to {high}."


def _precision(hits: Sequence[Hit], k: int) -> str:
    return percent(precision_at([bool(hit.relevant) for hit in hits], k))
