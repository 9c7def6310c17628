"""Low-level detail: what an earlier stage brings beside the last one."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.figures.rows import Interval, signed
from core.language import later, tr, written
from pages.ui.code import show_code
from pages.ui.result_files import Result, measured, show_origin
from pages.ui.tables import pinned_table

NAME = "detail"


def show_detail() -> None:
    """Does the stage before the last help? Nothing where it wasn't measured."""
    for found in measured(NAME):
        _show(*found)


def _show(name: str, result: Result) -> None:
    st.header(tr("Low-level detail: the paper's future work"), anchor=False)
    seconds = result["seconds_of_a_pass"]
    st.markdown(
        tr(
            "The paper ends with a wish: features of an earlier stage beside those of the last "
            "(section 5). Here the stage before the last is weighed by the same spatial gate and "
            "averaged; {detail} numbers of it join the {dim} of the last stage. "
            "It takes {more:+.0%} time. {outcome}",
            detail=result["detail"],
            dim=result["dim"],
            more=seconds["with"] / seconds["without"] - 1,
            outcome=told(result),
        )
    )
    titles = {it["key"]: tr(it["title"]) for it in result["galleries"]}
    pinned_table([_row(row, titles) for row in result["rows"]])
    st.caption(
        tr(
            "Untrained: ImageNet features on their principal axes, fitted on photographs that are "
            "not searched here. Trained: the model that ships, on what it never saw. In brackets "
            "the 95 % interval over splits and queries. The right columns show what detail would "
            "bring at some weights, whichever was chosen."
        )
    )
    show_code("core.evaluation.beyond.detail:measure_detail")
    show_origin(name, result, key="detail")


def told(result: Result) -> str:
    """Say whether the weight that was chosen leaves detail out, and where it helps."""
    chosen = [it for weights in result["chosen"].values() for it in weights]
    n_without = sum(weight == 0 for weight in chosen)
    effects = [Interval(it["gallery"], **_mean_and_ends(it["brings"])) for it in result["rows"]]
    helps = sum(it.verdict == "helps" for it in effects)
    outcome = (
        later("With the weights that were chosen it helps in **{n}** of {n_rows} rows.")
        if helps == len(effects)
        else later(
            "With the weights that were chosen it helps in **{n}** of {n_rows} rows, so the model "
            "that ships does without it."
        )
    )
    return tr(
        "How much it weighs was chosen on labels that nothing was fitted on: "
        "**{n_without} of {n_chosen} times without detail**. {outcome}",
        n_without=n_without,
        n_chosen=len(chosen),
        outcome=tr(outcome, n=helps, n_rows=len(effects)),
    )


def _mean_and_ends(it: Mapping[str, float]) -> dict[str, float]:
    return {name: it[name] for name in ("mean", "low", "high")}


def _row(row: Mapping[str, Any], titles: Mapping[str, str]) -> dict[str, str]:
    return {
        tr("Gallery"): titles[row["gallery"]],
        tr("Network"): tr(row["system"]),
        tr("Attention"): tr(row["attention"]),
        "mAP": written(row["mean_average_precision"]["without"], ".4f"),
        tr("Detail brings"): _with_span(row["brings"]),
        **{
            tr("at weight {weight}", weight=float(weight)): _with_span(brings)
            for weight, brings in row["at_weight"].items()
        },
    }


def _with_span(it: Mapping[str, float]) -> str:
    return tr(
        "{mean} ({low} to {high})",
        mean=signed(it["mean"]),
        low=signed(it["low"]),
        high=signed(it["high"]),
    )
