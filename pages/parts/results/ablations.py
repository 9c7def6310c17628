"""The ablations: one setting at a time, and low-level detail."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.figures.ablation import LSHPoint, MeanAndDeviation, lsh_tradeoff, settings_dots
from core.language import tr
from pages.parts.results.detail import show_detail
from pages.ui import charts
from pages.ui.code import show_code
from pages.ui.result_files import read_under, show_origin


def show_settings() -> None:
    """One setting at a time, and one that the paper only wishes for."""
    _show_ablations()
    show_detail()


def _show_ablations() -> None:
    result = read_under(
        tr("One setting at a time · Corel-1k"), "ablations-corel1k", tr("The ablations")
    )
    if not result:
        return
    how_sure = (
        tr("A bar is the deviation over the seeds.")
        if len(result["seeds"]) > 1
        else tr(
            "One split of 100 queries: a difference of a point is one query, so only large "
            "differences say something."
        )
    )
    st.markdown(
        tr(
            "Everything else stays as it is in ours. Teal circles are mAP, amber diamonds "
            "precision@10. {how_sure}",
            how_sure=how_sure,
        )
    )
    with st.grid(min_column_width=340, gap="large"):
        for group in result["groups"]:
            if group["key"] != "lsh":
                with st.container():
                    _settings(group)
    for group in result["groups"]:
        if group["key"] == "lsh":
            _lsh(group)
    show_origin("ablations-corel1k", result)
    show_code("core.evaluation.ablations:measure_ablations")


def _settings(group: Mapping[str, Any]) -> None:
    """Show one setting's choices."""
    st.markdown(f"**{tr(group['title'])}**")
    names = [tr(str(row["setting"])) for row in group["rows"]]
    both = ("mean_average_precision", "precision_at_10")
    average, precision = ([MeanAndDeviation(**row[it]) for row in group["rows"]] for it in both)
    charts.chart(
        settings_dots(names, average, precision),
        key=f"setting-{group['key']}",
        alt="mAP: " + ", ".join(f"{name} {it}" for name, it in zip(names, average, strict=True)),
    )


def _lsh(group: Mapping[str, Any]) -> None:
    """Show what K, L and probes cost and save."""
    st.markdown(f"**{tr(group['title'])}**")
    st.markdown(
        tr(
            "Up and to the left is better: right hits from few candidates. Along a line the number "
            "of tables L grows. mAP counts every relevant image that hashing leaves out as missed; "
            "precision@10 needs only ten of them."
        )
    )
    shown = {tr("precision@10"): "precision_at_10", "mAP": "mean_average_precision"}
    for column, (what, metric) in zip(st.columns(2, gap="large"), shown.items(), strict=True):
        points = [
            LSHPoint(
                n_bits=row["K"],
                n_tables=row["L"],
                n_probes=row["probes"],
                candidate_ratio=row["candidate_ratio"]["mean"],
                value=row[metric]["mean"],
            )
            for row in group["rows"]
        ]
        with column:
            charts.chart(
                lsh_tradeoff(points, what=what),
                key=f"lsh-{metric}",
                alt=tr(
                    "{what} over candidate ratio: {points}",
                    what=what,
                    points="; ".join(map(_in_words, points)),
                ),
            )


def _in_words(point: LSHPoint) -> str:
    return tr(
        "K {K}, L {L}, {n_probes} probes: {value:.3f} from {candidate_ratio:.0%}",
        K=point.n_bits,
        L=point.n_tables,
        n_probes=point.n_probes,
        value=point.value,
        candidate_ratio=point.candidate_ratio,
    )
