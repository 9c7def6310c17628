"""How time grows with the gallery, and from where on an index is worth it."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.benchmark import growth
from core.benchmark.report import setting_text
from core.figures.benchmark import Growth, time_and_size
from core.language import later, tr
from core.wording import capital
from pages.parts.benchmark import words
from pages.parts.benchmark.point import clickable_chart, show_opened
from pages.ui.address import tied
from pages.ui.code import show_code
from pages.ui.question import question

FAMILIES = {
    "clusters": later("clusters, 2048 numbers"),
    "hard": later("overlapping clusters, 2048 numbers"),
    "reduced": later("clusters reduced to 256 numbers"),
}
ANSWERS = {
    later("1,000 times"): 1000.0,
    later("30 times"): 30.0,
    later("5 times"): 5.0,
    later("not at all"): 1.0,
}


def ask_how_time_grows(data_sets: Mapping[str, Any]) -> None:
    """Ask how time grows, where the file can tell."""
    for family in FAMILIES:
        line = growth.times_of(data_sets, family).get("ours: codes")
        if line is None or len(set(line.n)) < 2:
            continue
        power = growth.fit_power(line)
        grown = 1000**power.exponent
        question(
            tr(
                "A gallery grows to 1,000 times as many images. How much longer does a query take "
                "the engine?"
            ),
            list(ANSWERS),
            right=min(ANSWERS, key=lambda it: abs(ANSWERS[it] - grown)),
            because=tr(
                "The exact scan takes 1,000 times as long. Between {least:,} and "
                "{most:,} images the engine's time grows as N to the power of "
                "{exponent:.2f}, which makes {grown}: it reads a part "
                "of the gallery, and the part shrinks as the gallery grows.",
                least=min(line.n),
                most=max(line.n),
                exponent=power.exponent,
                grown=words.times(grown),
            ),
            key="guess-growth",
        )
        return


@st.fragment
def show_time_and_size(data_sets: Mapping[str, Any]) -> None:
    """Show time against N for one kind of gallery."""
    kinds = [
        family
        for family in dict.fromkeys(it["family"] for it in data_sets.values())
        if len({it["n"] for it in data_sets.values() if it["family"] == family}) > 1
    ]
    if not kinds:
        return
    st.header(tr("Time against the size of the gallery"), anchor=False)
    kind = st.segmented_control(
        tr("Kind of gallery"),
        kinds,
        format_func=_named,
        required=True,
        **tied("kind", kinds, kinds[0]),
    )
    members = {name: it for name, it in data_sets.items() if it["family"] == kind}
    lines = lines_of(members)
    crossings = {
        method: n
        for method in lines
        if not method.startswith(words.EXACT)
        and (n := growth.lead_from(data_sets, kind, method))
        and n > min(lines[method].n)  # else it leads from the start: nothing crosses
    }
    clickable_chart(
        time_and_size(lines, crossovers=crossings),
        key="sizes",
        clicked=lambda it: (it["x"], it["y"]),
        of=[(("n", "median_seconds"), name, entry) for name, entry in members.items()],
        alt=tr(
            "Time of one query over the size of the gallery: {lines}",
            lines="; ".join(
                tr(
                    "{method} grows as N to the {exponent:.2f}",
                    method=method,
                    exponent=it.exponent,
                )
                for method, it in lines.items()
                if it.exponent is not None
            ),
        ),
    )
    crossed = [
        tr(
            "{method} overtakes the exact scan at about {n:,.0f} images ({gallery})",
            method=method,
            n=n,
            gallery=tr(FAMILIES.get(kind, kind)),
        )
        for method, n in crossings.items()
    ]
    axes = tr(
        "Both axes are logarithmic, so a straight line is a power of N; the legend gives the "
        "fitted one. 1: twice the images, twice the time. 0.5: four times the images, twice the "
        "time."
    )
    st.caption(f"{axes} {'; '.join(crossed)}." if crossed else axes)
    show_opened("size", members)
    show_code(growth.fit_power, growth.crossover)


def lines_of(members: Mapping[str, Any]) -> dict[str, Growth]:
    """Return the time of each method over the size.

    Args:
        members: data sets of one kind of gallery.
    """
    (summary,) = growth.summary(members).values()
    return {
        method: Growth(
            n=it["n"],
            seconds=it["median_seconds"],
            settings=[_setting_at(members, method, n) for n in it["n"]],
            exponent=it["exponent"],
        )
        for method, it in summary.items()
    }


def _named(kind: str) -> str:
    return capital(tr(FAMILIES.get(kind, kind)))


def _setting_at(members: Mapping[str, Any], method: str, n: int) -> str:
    entry = next(it for it in members.values() if it["n"] == n and method in it["contestants"])
    return tr(setting_text(entry["contestants"][method]["setting"]))
