"""From which size on the index of the lessons is worth it: a guess, a chart, and other indexes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from core.benchmark import growth
from core.figures.benchmark import time_and_size
from core.language import later, later_written, tr
from core.wording import duration, joined
from pages.parts.benchmark import words
from pages.parts.benchmark.time_and_size import FAMILIES, lines_of
from pages.ui import charts, tour
from pages.ui.question import question

# Whose size is said anywhere in the app, and what each is called.
_INDEXES = {
    words.TAUGHT: later("the index of the lessons"),
    "faiss IndexLSH + RefineFlat": later("faiss's LSH"),
    "ours: buckets": later("the compiled engine"),
}


def ask_where_they_cross(data_sets: Mapping[str, Any]) -> None:
    """Ask from which size on the index of the lessons beats the exact scan."""
    lead = _first_lead(data_sets, words.TAUGHT)
    if not lead:
        return
    family, n = lead
    lines = growth.times_of(data_sets, family)
    times = lines[words.TAUGHT]
    scan = min(
        seconds
        for name, line in lines.items()
        if name.startswith(words.EXACT)
        for size, seconds in zip(line.n, line.seconds, strict=True)
        if size == times.n[0]
    )
    sizes = (10**3, 10**4, 10**5, 10**6)
    question(
        tr(
            "The app's own index is fast early. That of these lessons is written to be read: from "
            "about how many images on does it beat the exact scan?"
        ),
        [later_written(size) for size in sizes],
        right=later_written(min(sizes, key=lambda size: abs(words.decades(size, n)))),
        because=tr(
            "Measured on {gallery}: about {n:,.0f}. With {smallest:,} images it takes {seconds}, "
            "the scan {scan}: a look-up takes time before it compares anything.",
            gallery=tr(FAMILIES[family]),
            n=n,
            smallest=times.n[0],
            seconds=duration(times.seconds[0]),
            scan=duration(scan),
        ),
        key="guess-crossing",
        then=lambda: _show_crossing(data_sets, family, n),
    )


def _first_lead(data_sets: Mapping[str, Any], method: str) -> tuple[str, float] | None:
    """The first kind of gallery that tells from which size on a method leads, and that size."""
    for family in FAMILIES:
        if n := growth.lead_from(data_sets, family, method):
            return family, n
    return None


def _show_crossing(data_sets: Mapping[str, Any], family: str, n: float) -> None:
    """Show where the two lines cross, and say why other places of the app name other sizes."""
    shown = _INDEXES if tour.shows("words") else {words.TAUGHT}
    members = {name: it for name, it in data_sets.items() if it["family"] == family}
    lines = {
        method: replace(line, exponent=None)
        for method, line in lines_of(members).items()
        if method in shown or method.startswith(words.EXACT)
    }
    called = {method: tr(name) for method, name in _INDEXES.items()}
    charts.chart(
        time_and_size(lines, crossovers={words.TAUGHT: n}, called=called),
        name="where-they-cross",
        key="crossing",
        alt=tr(
            "Time of one query over the size of the gallery: the index of the lessons crosses the "
            "exact scan at about {n:,.0f} images.",
            n=n,
        ),
    )
    if tour.shows("words"):
        st.markdown(tr("Others have sizes of their own: {sizes}.", sizes=joined(_sizes(data_sets))))
        st.markdown(
            tr(
                "*Search* times the compiled engine anew, on your gallery. The cheaper a look-up, "
                "and the longer the vectors that a scan reads, the sooner hashing pays."
            )
        )


def _sizes(data_sets: Mapping[str, Any]) -> list[str]:
    """Say for each index but that of the answer from which size on it beats the scan."""
    said = []
    for method, name in _INDEXES.items():
        if method != words.TAUGHT and (lead := _first_lead(data_sets, method)):
            family, n = lead
            about = {"index": tr(name), "n": n, "gallery": tr(FAMILIES[family])}
            said.append(
                tr("{index} from {n:,.0f} or fewer ({gallery})", **about)
                if n <= min(growth.times_of(data_sets, family)[method].n)
                else tr("{index} from about {n:,.0f} ({gallery})", **about)
            )
    return said
