"""Above all parts: a guess, and the way from bits to neighbours in four numbers."""

import streamlit as st

from core.language import later, tr, written
from core.wording import count
from pages.parts.inspect.inspection import Inspection
from pages.ui import navigation
from pages.ui.address import tied
from pages.ui.pictures import query_picture
from pages.ui.tables import show_number

GUESSES = (later("None"), later("Up to a quarter"), later("Up to a half"), later("More"))


def show_overview(inspection: Inspection) -> None:
    """Ask for a guess, and show the way from bits to neighbours in four numbers."""
    evidence, shown = inspection.evidence, inspection.shown
    result = evidence.result
    picture, text = st.columns([1, 5], gap="medium")
    with picture:
        query_picture(result, inspection.query.title)
        st.caption(" · ".join(inspection.query.facts(label=result.query_label)))
        st.page_link(
            navigation.REGIONS,
            label=tr("Find a part"),
            icon=":material/select_all:",
            query_params=shown.params(),
        )
    n_nearest = len(result.exact_hits)
    with text:
        guess = st.segmented_control(
            tr(
                "**Guess first:** of the {n_nearest} images nearest to this query, how many did "
                "LSH miss?",
                n_nearest=n_nearest,
            ),
            GUESSES,
            format_func=tr,
            **tied("guess", GUESSES, None),
        )
        n_missed = n_nearest - round(result.neighbour_recall * n_nearest)
        if guess:
            st.markdown(_revealed(guess, n_missed, n_nearest))
        with st.grid(min_column_width=120, gap="small"):
            probes = result.candidates.probes
            show_number(
                tr("Bits"), f"{result.code.bits.size}", f"{count(shown.L, 'table')} × {shown.K}"
            )
            show_number(
                tr("Buckets read"),
                written(len(probes)),
                tr("{n:,} not empty", n=sum(len(probe.ids) > 0 for probe in probes)),
            )
            show_number(
                tr("Candidates"),
                written(result.n_candidates),
                tr(
                    "{share:.1%} of {n_gallery:,}",
                    share=result.candidate_ratio,
                    n_gallery=result.n_gallery,
                ),
            )
            show_number(
                tr("Neighbour recall@{k}", k=shown.k),
                written(result.neighbour_recall, ".0%") if guess else "?",
                tr("{n} of {n_nearest}", n=n_nearest - n_missed, n_nearest=n_nearest)
                if guess
                else tr("guess first"),
            )


def _revealed(guess: str, n_missed: int, n_nearest: int) -> str:
    """Compare a guess with what was missed."""
    share = n_missed / n_nearest if n_nearest else 0
    right = GUESSES[(share > 0) + (share > 0.25) + (share > 0.5)]
    sign = tr(":green[:material/check: Right.]") if guess == right else tr(":orange[Not quite.]")
    if not n_missed:
        return tr(
            "{sign} LSH missed **none of {n_nearest}**. Take fewer probes (in the sidebar, below "
            "*Query*) and look again.",
            sign=sign,
            n_nearest=n_nearest,
        )
    return tr(
        "{sign} LSH missed **{n_missed} of {n_nearest}**. *Missed* below names the bits that "
        "lost them.",
        sign=sign,
        n_missed=n_missed,
        n_nearest=n_nearest,
    )
