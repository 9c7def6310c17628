"""Tables 1 and 2: how well each system ranks, the paper's figures beside ours."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.evaluation import metrics
from core.figures.experiment import paper_and_measured, precision_curves
from core.language import tr, written
from core.paper.tables import TABLE_1, TABLE_2
from pages.parts.results import verdicts
from pages.parts.results.third_gallery import show_third_galleries
from pages.ui import charts
from pages.ui.code import show_code
from pages.ui.result_files import Result, read, read_under, show_origin
from pages.ui.tables import pinned_table

TOP = (5, 10, 20, 30)


def show_ranking() -> None:
    """Tables 1 and 2: how well each system ranks."""
    if experiment := read_under(tr("Table 1 · Corel-1k"), "experiment-corel1k", tr("Table 1")):
        paper = {key: row.map for key, row in TABLE_1.items()}
        _maps(experiment, paper, key="table-1")
        st.markdown(
            tr(
                "The paper's *Top-n* is precision@n, and the mean of that over all queries is "
                "what its equation 10 calls MAP: **the columns P@n are MAP (paper) at n**. It "
                "doesn't say at which n it takes its MAP and its recall; beside them stand our "
                "mAP and recall@100, with {n_relevant} relevant images for each query.",
                n_relevant=_per_class(experiment),
            )
        )
        _table_1(experiment)
        _curves(experiment)
        show_code(metrics.map_paper, metrics.recall_at, metrics.average_precision)
        show_origin("experiment-corel1k", experiment)
    else:
        _table_1({"systems": {}})
    st.header(tr("Table 2 · Corel-5k"), anchor=False)
    st.markdown(
        tr(
            "Our Corel-5k is Duygulu's version with its CD numbers as classes. One CD often shows "
            "several subjects and several CDs the same one, so it is **harder and noisier than the "
            "paper's 50 clean categories**. Compare our systems with each other here, not with the "
            "paper's column."
        )
    )
    if experiment := read("experiment-corel5k", tr("Table 2")):
        _maps(experiment, TABLE_2, key="table-2", with_reasons=False)
        show_origin("experiment-corel5k", experiment)
    else:
        pinned_table(
            [
                {
                    tr("System"): tr(verdicts.TITLES[key]),
                    tr("MAP, paper"): written(printed, ".4f"),
                }
                for key, printed in TABLE_2.items()
            ]
        )
    _show_clean_concepts()
    show_third_galleries()


def _show_clean_concepts() -> None:
    """Table 2's systems on a gallery of the kind that the paper tells of."""
    header = tr("Beside Table 2 · Corel-50")
    if experiment := read_under(header, "experiment-corel50", tr("The experiment on Corel-50")):
        st.markdown(
            tr(
                "{n_classes} clean categories with {per_class} pictures each, which is what the "
                "paper says of its Corel-5k. It isn't the same set, and **its pictures are "
                "smaller**. So a figure here and one of the paper's stand beside each other and no "
                "more.",
                n_classes=experiment["n_queries"] // experiment["queries_per_class"],
                per_class=_per_class(experiment) + experiment["queries_per_class"],
            )
        )
        _maps(experiment, TABLE_2, key="beside-table-2", with_reasons=False)
        show_origin("experiment-corel50", experiment)


def _maps(
    experiment: Result, paper: Mapping[str, float], *, key: str, with_reasons: bool = True
) -> None:
    """Show mAP beside the paper's MAP, and in a line for each system what differs."""
    systems = experiment["systems"]
    titles = [tr(system["title"]) for system in systems.values()]
    measured = [system["mean"]["mean_average_precision"] for system in systems.values()]
    printed = [paper.get(system) for system in systems]
    chart, reasons = st.columns(2, gap="large")
    with chart:
        st.caption(tr("Filled: our mAP, mean and deviation over the seeds. Open: the paper's MAP."))
        charts.chart(
            paper_and_measured(
                titles,
                paper=printed,
                mean=measured,
                deviation=[it["deviation"]["mean_average_precision"] for it in systems.values()],
            ),
            key=key,
            alt=tr(
                "mAP measured: {figures}",
                figures=", ".join(
                    f"{title} {written(it, '.3f')}"
                    for title, it in zip(titles, measured, strict=True)
                ),
            ),
        )
    with reasons:
        if with_reasons:
            st.markdown(tr("**What differs**"))
            lines = zip(systems, titles, printed, measured, strict=True)
            st.markdown("\n".join(f"- {verdicts.beside_the_paper(*line)}" for line in lines))
        else:
            pinned_table(
                [
                    {
                        tr("System"): tr(system["title"]),
                        "mAP": _with_deviation(system, "mean_average_precision"),
                        tr("MAP, paper"): _printed(paper.get(key)),
                        "P@10": _with_deviation(system, "precision", "10"),
                        tr("Candidates"): written(system["mean"]["candidate_ratio"], ".0%"),
                    }
                    for key, system in systems.items()
                ]
            )


def _table_1(experiment: Result) -> None:
    """Show every column of Table 1, the paper's row below ours."""
    systems = experiment["systems"]
    rows = []
    for key in [*systems, *(key for key in TABLE_1 if key not in systems)]:
        if system := systems.get(key):
            rows.append(
                {
                    tr("System"): tr(system["title"]),
                    tr("Figures"): tr("measured"),
                    "mAP": _with_deviation(system, "mean_average_precision"),
                    tr("Recall@100"): _with_deviation(system, "recall", "100"),
                    **{f"P@{n}": _with_deviation(system, "precision", str(n)) for n in TOP},
                    tr("Candidates"): written(system["mean"]["candidate_ratio"], ".0%"),
                }
            )
        if paper := TABLE_1.get(key):
            tops = zip(TOP, (paper.top5, paper.top10, paper.top20, paper.top30), strict=True)
            rows.append(
                {
                    tr("System"): tr(system["title"] if system else verdicts.TITLES[key]),
                    tr("Figures"): tr("paper"),
                    "mAP": written(paper.map, ".4f"),
                    tr("Recall@100"): written(paper.recall, ".4f"),
                    **{f"P@{n}": written(printed, ".4f") for n, printed in tops},
                    tr("Candidates"): "",
                }
            )
    pinned_table(rows)


def _curves(experiment: Result) -> None:
    """Show precision@n of every system, and the best once more, enlarged."""
    systems = experiment["systems"]
    titles = {key: tr(system["title"]) for key, system in systems.items()}
    precision = {key: system["mean"]["precision"] for key, system in systems.items()}
    alt = tr(
        "Precision@10: {figures}",
        figures=", ".join(
            f"{titles[key]} {written(precision[key]['10'], '.3f')}" for key in titles
        ),
    )
    curves = {key: {n: it[str(n)] for n in TOP} for key, it in precision.items()}
    st.markdown(tr("**Precision@n**"))
    whole, enlarged = st.columns(2, gap="large")
    with whole:
        charts.chart(precision_curves(titles, curves), key="curves", alt=alt)
    with enlarged:
        charts.chart(
            precision_curves(titles, curves, lowest=0.9),
            key="curves-top",
            alt=tr("{alt}; only what lies above 0.9", alt=alt),
        )
    st.caption(
        tr(
            "Right: the same between 0.9 and 1. Teal has attention, amber is the same network "
            "without, grey is no ResNet50; full lines hash, broken ones scan everything."
        )
    )


def _with_deviation(system: Mapping[str, Any], *path: str) -> str:
    mean, deviation = system["mean"], system["deviation"]
    for step in path:
        mean, deviation = mean[step], deviation[step]
    return verdicts.with_deviation(mean, deviation)


def _printed(figure: float | None) -> str:
    return "–" if figure is None else written(figure, ".4f")


def _per_class(experiment: Result) -> int:
    """Relevant images of each query: a class without its queries."""
    n_classes = experiment["n_queries"] // experiment["queries_per_class"]
    return int(experiment["n_gallery"] // n_classes)
