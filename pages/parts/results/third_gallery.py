"""Table 2's kind of gallery: clean concepts, and no network that was trained on a split."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.language import tr, written
from pages.parts.results import verdicts
from pages.ui.code import show_code
from pages.ui.result_files import Result, measured, show_origin
from pages.ui.tables import pinned_table

PREFIX = "splits-"


def show_third_galleries() -> None:
    """Every gallery that was judged on splits as the paper's are; nothing where none was."""
    for found in measured(PREFIX):
        _show(*found)


def _show(name: str, result: Result) -> None:
    st.header(
        tr("{gallery}, without training on it", gallery=result["gallery_title"]), anchor=False
    )
    trained = (
        tr(
            "*Trained* is the model that ships, and **all of these pictures were among those it "
            "learnt from, queries too**: its figures are flattered."
        )
        if result["trained_on_it"]
        else tr("*Trained* is the model that ships; it hasn't seen them either.")
    )
    st.markdown(
        tr(
            "No network was trained on the gallery side of a split, as the paper's were. "
            "*Untrained* has seen none of these pictures. {trained}",
            trained=trained,
        )
    )
    pinned_table([_row(row) for row in result["rows"]])
    st.caption(
        tr(
            "mAP and its deviation over {n_seeds} splits of {n_queries:,} queries. Hashing reads "
            "as many buckets as in the paper's experiment: at most three in ten of the gallery's "
            "images are looked at.",
            n_seeds=len(result["seeds"]),
            n_queries=result["n_queries"],
        )
    )
    show_code("core.evaluation.beyond.splits:measure_splits")
    show_origin(name, result)


def _row(row: Mapping[str, Any]) -> dict[str, str]:
    scan, hashing = (row[way] for way in ("scan", "hashing"))
    return {
        tr("Embedding"): tr(row["embedding"]),
        tr("mAP, linear scan"): _with_deviation(scan),
        "P@10": written(scan["precision"]["10"], ".4f"),
        tr("mAP, hashing"): _with_deviation(hashing),
        tr("Candidates"): written(hashing["candidate_ratio"], ".0%"),
    }


def _with_deviation(figures: Mapping[str, Any]) -> str:
    return verdicts.with_deviation(figures["mean_average_precision"], figures["deviation"])
