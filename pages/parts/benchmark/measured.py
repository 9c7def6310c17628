"""What `python -m core benchmark` measured: reads its result file and computes nothing else."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.errors import COMMAND
from core.language import tr
from pages.parts.benchmark import words
from pages.parts.benchmark.crossing import ask_where_they_cross
from pages.parts.benchmark.data_set import show_data_set
from pages.parts.benchmark.time_and_size import ask_how_time_grows, show_time_and_size
from pages.parts.benchmark.words import Duel
from pages.ui import tour
from pages.ui.result_files import Result, read_or_say, show_origin
from pages.ui.tables import pinned_table

NAME = "index-speed"
MEASURE = f"{COMMAND} benchmark"


def show_measured() -> None:
    """Show all that was measured, or say how to measure it."""
    result = read_or_say(
        NAME,
        tr(
            "Not measured yet. `{measure}` lets the exact scan, faiss, hnswlib, other libraries "
            "and this engine search the same galleries, and writes the file that this page reads. "
            "*Race here* needs no file.",
            measure=MEASURE,
        ),
    )
    if not result:
        return
    ask_where_they_cross(result["data_sets"])
    if tour.shows("all that was measured"):
        _show_all(result)


def _show_all(result: Result) -> None:
    data_sets = result["data_sets"]
    ask_how_time_grows(data_sets)
    raced = words.with_all_peers(data_sets)
    _verdicts(words.duels(raced))
    _fastest(raced)
    _earlier(data_sets, raced)
    _overview(data_sets)
    show_data_set(data_sets)
    show_time_and_size(data_sets)
    _origin(result)


def _verdicts(duels: Sequence[Duel]) -> None:
    """Say how often the engine wins, where it loses, and on demand where it wins."""
    lost = [f"- {it}" for it in duels if not it.is_won]
    won = [f"- {it}" for it in duels if it.is_won]
    st.markdown("\n".join([words.headline(duels), "", *lost]))
    if won:
        with st.expander(tr("Where it wins, and by how much")):
            st.markdown("\n".join(won))


def _fastest(raced: Mapping[str, Any]) -> None:
    """A row for each data set, a column for each level: who is the fastest there."""
    levels = list(dict.fromkeys(at for it in raced.values() for at in words.levels_of(it)))
    if len(levels) < 2:
        return
    st.header(tr("The fastest at each recall"), anchor=False)
    pinned_table(
        [
            {tr("Data set"): words.title_of(entry)}
            | {
                tr("recall@{k} ≥ {wanted:.2f}", k=k, wanted=wanted): words.fastest_in_words(
                    words.seen_at(entry, k, wanted)
                )
                if (k, wanted) in words.levels_of(entry)
                else "–"
                for k, wanted in levels
            }
            for entry in raced.values()
        ]
    )
    st.caption(
        tr("One query, one thread. Ours is *ours: codes* or *ours: buckets*, the faster one.")
    )


def _earlier(data_sets: Mapping[str, Any], raced: Mapping[str, Any]) -> None:
    """Name the data sets that were measured before everyone was entered."""
    earlier = [it for name, it in data_sets.items() if name not in raced]
    if not earlier:
        return
    everyone = dict.fromkeys(name for it in data_sets.values() for name in it["contestants"])
    known = {name for it in earlier for name in (*it["contestants"], *it["left_out"])}
    st.caption(
        tr(
            "Not counted above: {data_sets}. They were measured before {methods} raced, and show "
            "how time grows with the gallery.",
            data_sets="; ".join(map(words.title_of, earlier)),
            methods=", ".join(name for name in everyone if name not in known),
        )
    )


def _overview(data_sets: Mapping[str, Any]) -> None:
    wanted = next(iter(data_sets.values()))["wanted_recall_at_10"]
    st.header(tr("One query, one thread"), anchor=False)
    names = dict.fromkeys(name for it in data_sets.values() for name in it["contestants"])
    pinned_table(
        [
            {tr("Median"): name}
            | {
                words.title_of(it): words.median_in_words(it["contestants"].get(name))
                for it in data_sets.values()
            }
            for name in names
        ]
    )
    st.caption(
        tr(
            "Everyone is set to find at least {wanted:.0%} of the ten nearest neighbours "
            "(neighbour recall@10), and takes turns with the others. In brackets: it never found "
            "as many.",
            wanted=wanted,
        )
    )


def _origin(result: Result) -> None:
    data_sets = result["data_sets"].values()
    seeds = sorted({it["seed"] for it in data_sets if "seed" in it})
    versions = ", ".join(f"{name} {it}" for name, it in result["versions"].items())
    show_origin(NAME, dict(result) | {"seeds": seeds}, more=versions)
    earlier = {it["date"][:10] for it in data_sets if "date" in it}
    if len(earlier) > 1:
        st.caption(tr("Data sets were measured on {dates}.", dates=", ".join(sorted(earlier))))
