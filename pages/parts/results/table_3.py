"""Table 3: where the time of one query goes."""

from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st

from core.figures.experiment import stage_bars
from core.language import tr, written
from core.paper.tables import TABLE_3
from core.wording import capital, duration
from pages.parts.results import verdicts
from pages.ui import charts
from pages.ui.code import show_code
from pages.ui.result_files import GALLERIES, Result, read_under, show_origin
from pages.ui.tables import pinned_table


def show_times() -> None:
    """Table 3: where the time of one query goes."""
    st.markdown(
        tr(
            "The paper **doesn't say what its seconds contain**, nor on which machine. Here every "
            "stage of one query is timed on its own, warm; a bar stacks the medians."
        )
    )
    for name, gallery in GALLERIES.items():
        if result := read_under(
            tr("Table 3 · {gallery}", gallery=gallery),
            f"time-{name}",
            tr("Table 3 on {gallery}", gallery=gallery),
        ):
            _times(result, name)
            show_origin(f"time-{name}", result)
        else:
            pinned_table(
                [
                    {
                        tr("System"): tr(verdicts.TITLES[key]),
                        tr("Paper"): f"{written(row[name], '.2f')} s",
                    }
                    for key, row in TABLE_3.items()
                ]
            )
    show_code("core.evaluation.stage_timing:by_lsh", "core.evaluation.stage_timing:summary")


def _times(result: Result, gallery: str) -> None:
    """Show where the time goes with one thread and with all, and the paper's seconds."""
    systems = result["systems"]
    counts = list(dict.fromkeys(count for it in systems.values() for count in it["threads"]))
    for count in counts:
        if told := verdicts.where_time_goes(result, count):
            st.markdown(told)
    stages = {
        count: {
            key: verdicts.stages(result, key, count)
            for key, system in systems.items()
            if count in system["threads"]
        }
        for count in counts
    }
    longest = max(sum(row.values()) for rows in stages.values() for row in rows.values())
    for count, column in zip(counts, st.columns(len(counts), gap="large"), strict=True):
        rows = stages[count]
        totals = {
            key: duration(systems[key]["threads"][count]["total"]["median_s"]) for key in rows
        }
        with column:
            st.markdown(f"**{capital(verdicts.threads_in_words(count))}**")
            charts.chart(
                stage_bars(
                    [f"{tr(systems[key]['title'])} <b>{totals[key]}</b>" for key in rows],
                    list(rows.values()),
                    longest=longest,
                ),
                key=f"stages-{gallery}-{count}",
                alt=tr(
                    "Time of one query: {times}",
                    times=", ".join(f"{tr(systems[key]['title'])} {totals[key]}" for key in rows),
                ),
            )
    pinned_table([_time_row(key, system, gallery, counts) for key, system in systems.items()])
    with st.expander(tr("Every stage")):
        pinned_table(list(_stage_rows(systems, counts)))


def _time_row(
    key: str, system: Mapping[str, Any], gallery: str, counts: list[str]
) -> dict[str, str]:
    paper = TABLE_3.get(key, {}).get(gallery)
    row = {
        tr("System"): tr(system["title"]),
        tr("Paper"): "–" if paper is None else f"{written(paper, '.2f')} s",
    }
    for count in counts:
        total = system["threads"].get(count, {}).get("total")
        row |= _median_and_p95(count, total)
    return row


def _stage_rows(systems: Mapping[str, Any], counts: list[str]) -> Iterable[dict[str, str]]:
    for system in systems.values():
        measured = {count: system["threads"].get(count, {}).get("stages", {}) for count in counts}
        for stage in dict.fromkeys(stage for it in measured.values() for stage in it):
            row = {tr("System"): tr(system["title"]), tr("Stage"): tr(stage)}
            for count in counts:
                row |= _median_and_p95(count, measured[count].get(stage))
            yield row


def _median_and_p95(count: str, seconds: Mapping[str, float] | None) -> dict[str, str]:
    """Return the two columns of a number of threads."""
    threads = verdicts.threads_in_words(count)
    return {
        tr("Median, {threads}", threads=threads): duration(seconds["median_s"]) if seconds else "–",
        tr("p95, {threads}", threads=threads): duration(seconds["p95_s"]) if seconds else "–",
    }
