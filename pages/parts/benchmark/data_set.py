"""One data set: who is how fast at which recall, and what each looks at."""

from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st

from core.benchmark.report import setting_text
from core.figures.benchmark import SettingPoint, candidates_and_recall, recall_and_speed
from core.language import tr, written
from core.wording import duration
from pages.parts.benchmark import words
from pages.parts.benchmark.point import clickable_chart, show_opened
from pages.ui.address import tied
from pages.ui.code import show_code
from pages.ui.tables import pinned_table


@st.fragment
def show_data_set(data_sets: Mapping[str, Any]) -> None:
    """Show one data set, which a visitor chooses."""
    name = st.selectbox(
        tr("Data set"),
        list(data_sets),
        format_func=lambda it: words.title_of(data_sets[it]),
        **tied("data", data_sets, next(iter(data_sets))),
        help=tr("What the two charts and the table below are about."),
    )
    levels = words.levels_of(data_sets[name])
    k, wanted = levels[0]
    if len(levels) > 1:
        with st.container(horizontal=True, gap="medium"):
            k = _chosen(tr("Hits, k"), "count", dict.fromkeys(k for k, _ in levels), words.MAIN_K)
            recalls = dict.fromkeys(wanted for _, wanted in levels)
            main = data_sets[name]["wanted_recall_at_10"]
            wanted = _chosen(tr("Recall that everyone has to reach"), "recall", recalls, main)
    _one(name, words.seen_at(data_sets[name], k, wanted), k, wanted)


def _chosen(label: str, param: str, options: Iterable[Any], first: Any) -> Any:
    """Let the visitor choose one of a few."""
    values = list(options)
    return st.segmented_control(
        label,
        values,
        format_func=lambda it: written(it, "g"),
        required=True,
        **tied(param, values, first),
    )


def _one(name: str, entry: Mapping[str, Any], k: int, wanted: float) -> None:
    _details_table(entry, k)
    title = words.title_of(entry)
    curves = {
        method: [_point(it) for it in found["curve"]]
        for method, found in entry["contestants"].items()
    }
    chosen = {
        method: SettingPoint(
            recall=found["recall"],
            seconds=found["median_seconds"],
            setting=tr(setting_text(found["setting"])),
        )
        for method, found in entry["contestants"].items()
    }
    speed, looked = st.columns(2, gap="large")
    with speed:
        st.markdown(tr("**Recall against time.** Up and to the right is better."))
        clickable_chart(
            recall_and_speed(curves, k=k, wanted=wanted, chosen=chosen),
            key="speed",
            clicked=lambda it: (it["x"], 1 / it["y"]),
            of=[(("recall", "median_seconds"), name, entry)],
            alt=tr(
                "Queries per second over neighbour recall@{k}, {title}: {points}",
                k=k,
                title=title,
                points="; ".join(
                    tr(
                        "{method} {rate:,.0f} at {recall:.2f}",
                        method=method,
                        rate=1 / it.seconds,
                        recall=it.recall,
                    )
                    for method, it in chosen.items()
                ),
            ),
        )
    with looked:
        st.markdown(tr("**Candidates against recall.** Down and to the right is better."))
        clickable_chart(
            candidates_and_recall(curves, n=entry["n"], k=k, wanted=wanted),
            key="candidates",
            clicked=lambda it: (it["x"], it["y"]),
            of=[(("recall", "candidates"), name, entry)],
            alt=tr(
                "Embeddings compared exactly over neighbour recall@{k}, {title}",
                k=k,
                title=title,
            ),
        )
    st.caption(
        tr(
            "A line is one method from quick and careless to slow and thorough, without the "
            "settings that another one beats in both; the large mark is the setting of the table, "
            "measured once more with other queries. Click on a point for its settings. Graphs "
            "don't say how many they compare."
        )
    )
    show_opened("point", {name: entry})
    show_code("core.benchmark.race:take_turns", "core.benchmark.race:choose")


def _point(it: Mapping[str, Any]) -> SettingPoint:
    return SettingPoint(
        recall=it["recall"],
        seconds=it["median_seconds"],
        setting=tr(setting_text(it["setting"])),
        candidates=it["candidates"],
    )


def _details_table(entry: Mapping[str, Any], k: int) -> None:
    exact = min(
        it["median_seconds"]
        for name, it in entry["contestants"].items()
        if name.startswith(words.EXACT)
    )
    pinned_table(
        [
            {
                tr("Method"): method,
                tr("Median"): words.median_in_words(it),
                tr("p95"): duration(it["p95_seconds"]),
                tr("× exact scan"): written(exact / it["median_seconds"], ".3g"),
                tr("Recall@{k}", k=k): written(it["recall"], ".3f"),
                tr("Batch, queries per s"): _rate(it["batch_queries_per_second"]["1"]),
                tr("on all threads"): _rate(max(it["batch_queries_per_second"].values())),
                tr("Build"): duration(it["build_seconds"]),
                tr("Bytes per vector"): _rate(it["extra_bytes_per_vector"]),
                tr("Adds per s"): _rate(it.get("adds_per_second")),
                tr("Removes per s"): _rate(it.get("removes_per_second")),
                tr("Setting"): tr(setting_text(it["setting"])),
            }
            for method, it in entry["contestants"].items()
        ]
    )
    left_out = [
        tr("{method} is left out. {why}", method=method, why=why)
        for method, why in entry["left_out"].items()
    ]
    st.caption(
        " ".join(
            [
                tr(
                    "Near a point its embeddings spread in about {dim:.0f} "
                    "directions (intrinsic dimension): the more, the harder. Bytes are beyond the "
                    "vectors themselves, {dtype}. Building uses {threads} threads.",
                    dim=entry["intrinsic_dimension"],
                    dtype=entry["dtype"],
                    threads=entry["threads"],
                ),
                *_circumstances(entry),
                *left_out,
            ]
        )
    )


def _rate(number: float | None) -> str:
    """Write a number that not everyone has."""
    return "–" if number is None else written(number, ",.0f")


def _circumstances(entry: Mapping[str, Any]) -> list[str]:
    """Say how often was measured, and what else the machine did meanwhile."""
    told = []
    if (rounds := entry.get("rounds", 1)) > 1:
        told.append(tr("A query's time is the median of {rounds} rounds.", rounds=rounds))
    if (share := entry.get("used_by_others")) is not None:
        told.append(tr("Meanwhile other programs used {share:.0%} of the processors.", share=share))
    return told
