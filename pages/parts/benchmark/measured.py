"""What `python -m core benchmark` measured: reads its result file and computes nothing else."""

import json
from collections.abc import Mapping, Sequence
from math import isclose
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from core.benchmark import growth
from core.errors import HashlightError
from core.evaluation import results
from core.figures.benchmark import (
    Growth,
    Point,
    candidates_and_recall,
    recall_and_speed,
    time_and_size,
)
from core.figures.timing import duration
from pages.parts.benchmark import words
from pages.parts.benchmark.words import Duel, setting_in_words
from pages.parts.results import verdicts
from pages.ui import charts, errors
from pages.ui.address import tied
from pages.ui.code import show_code
from pages.ui.question import question

NAME = "index-speed"
MEASURE = "python -m core benchmark"
FAMILIES = {
    "clusters": "Clusters, 2048 numbers",
    "hard": "Overlapping clusters, 2048 numbers",
    "reduced": "Clusters reduced to 256 numbers",
}
ANSWERS = {"1,000 times": 1000.0, "30 times": 30.0, "5 times": 5.0, "not at all": 1.0}


def show() -> None:
    """Show all that was measured, or say how to measure it."""
    try:
        result = results.load(NAME, results.RESULTS)
    except HashlightError as error:
        errors.show(error)
        return
    if result is None or not result.get("data_sets"):
        st.info(
            f"Not measured yet. `{MEASURE}` lets the exact scan, faiss, hnswlib and this engine "
            "search the same galleries, and writes the file that this page reads. *Race here* "
            "needs no file.",
            icon=":material/hourglass_empty:",
        )
        return
    data_sets = result["data_sets"]
    _question(data_sets)
    _verdicts(words.duels(data_sets))
    _overview(data_sets)
    _details(data_sets)
    _sizes(data_sets)
    _origin(result)


# All data sets ----------------------------------------------------------------------------


def _question(data_sets: Mapping[str, Any]) -> None:
    """Ask how time grows, where the file can tell."""
    for family in FAMILIES:
        line = growth.times_of(data_sets, family).get("ours: codes")
        if line is None or len(set(line.n)) < 2:
            continue
        power = growth.fit_power(line)
        grown = 1000**power.exponent
        question(
            "A gallery grows to 1,000 times as many images. How much longer does a query take "
            "the engine?",
            list(ANSWERS),
            right=min(ANSWERS, key=lambda it: abs(ANSWERS[it] - grown)),
            because=f"The exact scan takes 1,000 times as long. Between {min(line.n):,} and "
            f"{max(line.n):,} images the engine's time grows as N to the power of "
            f"{power.exponent:.2f}, which makes {words.times(grown)}: it reads a part "
            "of the gallery, and the part shrinks as the gallery grows.",
            key="guess-growth",
        )
        return


def _verdicts(duels: Sequence[Duel]) -> None:
    """Say how often the engine wins, where it loses, and on demand where it wins."""
    lost = [f"- {it}" for it in duels if not it.is_won]
    won = [f"- {it}" for it in duels if it.is_won]
    st.markdown("\n".join([words.headline(duels), "", *lost]))
    if won:
        with st.expander("Where it wins, and by how much"):
            st.markdown("\n".join(won))


def _overview(data_sets: Mapping[str, Any]) -> None:
    wanted = next(iter(data_sets.values()))["wanted_recall_at_10"]
    st.header("One query, one thread", anchor=False)
    names = dict.fromkeys(name for it in data_sets.values() for name in it["contestants"])
    _table(
        [
            {"Median": name}
            | {it["title"]: _cell(it["contestants"].get(name)) for it in data_sets.values()}
            for name in names
        ]
    )
    st.caption(
        f"Everyone is set to find at least {wanted:.0%} of the ten nearest neighbours (neighbour "
        "recall@10), and takes turns with the others. In brackets: it never found as many."
    )


def _cell(measured: Mapping[str, Any] | None) -> str:
    if measured is None:
        return "–"
    text = duration(measured["median_seconds"])
    return text if measured["reached"] else f"({text})"


# One data set -----------------------------------------------------------------------------


@st.fragment
def _details(data_sets: Mapping[str, Any]) -> None:
    """Show one data set, which a visitor chooses."""
    name = st.selectbox(
        "Data set",
        list(data_sets),
        format_func=lambda it: data_sets[it]["title"],
        **tied("data", data_sets, next(iter(data_sets))),
        help="What the two charts and the table below are about.",
    )
    _one(name, data_sets[name])


def _one(name: str, entry: Mapping[str, Any]) -> None:
    _details_table(entry)
    wanted = entry["wanted_recall_at_10"]
    curves = {
        method: [_point(it) for it in found["curve"]]
        for method, found in entry["contestants"].items()
    }
    chosen = {
        method: Point(
            recall=found["recall"],
            seconds=found["median_seconds"],
            setting=setting_in_words(found["setting"]),
        )
        for method, found in entry["contestants"].items()
    }
    speed, looked = st.columns(2, gap="large")
    with speed:
        st.markdown("**Recall against time.** Up and to the right is better.")
        _chart(
            recall_and_speed(curves, wanted=wanted, chosen=chosen),
            key="speed",
            clicked=lambda it: (it["x"], 1 / it["y"]),
            of=[(("recall", "median_seconds"), name, entry)],
            alt=f"Queries per second over neighbour recall@10, {entry['title']}: "
            + "; ".join(
                f"{method} {1 / it.seconds:,.0f} at {it.recall:.2f}"
                for method, it in chosen.items()
            ),
        )
    with looked:
        st.markdown("**Candidates against recall.** Down and to the right is better.")
        _chart(
            candidates_and_recall(curves, n=entry["n"], wanted=wanted),
            key="candidates",
            clicked=lambda it: (it["x"], it["y"]),
            of=[(("recall", "candidates"), name, entry)],
            alt=f"Embeddings compared exactly over neighbour recall@10, {entry['title']}",
        )
    st.caption(
        "A line is one method from quick and careless to slow and thorough; the large mark is "
        "the setting of the table, measured once more with other queries. Click on a point for "
        "its settings. hnswlib doesn't say how many it compares."
    )
    _opened("point", {name: entry})
    show_code("core.benchmark.race:take_turns", "core.benchmark.race:choose")


def _point(it: Mapping[str, Any]) -> Point:
    return Point(
        recall=it["recall"],
        seconds=it["median_seconds"],
        setting=setting_in_words(it["setting"]),
        candidates=it["candidates"],
    )


def _details_table(entry: Mapping[str, Any]) -> None:
    exact = min(
        it["median_seconds"]
        for name, it in entry["contestants"].items()
        if name.startswith(words.EXACT)
    )
    _table(
        [
            {
                "Method": method,
                "Median": _cell(it),
                "p95": duration(it["p95_seconds"]),
                "× exact scan": f"{exact / it['median_seconds']:.3g}",
                "Recall@10": f"{it['recall']:.3f}",
                "Recall@100": f"{it['recall_at_100']:.3f}",
                "Build": duration(it["build_seconds"]),
                "Bytes per vector": f"{it['extra_bytes_per_vector']:,.0f}",
                "Batch, queries per s": f"{max(it['batch_queries_per_second'].values()):,.0f}",
                "Setting": setting_in_words(it["setting"]),
            }
            for method, it in entry["contestants"].items()
        ]
    )
    left_out = [f"{method} is left out. {why}" for method, why in entry["left_out"].items()]
    st.caption(
        " ".join(
            [
                f"Near a point its embeddings spread in about {entry['intrinsic_dimension']:.0f} "
                "directions (intrinsic dimension): the more, the harder. Bytes are beyond the "
                f"vectors themselves, {entry['dtype']}. Building uses {entry['threads']} threads.",
                *left_out,
            ]
        )
    )


# Over the size ----------------------------------------------------------------------------


@st.fragment
def _sizes(data_sets: Mapping[str, Any]) -> None:
    """Show time against N for one kind of gallery."""
    kinds = [
        family
        for family in dict.fromkeys(it["family"] for it in data_sets.values())
        if len({it["n"] for it in data_sets.values() if it["family"] == family}) > 1
    ]
    if not kinds:
        return
    st.header("Time against the size of the gallery", anchor=False)
    kind = st.segmented_control(
        "Kind of gallery",
        kinds,
        format_func=lambda it: FAMILIES.get(it, it),
        required=True,
        **tied("kind", kinds, kinds[0]),
    )
    members = {name: it for name, it in data_sets.items() if it["family"] == kind}
    summary = growth.summary(members)[kind]
    lines = {
        method: Growth(
            n=it["n"],
            seconds=it["median_seconds"],
            settings=[_setting_at(members, method, n) for n in it["n"]],
            exponent=it["exponent"],
        )
        for method, it in summary.items()
    }
    crossings = {
        method: n
        for method in lines
        if not method.startswith(words.EXACT)
        and (n := growth.lead_from(data_sets, kind, method))
        and n > min(lines[method].n)  # else it leads from the start: nothing crosses
    }
    _chart(
        time_and_size(lines, crossovers=crossings),
        key="sizes",
        clicked=lambda it: (it["x"], it["y"]),
        of=[(("n", "median_seconds"), name, entry) for name, entry in members.items()],
        alt="Time of one query over the size of the gallery: "
        + "; ".join(
            f"{method} grows as N to the {it.exponent:.2f}"
            for method, it in lines.items()
            if it.exponent is not None
        ),
    )
    told = [
        f"{method} overtakes the exact scan at about {n:,.0f} images"
        for method, n in crossings.items()
    ]
    st.caption(
        "Both axes are logarithmic, so a straight line is a power of N; the legend gives the "
        "fitted one. 1: twice the images, twice the time. 0.5: four times the images, twice the "
        "time. " + "; ".join(told) + ("." if told else "")
    )
    _opened("size", members)
    show_code(growth.fit_power, growth.crossover)


def _setting_at(members: Mapping[str, Any], method: str, n: int) -> str:
    entry = next(it for it in members.values() if it["n"] == n and method in it["contestants"])
    return setting_in_words(entry["contestants"][method]["setting"])


# A point ----------------------------------------------------------------------------------

Source = tuple[tuple[str, str], str, Mapping[str, Any]]  # two figures, a data set, its entry


def _chart(figure: go.Figure, *, key: str, clicked: Any, of: Sequence[Source], alt: str) -> None:
    """Draw a chart whose points open their settings.

    Args:
        figure: to draw.
        key: of the chart.
        clicked: turns a clicked point into the two figures that tell it from all others.
        of: where to look for them.
        alt: what the chart says.
    """
    param = "size" if key == "sizes" else "point"

    def pick(point: charts.Point) -> None:
        if found := _find(clicked(point), of):
            st.query_params[param] = "/".join(found)

    charts.chart(figure, key=key, alt=alt, on_click=pick)


def _find(wanted: tuple[float, float], of: Sequence[Source]) -> tuple[str, str, str] | None:
    """Find a point: data set, method, and its place on the curve or ``chosen``."""
    for (a, b), name, entry in of:
        for method, it in entry["contestants"].items():
            for place, point in [("chosen", it), *enumerate(it["curve"])]:
                figures = {"n": entry["n"]} | point
                if all(
                    figures.get(field) is not None and isclose(figures[field], value, rel_tol=1e-6)
                    for field, value in zip((a, b), wanted, strict=True)
                ):
                    return name, method, str(place)
    return None


def _opened(param: str, entries: Mapping[str, Any]) -> None:
    """Show the settings of the point that the address names, if it is one of these."""
    name, _, rest = st.query_params.get(param, "").partition("/")
    method, _, place = rest.rpartition("/")
    entry = entries.get(name)
    found = entry and entry["contestants"].get(method)
    if not found:
        return
    point = found
    if place.isascii() and place.isdecimal() and int(place) < len(found["curve"]):
        point = found["curve"][int(place)]
    with st.container(border=True, key=f"opened-{param}"):
        st.markdown(f"**{method}** · {entry['title']}")
        asked = setting_in_words(point["setting"]) or "nothing to set"
        built = setting_in_words(found["parameters"]) or "nothing to choose"
        candidates = point.get("candidates")
        st.markdown(
            f"- Built with: {built}, in {duration(found['build_seconds'])}\n"
            f"- Asked with: {asked}\n"
            f"- Neighbour recall@10: {point['recall']:.3f} ± {2 * point['recall_error']:.3f}\n"
            f"- Time of one query: median {duration(point['median_seconds'])}, p95 "
            f"{duration(point['p95_seconds'])}, of {point['timed_queries']} queries"
            + ("" if candidates is None else f"\n- Compared exactly: {candidates:,.0f}")
        )


# Circumstances ----------------------------------------------------------------------------


def _origin(result: Mapping[str, Any]) -> None:
    seeds = sorted({it["seed"] for it in result["data_sets"].values() if "seed" in it})
    versions = ", ".join(f"{name} {it}" for name, it in result["versions"].items())
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"{verdicts.origin(dict(result) | {'seeds': seeds})} · {versions}")
        st.download_button(
            f"{NAME}.json",
            json.dumps(result, indent=2, ensure_ascii=False) + "\n",
            f"{NAME}.json",
            "application/json",
            on_click="ignore",
            icon=":material/download:",
        )
    earlier = {it["date"][:10] for it in result["data_sets"].values() if "date" in it}
    if len(earlier) > 1:
        st.caption(f"Data sets were measured on {', '.join(sorted(earlier))}.")


def _table(rows: list[dict[str, str]]) -> None:
    """Show a table whose first column stays where it is when a phone scrolls sideways."""
    st.dataframe(
        rows,
        hide_index=True,
        height="content",
        column_config={next(iter(rows[0])): st.column_config.Column(pinned=True)},
    )
