"""Figure 10 as numbers: what changed queries find."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.figures.robustness import robustness_lines
from core.language import later, tr
from core.wording import capital
from pages.parts.results import verdicts
from pages.ui import charts
from pages.ui.address import tied
from pages.ui.code import show_code
from pages.ui.result_files import read, show_origin


def show_changed_queries() -> None:
    """Figure 10 as numbers."""
    st.header(tr("Figure 10 as numbers · Corel-1k"), anchor=False)
    st.markdown(
        tr(
            "The paper shows one query that is turned, cut, scaled, brightened; here every query "
            "of the test is, in several strengths. **Precision@8** asks whether the hits are "
            "still right, **kept of the top 8** whether they are still the same ones."
        )
    )
    result = read("robustness-corel1k", tr("Figure 10"))
    if not result:
        return
    variants = result["variants"]
    st.markdown(verdicts.robust(variants))
    measures = {later("precision@8"): "precision_at_8", later("kept of the top 8"): "kept_of_top_8"}
    what = st.segmented_control(
        tr("Measure"),
        measures,
        format_func=tr,
        required=True,
        **tied("measure", measures, "precision@8"),
    )
    changes = dict.fromkeys(row["change"] for it in variants.values() for row in it["rows"])
    with st.grid(min_column_width=300, gap="medium"):
        for change in (it for it in changes if it != "none"):
            with st.container():
                st.markdown(f"**{capital(tr(change))}**")
                _robustness(variants, change, what, measures[what])
    st.caption(tr("The thin lines are the unchanged query."))
    show_origin("robustness-corel1k", result)
    show_code("core.evaluation.robustness:changed", "core.evaluation.robustness:measure_robustness")


def _robustness(
    variants: Mapping[str, Mapping[str, Any]], change: str, what: str, measure: str
) -> None:
    """Show one change in all its strengths."""
    lines = {
        tr(it["title"]): [
            (row["strength"], row[measure]) for row in it["rows"] if row["change"] == change
        ]
        for it in variants.values()
    }
    unchanged = {
        tr(it["title"]): row[measure]
        for it in variants.values()
        for row in it["rows"]
        if row["change"] == "none"
    }
    units = {
        row["unit"] for it in variants.values() for row in it["rows"] if row["change"] == change
    }
    charts.chart(
        robustness_lines(lines, unchanged, change=tr(change), unit=tr(units.pop()), what=tr(what)),
        key=f"robustness-{change}",
        alt=tr(
            "{measure} over {change}: {lines}",
            measure=tr(what),
            change=tr(change),
            lines="; ".join(
                f"{title} "
                + ", ".join(
                    tr("{value:.2f} at {strength:g}", value=value, strength=strength)
                    for strength, value in line
                )
                for title, line in lines.items()
            ),
        ),
    )
