"""What lost each missed neighbour, and what would have brought it back."""

from dataclasses import replace

import streamlit as st

from core.language import tr
from core.lessons.evidence import MOST_PROBES, MOST_TABLES, Evidence, Explained, probe_order
from core.wording import count, decimal
from pages.parts.inspect.inspection import Inspection, part_params
from pages.parts.inspect.words import bits_with_margins, enough
from pages.ui import navigation
from pages.ui.code import show_code
from pages.ui.errors import plain
from pages.ui.grid import show_grid
from pages.ui.view import RANGES, View

N_SHOWN = 12  # missed neighbours that are explained one by one


def show_missed(inspection: Inspection) -> None:
    """Show what lost each missed neighbour, and what would have brought it back."""
    evidence, shown = inspection.evidence, inspection.shown
    images = evidence.missed
    if not images:
        st.success(
            tr(
                "Nothing was missed: all {n_nearest} are among the hits.",
                n_nearest=len(evidence.result.exact_hits),
            )
        )
        if shown.probes > 1:
            _try(tr("See what one probe alone would lose"), replace(shown, probes=1))
        return
    st.markdown(
        tr(
            "**{images} of the {n_nearest} nearest lay in no bucket that was read.** For "
            "each: the table that came closest, the bits that lost it there, and the least change "
            "that brings it back. Either more probes in the same tables, or more tables with the "
            "same probes; a larger index of the same seed begins with the very same tables.",
            images=count(len(images), "image"),
            n_nearest=len(evidence.result.exact_hits),
        )
    )
    for image in images[:N_SHOWN]:
        with st.container(border=True, key=f"missed-{image.id}"):
            picture, text = st.columns([1, 5], gap="small")
            with picture:
                show_grid(f"missed-{image.id}", [inspection.tile(image.id)])
            with text:
                _lost(inspection, image)
    if len(images) > N_SHOWN:
        st.caption(
            tr(
                "{n} more: the evidence tells the same of each.",
                n=len(images) - N_SHOWN,
            )
        )
    st.caption(
        tr(
            "Both searches end somewhere: after {most_probes:,} probes per table and {most_tables} "
            "tables. Long before that the exact scan is the cheaper way.",
            most_probes=MOST_PROBES,
            most_tables=MOST_TABLES,
        )
    )
    show_code(Evidence.explain, probe_order)


def _lost(inspection: Inspection, image: Explained) -> None:
    """Say what lost one missed neighbour, and what brings it back."""
    shown, nearest = inspection.shown, image.nearest
    st.markdown(
        tr(
            "**{name}** · rank {rank} of the exact scan · cosine {cosine}, {degrees:.0f}°  \n"
            "Lost by {bits} of table {table}.  \n"
            "Brought back by {probes} per table (now {n_probes}), or by {tables} (now {n_tables}).",
            name=plain(image.name),
            rank=image.exact_rank,
            cosine=decimal(image.similarity, 3),
            degrees=image.angle,
            bits=bits_with_margins(nearest),
            table=nearest.table + 1,
            probes=enough(image.least_probes, "probe", MOST_PROBES),
            n_probes=shown.probes,
            tables=enough(image.least_tables, "table", MOST_TABLES),
            n_tables=shown.L,
        )
    )
    with st.container(horizontal=True, gap="small"):
        if image.least_probes and image.least_probes <= RANGES["probes"][1]:
            _try(
                tr("Try {what}", what=count(image.least_probes, "probe")),
                replace(shown, probes=image.least_probes),
            )
        if image.least_tables and image.least_tables <= RANGES["L"][1]:
            _try(
                tr("Try {what}", what=count(image.least_tables, "table")),
                replace(shown, L=image.least_tables),
            )


def _try(label: str, shown: View) -> None:
    """Draw a link to this page with other settings."""
    st.page_link(
        navigation.INSPECT,
        label=label,
        icon=":material/tune:",
        query_params=part_params(shown, "Missed"),
    )
