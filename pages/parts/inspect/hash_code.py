"""Every bit of the query with its margin (equations 7 and 8)."""

import numpy as np
import streamlit as st

from core.figures.bits import FRAGILE, code_grid
from core.index.families import hyperplanes
from core.language import tr
from core.lessons.hashing import probe_numbers
from pages.parts.inspect.inspection import Inspection
from pages.parts.inspect.words import binary
from pages.ui import charts
from pages.ui.code import show_code


def show_hash_code(inspection: Inspection) -> None:
    """Show every bit with its margin, the fragile ones ringed."""
    evidence = inspection.evidence
    code, candidates = evidence.result.code, evidence.result.candidates
    fragile = np.abs(code.margins) < FRAGILE  # (L, K)
    mark = tr("<br>fragile")
    notes = np.where(fragile, mark, "").astype(object)
    numbered = zip(probe_numbers(candidates).tolist(), candidates.probes, strict=True)
    for number, probe in reversed(list(numbered)):  # so that the first one stays
        for bit in probe.flipped:
            lead = mark if fragile[probe.table, bit] else ""
            flipped = tr("<br>first flipped by probe {number}", number=number)
            notes[probe.table, bit] = lead + flipped
    st.markdown(
        tr(
            "**{n_bits} hyperplanes, {n_bits} bits.** Teal is 1, amber is 0; the paler a bit, the "
            "closer the query lies to its hyperplane. A ring marks a *fragile* bit: its margin is "
            "below {fragile:g}, so a turn of the embedding by {degrees:.0f}° can flip it.",
            n_bits=code.bits.size,
            fragile=FRAGILE,
            degrees=np.degrees(np.arcsin(FRAGILE)),
        )
    )
    charts.chart(
        code_grid(code.margins, marked=fragile, notes=notes),
        name="hash-code",
        key="code",
        alt=tr(
            "Hash code, one row per table: {keys}. {n_fragile} of {n_bits} bits are fragile.",
            keys=", ".join(binary(evidence, key) for key in code.keys.tolist()),
            n_fragile=int(fragile.sum()),
            n_bits=fragile.size,
        ),
    )
    st.caption(
        tr(
            "{n_fragile} of {n_bits} bits are fragile. A neighbour needs all {n_of_table} bits "
            "of one table to share the query's bucket there; probes forgive the most fragile bits "
            "first. Hover over a bit for its margin, and for the first probe that flips it.",
            n_fragile=int(fragile.sum()),
            n_bits=fragile.size,
            n_of_table=code.bits.shape[1],
        )
    )
    show_code(hyperplanes.hash_code)
