"""Low-level detail: what an earlier stage brings beside the last one."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.figures.rows import Interval, signed
from pages.ui.code import show_code
from pages.ui.result_files import Result, measured, show_origin
from pages.ui.tables import pinned_table

NAME = "detail"


def show_detail() -> None:
    """Does the stage before the last help? Nothing where it wasn't measured."""
    for found in measured(NAME):
        _show(*found)


def _show(name: str, result: Result) -> None:
    st.header("Low-level detail: the paper's future work", anchor=False)
    seconds = result["seconds_of_a_pass"]
    st.markdown(
        "The paper ends with a wish: features of an earlier stage beside those of the last "
        "(section 5). Here the stage before the last is weighed by the same spatial gate and "
        f"averaged; {result['detail']} numbers of it join the {result['dim']} of the last stage. "
        f"It takes {seconds['with'] / seconds['without'] - 1:+.0%} time. "
        + told([_interval(row) for row in result["rows"]])
    )
    titles = {it["key"]: it["title"] for it in result["galleries"]}
    pinned_table([_row(row, titles) for row in result["rows"]])
    st.caption(
        "Untrained: ImageNet features on their principal axes, fitted on photographs that are not "
        "searched here. Trained: the model that ships, on what it never saw. The weight of the "
        f"detail was chosen on other labels of those photographs, {result['n_splits']} times; the "
        "95 % intervals count splits and queries. The last column sets detail against as many "
        "more numbers of the last stage."
    )
    show_code("core.evaluation.beyond.detail:measure_detail")
    show_origin(name, result, key="detail")


def told(effects: list[Interval]) -> str:
    """Say on how many of the rows detail helps, and on how many it hurts."""
    helps, hurts = (sum(it.verdict == word for it in effects) for word in ("helps", "hurts"))
    counted = f"It helps in **{helps}** of {len(effects)} rows and hurts in **{hurts}**"
    if helps == len(effects):
        return f"{counted}."
    return f"{counted}, so the model that ships does without it."


def _interval(row: Mapping[str, Any]) -> Interval:
    it = row["brings"]
    return Interval(row["gallery"], it["mean"], it["low"], it["high"])


def _row(row: Mapping[str, Any], titles: Mapping[str, str]) -> dict[str, str]:
    longer = row.get("beside_longer")
    return {
        "Gallery": titles[row["gallery"]],
        "Network": row["system"],
        "Attention": row["attention"],
        "mAP": f"{row['mean_average_precision']['without']:.4f}",
        "Detail brings": _with_span(row["brings"]),
        "Against as many numbers": _with_span(longer) if longer else "",
    }


def _with_span(it: Mapping[str, float]) -> str:
    return f"{signed(it['mean'])} ({signed(it['low'])} to {signed(it['high'])})"
