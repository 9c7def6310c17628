"""What the paper claims, as differences with intervals."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.evaluation import statistics
from core.figures.rows import differences, signed
from core.language import tr
from pages.parts.results import verdicts
from pages.ui import charts
from pages.ui.code import show_code
from pages.ui.result_files import JUDGED, Result, read_under, show_origin

RESNET = ("cnn", "cnn-attention", "cnn-lsh", "ours")  # differ by attention or hashing alone


def show_claims() -> None:
    """What the paper claims, as differences with intervals."""
    st.markdown(
        tr(
            "Each seed draws other queries and trains anew. Both systems of a pair get the same "
            "queries, so their difference is taken seed by seed. The bar is a 95 % interval over "
            "the seeds: it tells what other queries and another training would change. Where it "
            "touches 0, the measurement doesn't decide. The paper writes *percent* where it means "
            "the difference of two shares."
        )
    )
    for name, gallery in JUDGED.items():
        experiment = read_under(
            gallery, f"experiment-{name}", tr("The claims on {gallery}", gallery=gallery)
        )
        if not experiment:
            continue
        rows = [
            row for row in experiment["differences"] if row["metric"] == "mean_average_precision"
        ]
        inside = [row for row in rows if row["better"] in RESNET and row["worse"] in RESNET]
        across = [row for row in rows if row not in inside]
        left, right = st.columns(2, gap="large")
        with left:
            st.markdown(tr("**One thing changed**: attention or hashing, all else equal"))
            _differences(experiment, inside, reach=0.05, key=f"inside-{name}")
        with right:
            st.markdown(tr("**Another kind of system**: a scale twenty times as wide"))
            _differences(experiment, across, reach=1.0, key=f"across-{name}")
        show_origin(f"experiment-{name}", experiment, key="claims")
    show_code(statistics.difference_over_runs)


def _differences(
    experiment: Result, rows: list[Mapping[str, Any]], *, reach: float, key: str
) -> None:
    """Show some claims as a chart and as sentences."""
    found = [verdicts.difference(experiment, row["better"], row["worse"]) for row in rows]
    intervals = [it for it in found if it is not None]
    if not intervals:
        st.info(tr("No such pair has been measured."))
        return
    charts.chart(
        differences(intervals, what=tr("difference in mAP"), reach=reach),
        key=key,
        alt=tr(
            "Difference in mAP: {differences}",
            differences="; ".join(
                f"{it.label} {signed(it.mean)}, {tr(it.verdict)}" for it in intervals
            ),
        ),
    )
    st.markdown("\n".join(f"- {verdicts.claim(row)}" for row in rows))
