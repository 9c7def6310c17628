"""How well maps find the object: one measurement in words, a chart and a table."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.figures.rows import Interval, shares_inside
from core.language import later, tr, written
from pages.ui import charts
from pages.ui.code import show_code
from pages.ui.result_files import Result, show_origin
from pages.ui.tables import pinned_table

JUDGED = "M_s, trained"
RIVALS = {  # map -> what it is called within a sentence
    "Gaussian in the middle": later("a Gaussian in the middle of the picture"),
    "Mean of F": later("the mean of F over its channels"),
    "Grad-CAM, trained": later("Grad-CAM of the same network"),
}
CHANCE = 1.1  # below this ratio a map is as good as one that knows nothing of objects


def show_focus(name: str, result: Result) -> None:
    """Show one file of ``core.evaluation.attention_focus``.

    Args:
        name: of the file.
        result: its content.
    """
    st.markdown(verdict(result))
    rows = result["rows"]
    intervals = [Interval(tr(it["map"]) + " ·", **it["share_inside"]) for it in rows]
    charts.chart(
        shares_inside(intervals, area=result["object_area_share"]),
        key=f"inside-{name}",
        alt=tr(
            "Share of each map inside the object: {shares}",
            shares=", ".join(
                f"{tr(it['map'])} {written(it['share_inside']['mean'], '.1%')}" for it in rows
            ),
        ),
    )
    pinned_table(
        [
            {
                tr("Map"): tr(it["map"]),
                tr("Inside ÷ area"): f"×{written(it['ratio']['mean'], '.2f')}",
                tr("95 % of it"): between(it["ratio"], ".2f", "×"),
                tr("Peak on the object"): written(it["peak"]["mean"], ".1%"),
                "95 %": between(it["peak"], ".1%"),
            }
            for it in rows
        ]
    )
    if result["categories"]:
        with st.expander(tr("By category")):
            pinned_table(
                [
                    {tr("Category"): label, tr("Object covers"): written(shares["area"], ".1%")}
                    | {tr(it["map"]): written(shares[it["map"]], ".1%") for it in rows}
                    for label, shares in result["categories"].items()
                ]
            )
    show_origin(name, result)


def show_focus_code() -> None:
    """Show how the figures are computed."""
    show_code(
        "core.evaluation.attention_focus:cell_shares",
        "core.evaluation.attention_focus:share_inside",
        "core.evaluation.attention_focus:peak_inside",
    )


def verdict(result: Result) -> str:
    """Say what M_s is worth as a map, and what beats it."""
    rows = {it["map"]: it for it in result["rows"]}
    ratio, peak = rows[JUDGED]["ratio"], rows[JUDGED]["peak"]
    told = [
        tr(
            "**M_s puts ×{ratio:.2f} of the object's share of the area on the object** "
            "({interval}, 95 %); a flat map has ×1.00.",
            ratio=ratio["mean"],
            interval=between(ratio, ".2f", "×"),
        )
    ]
    if ratio["mean"] < CHANCE:
        told.append(tr("That is chance: this gate does not look at the object."))
    if _MIDDLE in rows:
        told.append(
            tr(
                "Its greatest cell is mostly object in **{share:.0%}** of the pictures; the "
                "middle's in {middle:.0%}.",
                share=peak["mean"],
                middle=rows[_MIDDLE]["peak"]["mean"],
            )
        )
    else:
        told.append(
            tr(
                "Its greatest cell is mostly object in **{share:.0%}** of the pictures.",
                share=peak["mean"],
            )
        )
    if better := [name for name in RIVALS if name in rows and _mean(rows, name) > ratio["mean"]]:
        beaten = ", ".join(
            f"{tr(RIVALS[it])} (×{written(_mean(rows, it), '.2f')})" for it in better
        )
        told.append(tr("Maps that find the object better: {maps}.", maps=beaten))
    return " ".join(told)


_MIDDLE = "Gaussian in the middle"


def _mean(rows: Mapping[str, Any], name: str) -> float:
    return float(rows[name]["ratio"]["mean"])


def between(interval: Mapping[str, float], style: str, sign: str = "") -> str:
    """Write the ends of an interval in a style of ``format``, each behind a sign."""
    low, high = (sign + written(interval[end], style) for end in ("low", "high"))
    return tr("{low} to {high}", low=low, high=high)
