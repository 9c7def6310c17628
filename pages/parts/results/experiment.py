"""The parts of the Results page: each reads its files and nothing else, and computes nothing.

A part whose file isn't there says which command writes it.
"""

import json
from collections.abc import Iterable, Mapping
from math import log
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from core.errors import HashlightError
from core.evaluation import metrics, results, statistics
from core.figures.ablation import LSHPoint, Measured, lsh_tradeoff, settings_dots
from core.figures.experiment import paper_and_measured, precision_curves, stage_bars
from core.figures.robustness import robustness_lines
from core.figures.rows import Interval, differences, shares_inside, signed
from core.figures.timing import duration
from core.paper.tables import TABLE_1, TABLE_2, TABLE_3
from pages.parts.results import verdicts
from pages.parts.results.verdicts import Result
from pages.ui import charts, errors
from pages.ui.address import tied
from pages.ui.code import show_code
from pages.ui.question import question

GALLERIES = {"corel1k": "Corel-1k", "corel5k": "Corel-5k"}
MEASURE = "python -m core evaluate --all"  # writes every file that is read here
TOP = (5, 10, 20, 30)
SHARES = {"half": 1 / 2, "a fifth": 1 / 5, "a twentieth": 1 / 20, "a hundredth": 1 / 100}
RESNET = ("cnn", "cnn-attention", "cnn-lsh", "ours")  # differ by attention or hashing alone


def opening() -> None:
    """Say what came out of it all, or what belongs here."""
    try:
        experiment = results.load("experiment-corel1k", results.RESULTS)
    except HashlightError:  # the parts say what is wrong
        experiment = None
    if experiment:
        st.markdown(verdicts.opening(experiment, GALLERIES["corel1k"]))
    else:
        st.markdown(
            "Every table and figure of the paper's section 4 belongs here, its figures beside "
            "what this code measures on the same photographs."
        )


def guess() -> None:
    """Ask what of a query's time goes into the search, where that was measured."""
    try:
        measured = results.load("time-corel1k", results.RESULTS)
    except HashlightError:  # the part says what is wrong
        return
    share = measured and verdicts.search_share(measured, "1")
    if share:
        question(
            "Hashing is there to save time. Which share of the time of one query is the search "
            "itself: to hash, probe and rerank?",
            list(SHARES),
            right=min(SHARES, key=lambda it: abs(log(SHARES[it] / share))),
            because=f"{verdicts.where_time_goes(measured, '1')} All the rest is the network.",
            key="guess-time",
        )


def ranking() -> None:
    """Tables 1 and 2: how well each system ranks."""
    st.header("Table 1 · Corel-1k", anchor=False)
    if experiment := _read("experiment-corel1k", "Table 1"):
        paper = {key: row.map for key, row in TABLE_1.items()}
        _maps(experiment, paper, key="table-1")
        st.markdown(
            "The paper's *Top-n* is precision@n. It doesn't say at which n it takes its MAP and "
            f"its recall; beside them stand our mAP and recall@100, with "
            f"{_per_class(experiment)} relevant images for each query."
        )
        _table_1(experiment)
        _curves(experiment)
        show_code(metrics.precision_at, metrics.recall_at, metrics.average_precision)
        _origin("experiment-corel1k", experiment)
    else:
        _table_1({"systems": {}})
    st.header("Table 2 · Corel-5k", anchor=False)
    st.markdown(
        "Our Corel-5k is Duygulu's version with its CD numbers as classes. One CD often shows "
        "several subjects and several CDs the same one, so it is **harder and noisier than the "
        "paper's 50 clean categories**. Compare our systems with each other here, not with the "
        "paper's column."
    )
    if experiment := _read("experiment-corel5k", "Table 2"):
        _maps(experiment, TABLE_2, key="table-2", with_reasons=False)
        _origin("experiment-corel5k", experiment)
    else:
        _table(
            [
                {"System": verdicts.TITLES[key], "MAP, paper": f"{printed:.4f}"}
                for key, printed in TABLE_2.items()
            ]
        )


def claims() -> None:
    """What the paper claims, as differences with intervals."""
    st.markdown(
        "Both systems of a pair get the same queries, so their difference is taken query by "
        "query, over all seeds. The bar is a 95 % interval: where it touches 0, the measurement "
        "doesn't decide. It tells what other queries would change, not what another training "
        "would. The paper writes *percent* where it means the difference of two shares."
    )
    for name, gallery in GALLERIES.items():
        st.header(gallery, anchor=False)
        experiment = _read(f"experiment-{name}", f"The claims on {gallery}")
        if not experiment:
            continue
        rows = [
            row for row in experiment["differences"] if row["metric"] == "mean_average_precision"
        ]
        inside = [row for row in rows if row["better"] in RESNET and row["worse"] in RESNET]
        across = [row for row in rows if row not in inside]
        left, right = st.columns(2, gap="large")
        with left:
            st.markdown("**One thing changed**: attention or hashing, all else equal")
            _differences(experiment, inside, reach=0.05, key=f"inside-{name}")
        with right:
            st.markdown("**Another kind of system**: a scale twenty times as wide")
            _differences(experiment, across, reach=1.0, key=f"across-{name}")
        _origin(f"experiment-{name}", experiment, key="claims")
    show_code(statistics.paired_difference)


def times() -> None:
    """Table 3: where the time of one query goes."""
    st.markdown(
        "The paper **doesn't say what its seconds contain**, nor on which machine. Here every "
        "stage of one query is timed on its own, warm; a bar stacks the medians."
    )
    for name, gallery in GALLERIES.items():
        st.header(f"Table 3 · {gallery}", anchor=False)
        if result := _read(f"time-{name}", f"Table 3 on {gallery}"):
            _times(result, name)
            _origin(f"time-{name}", result)
        else:
            _table(
                [
                    {"System": verdicts.TITLES[key], "Paper": f"{row[name]:.2f} s"}
                    for key, row in TABLE_3.items()
                ]
            )
    show_code("core.evaluation.stage_timing:timed_lsh", "core.evaluation.stage_timing:summary")


def changed_queries() -> None:
    """Figure 10 as numbers."""
    st.header("Figure 10 as numbers · Corel-1k", anchor=False)
    st.markdown(
        "The paper shows one query that is turned, cut, scaled, brightened; here every query of "
        "the test is, in several strengths. **Precision@8** asks whether the hits are still "
        "right, **kept of the top 8** whether they are still the same ones."
    )
    result = _read("robustness-corel1k", "Figure 10")
    if not result:
        return
    variants = result["variants"]
    st.markdown(verdicts.robust(variants))
    measures = {"precision@8": "precision_at_8", "kept of the top 8": "kept_of_top_8"}
    what = st.segmented_control(
        "Measure", measures, required=True, **tied("measure", measures, "precision@8")
    )
    changes = dict.fromkeys(row["change"] for it in variants.values() for row in it["rows"])
    with st.grid(min_column_width=300, gap="medium"):
        for change in (it for it in changes if it != "none"):
            with st.container():
                st.markdown(f"**{change.capitalize()}**")
                _robustness(variants, change, what, measures[what])
    st.caption("The thin lines are the unchanged query.")
    _origin("robustness-corel1k", result)
    show_code("core.evaluation.robustness:changed", "core.evaluation.robustness:measure_robustness")


def attention() -> None:
    """Whether attention finds the object, by the masks of the built-in gallery."""
    st.header("Does attention look at the object? · Scenes", anchor=False)
    result = _read("attention-scenes", "Attention against masks")
    if not result:
        return
    area = result["object_area_share"]
    st.markdown(
        f"Each of the {result['n_images']:,} pictures of *Scenes* comes with the exact mask of "
        f"its object, which covers **{area:.0%}** of the picture on average. A map that knew "
        "nothing of objects would put as much of itself inside: the dotted line. Above it "
        "attention finds objects, below it the background."
    )
    rows = result["rows"]
    intervals = [
        Interval(
            f"{row['map']} · {row['over_area']:.2f} × the object's area ·",
            row["share_inside"],
            row["low"],
            row["high"],
        )
        for row in rows
    ]
    _chart(
        shares_inside(intervals, area=area),
        key="inside",
        alt="Share of each map inside the object: "
        + ", ".join(f"{row['map']} {row['share_inside']:.1%}" for row in rows),
    )
    with st.expander("By category"):
        maps = [row["map"] for row in rows]
        _table(
            [
                {"Category": name, "Object covers": f"{shares['area']:.1%}"}
                | {it: f"{shares[it]:.1%}" for it in maps if it in shares}
                for name, shares in result["categories"].items()
            ]
        )
    _origin("attention-scenes", result)
    show_code(
        "core.evaluation.attention_focus:cell_shares",
        "core.evaluation.attention_focus:share_inside",
    )


def ablations() -> None:
    """The ablations: one setting at a time."""
    st.header("One setting at a time · Corel-1k", anchor=False)
    result = _read("ablations-corel1k", "The ablations")
    if not result:
        return
    st.markdown(
        "Everything else stays as it is in ours. Teal circles are mAP, amber diamonds "
        "precision@10. "
        + (
            "A bar is the deviation over the seeds."
            if len(result["seeds"]) > 1
            else "One split of 100 queries: a difference of a point is one query, so only large "
            "differences say something."
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
    _origin("ablations-corel1k", result)
    show_code("core.evaluation.ablations:measure_ablations")


def _maps(
    experiment: Result, paper: Mapping[str, float], *, key: str, with_reasons: bool = True
) -> None:
    """Show mAP beside the paper's MAP, and in a line for each system what differs."""
    systems = experiment["systems"]
    titles = [system["title"] for system in systems.values()]
    measured = [system["mean"]["mean_average_precision"] for system in systems.values()]
    printed = [paper.get(system) for system in systems]
    chart, reasons = st.columns(2, gap="large")
    with chart:
        st.caption("Filled: our mAP, mean and deviation over the seeds. Open: the paper's MAP.")
        _chart(
            paper_and_measured(
                titles,
                paper=printed,
                mean=measured,
                deviation=[it["deviation"]["mean_average_precision"] for it in systems.values()],
            ),
            key=key,
            alt="mAP measured: "
            + ", ".join(f"{title} {it:.3f}" for title, it in zip(titles, measured, strict=True)),
        )
    with reasons:
        if with_reasons:
            st.markdown("**What differs**")
            lines = zip(systems, titles, printed, measured, strict=True)
            st.markdown("\n".join(f"- {verdicts.beside_the_paper(*line)}" for line in lines))
        else:
            _table(
                [
                    {
                        "System": system["title"],
                        "mAP": _with_deviation(system, "mean_average_precision"),
                        "MAP, paper": _printed(paper.get(key)),
                        "P@10": _with_deviation(system, "precision", "10"),
                        "Candidates": f"{system['mean']['candidate_ratio']:.0%}",
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
                    "System": system["title"],
                    "Figures": "measured",
                    "mAP": _with_deviation(system, "mean_average_precision"),
                    "Recall@100": _with_deviation(system, "recall", "100"),
                    **{f"P@{n}": _with_deviation(system, "precision", str(n)) for n in TOP},
                    "Candidates": f"{system['mean']['candidate_ratio']:.0%}",
                }
            )
        if paper := TABLE_1.get(key):
            tops = zip(TOP, (paper.top5, paper.top10, paper.top20, paper.top30), strict=True)
            rows.append(
                {
                    "System": system["title"] if system else verdicts.TITLES[key],
                    "Figures": "paper",
                    "mAP": f"{paper.map:.4f}",
                    "Recall@100": f"{paper.recall:.4f}",
                    **{f"P@{n}": f"{printed:.4f}" for n, printed in tops},
                    "Candidates": "",
                }
            )
    _table(rows)


def _curves(experiment: Result) -> None:
    """Show precision@n of every system, and the best once more, enlarged."""
    systems = experiment["systems"]
    titles = {key: system["title"] for key, system in systems.items()}
    precision = {key: system["mean"]["precision"] for key, system in systems.items()}
    alt = "Precision@10: " + ", ".join(
        f"{titles[key]} {precision[key]['10']:.3f}" for key in titles
    )
    curves = {key: {n: it[str(n)] for n in TOP} for key, it in precision.items()}
    st.markdown("**Precision@n**")
    whole, enlarged = st.columns(2, gap="large")
    with whole:
        _chart(precision_curves(titles, curves), key="curves", alt=alt)
    with enlarged:
        _chart(
            precision_curves(titles, curves, lowest=0.9),
            key="curves-top",
            alt=f"{alt}; only what lies above 0.9",
        )
    st.caption(
        "Right: the same between 0.9 and 1. Teal has attention, amber is the same network "
        "without, grey is no ResNet50; full lines hash, broken ones scan everything."
    )


def _differences(
    experiment: Result, rows: list[Mapping[str, Any]], *, reach: float, key: str
) -> None:
    """Show some claims as a chart and as sentences."""
    found = [verdicts.difference(experiment, row["better"], row["worse"]) for row in rows]
    intervals = [it for it in found if it is not None]
    if not intervals:
        st.info("No such pair has been measured.")
        return
    _chart(
        differences(intervals, what="difference in mAP", reach=reach),
        key=key,
        alt="Difference in mAP: "
        + "; ".join(f"{it.label} {signed(it.mean)}, {it.verdict}" for it in intervals),
    )
    st.markdown("\n".join(f"- {verdicts.claim(row)}" for row in rows))


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
            st.markdown(f"**{verdicts.threads_in_words(count).capitalize()}**")
            _chart(
                stage_bars(
                    [f"{systems[key]['title']} <b>{totals[key]}</b>" for key in rows],
                    list(rows.values()),
                    longest=longest,
                ),
                key=f"stages-{gallery}-{count}",
                alt="Time of one query: "
                + ", ".join(f"{systems[key]['title']} {totals[key]}" for key in rows),
            )
    _table([_time_row(key, system, gallery, counts) for key, system in systems.items()])
    with st.expander("Every stage"):
        _table(list(_stage_rows(systems, counts)))


def _time_row(
    key: str, system: Mapping[str, Any], gallery: str, counts: list[str]
) -> dict[str, str]:
    paper = TABLE_3.get(key, {}).get(gallery)
    row = {"System": system["title"], "Paper": "–" if paper is None else f"{paper:.2f} s"}
    for count in counts:
        total = system["threads"].get(count, {}).get("total")
        words = verdicts.threads_in_words(count)
        row[f"Median, {words}"] = duration(total["median_s"]) if total else "–"
        row[f"p95, {words}"] = duration(total["p95_s"]) if total else "–"
    return row


def _stage_rows(systems: Mapping[str, Any], counts: list[str]) -> Iterable[dict[str, str]]:
    for system in systems.values():
        measured = {count: system["threads"].get(count, {}).get("stages", {}) for count in counts}
        for stage in dict.fromkeys(stage for it in measured.values() for stage in it):
            row = {"System": system["title"], "Stage": stage}
            for count in counts:
                words, seconds = verdicts.threads_in_words(count), measured[count].get(stage)
                row[f"Median, {words}"] = duration(seconds["median_s"]) if seconds else "–"
                row[f"p95, {words}"] = duration(seconds["p95_s"]) if seconds else "–"
            yield row


def _robustness(
    variants: Mapping[str, Mapping[str, Any]], change: str, what: str, measure: str
) -> None:
    """Show one change in all its strengths."""
    lines = {
        it["title"]: [
            (row["strength"], row[measure]) for row in it["rows"] if row["change"] == change
        ]
        for it in variants.values()
    }
    unchanged = {
        it["title"]: row[measure]
        for it in variants.values()
        for row in it["rows"]
        if row["change"] == "none"
    }
    units = {
        row["unit"] for it in variants.values() for row in it["rows"] if row["change"] == change
    }
    _chart(
        robustness_lines(lines, unchanged, change=change, unit=units.pop(), what=what),
        key=f"robustness-{change}",
        alt=f"{what} over {change}: "
        + "; ".join(
            f"{title} " + ", ".join(f"{value:.2f} at {strength:g}" for strength, value in line)
            for title, line in lines.items()
        ),
    )


def _settings(group: Mapping[str, Any]) -> None:
    """Show one setting's choices."""
    st.markdown(f"**{group['title']}**")
    names = [str(row["setting"]) for row in group["rows"]]
    both = ("mean_average_precision", "precision_at_10")
    average, precision = ([Measured(**row[it]) for row in group["rows"]] for it in both)
    _chart(
        settings_dots(names, average, precision),
        key=f"setting-{group['key']}",
        alt="mAP: " + ", ".join(f"{name} {it}" for name, it in zip(names, average, strict=True)),
    )


def _lsh(group: Mapping[str, Any]) -> None:
    """Show what K, L and probes cost and save."""
    st.markdown(f"**{group['title']}**")
    st.markdown(
        "Up and to the left is better: right hits from few candidates. Along a line the number "
        "of tables L grows. mAP counts every relevant image that hashing leaves out as missed; "
        "precision@10 needs only ten of them."
    )
    shown = {"precision@10": "precision_at_10", "mAP": "mean_average_precision"}
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
            _chart(
                lsh_tradeoff(points, what=what),
                key=f"lsh-{metric}",
                alt=f"{what} over candidate ratio: "
                + "; ".join(
                    f"K {it.n_bits}, L {it.n_tables}, {it.n_probes} probes: {it.value:.3f} from "
                    f"{it.candidate_ratio:.0%}"
                    for it in points
                ),
            )


def _read(name: str, what: str) -> Result | None:
    """Return a result file's content; where there is none, say which command writes it."""
    try:
        result = results.load(name, results.RESULTS)
    except HashlightError as error:  # damaged; it says the command too
        errors.show(error)
        return None
    if result is None:
        st.info(
            f"{what}: not measured yet. `{MEASURE}` measures it and writes the file that this "
            "page reads.",
            icon=":material/hourglass_empty:",
        )
    return result


def _origin(name: str, result: Result, *, key: str = "part") -> None:
    """End a part: how its figures came about, and the file itself."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(verdicts.origin(result))
        st.download_button(
            f"{name}.json",
            json.dumps(result, indent=2, ensure_ascii=False) + "\n",
            f"{name}.json",
            "application/json",
            key=f"{key}-{name}",
            on_click="ignore",
            icon=":material/download:",
        )


def _chart(figure: go.Figure, *, key: str, alt: str) -> None:
    charts.chart(figure, key=key, alt=alt)


def _table(rows: list[dict[str, str]]) -> None:
    """Show a table whose first column stays where it is when a phone scrolls sideways."""
    st.dataframe(
        rows,
        hide_index=True,
        height="content",
        column_config={next(iter(rows[0])): st.column_config.Column(pinned=True)},
    )


def _with_deviation(system: Mapping[str, Any], *path: str) -> str:
    mean, deviation = system["mean"], system["deviation"]
    for step in path:
        mean, deviation = mean[step], deviation[step]
    return verdicts.with_deviation(mean, deviation)


def _printed(figure: float | None) -> str:
    return "–" if figure is None else f"{figure:.4f}"


def _per_class(experiment: Result) -> int:
    """Relevant images of each query: a class without its queries."""
    n_classes = experiment["n_queries"] // experiment["queries_per_class"]
    return int(experiment["n_gallery"] // n_classes)
