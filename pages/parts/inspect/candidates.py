"""The union of all buckets, the rerank, and the exact scan that judges it."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from core.figures.evidence import tables_by_cosine
from core.index.exact import exact_scan, rerank
from core.language import tr, written
from core.wording import count
from pages.parts.inspect.inspection import Inspection
from pages.ui import charts
from pages.ui.code import show_code
from pages.ui.grid import Fact, show_grid


def show_candidates(inspection: Inspection) -> None:
    """Show the union of all buckets, the rerank, and the exact scan that judges it."""
    evidence, shown = inspection.evidence, inspection.shown
    result = evidence.result
    n_found = dict(
        zip(
            result.candidates.ids.tolist(),
            result.candidates.found_by.sum(axis=1).tolist(),
            strict=True,
        )
    )
    hits, truth = {hit.id for hit in result.hits}, {hit.id for hit in result.exact_hits}
    ids = evidence.ranking.ids.tolist()
    st.markdown(
        tr(
            "**Similar images meet in more tables.** Each image of the gallery: its cosine to the "
            "query, and how many of the {n_tables} tables found it. Whatever lies on the bottom "
            "line was in no bucket that was read; an amber mark there is a neighbour that LSH "
            "missed.",
            n_tables=shown.L,
        )
    )
    charts.chart(
        tables_by_cosine(
            evidence.ranking.similarities,
            np.array([n_found.get(id, 0) for id in ids]),
            ["hit" if id in hits else "missed" if id in truth else "other" for id in ids],
            [inspection.gallery.items[id].name for id in ids],
            n_tables=shown.L,
        ),
        name="tables-by-cosine",
        key="tables-by-cosine",
        alt=tr(
            "{n_candidates} of {n_gallery} images were found by a table; "
            "{n_missed} of the {n_nearest} nearest were not.",
            n_candidates=result.n_candidates,
            n_gallery=result.n_gallery,
            n_missed=len(truth - hits),
            n_nearest=len(truth),
        ),
    )
    left, right = st.columns(2, gap="medium")
    with left:
        st.header(tr("Rerank"), anchor=False)
        n = result.n_candidates
        st.caption(tr("{what} by cosine: the first {k}.", what=count(n, "candidate"), k=shown.k))
        if n < shown.k:
            st.info(tr("Fewer bits, more tables or more probes find more."), icon=":material/tune:")
        show_grid(
            "hits",
            [
                inspection.tile(
                    hit.id,
                    Fact(f"{hit.rank} · {written(hit.similarity, '.3f')}"),
                    Fact(count(n_found[hit.id], "table"), "faint"),
                )
                for hit in result.hits
            ],
        )
    with right:
        st.header(tr("Exact scan"), anchor=False)
        st.caption(
            tr(
                "{what} by cosine: the first {k}.",
                what=count(result.n_gallery, "image"),
                k=shown.k,
            )
        )
        show_grid(
            "exact",
            [
                inspection.tile(
                    hit.id,
                    Fact(f"{hit.rank} · {written(hit.similarity, '.3f')}"),
                    Fact(tr("found by both"), "faint")
                    if hit.id in hits
                    else Fact(tr("missed by LSH"), "bad"),
                )
                for hit in result.exact_hits
            ],
        )
    _all_candidates(inspection, n_found)
    show_code(rerank, exact_scan)


@st.fragment
def _all_candidates(inspection: Inspection, n_found: Mapping[int, int]) -> None:
    """Offer the whole union, which is sent to who opens the box.

    Args:
        inspection: of the query.
        n_found: id -> how many tables found it.
    """
    evidence = inspection.evidence
    hits = {hit.id for hit in evidence.result.hits}
    box = st.expander(
        tr("All {candidates}", candidates=count(evidence.result.n_candidates, "candidate")),
        key="all-candidates",
        type="compact",
        on_change="rerun",
    )
    if not box.open:
        return
    ranked = zip(
        evidence.reranked.ids.tolist(), evidence.reranked.similarities.tolist(), strict=True
    )
    box.dataframe(
        [
            {
                tr("Rank"): rank,
                tr("Image"): inspection.gallery.items[id].name,
                tr("Label"): inspection.gallery.items[id].label,
                tr("Cosine"): similarity,
                tr("Tables"): n_found[id],
                tr("Hit"): id in hits,
            }
            for rank, (id, similarity) in enumerate(ranked, start=1)
        ],
        hide_index=True,
        column_config={tr("Cosine"): st.column_config.NumberColumn(format="%.4f")},
        alt=tr("All candidates by cosine."),
    )
