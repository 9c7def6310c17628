"""Speed: recall against time, time against the size of the gallery, and what it costs to look.

Ours is teal, an exact scan grey, each library has a colour of its own; buckets are dashed.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from ..language import later, later_written, tr, written
from ..wording import count, duration
from .lines import plain
from .style import AMBER, DURATIONS, GREY, TEAL, Part, note, scatter, vline

WORST = 0.5  # recall where the scales begin
SLOWEST, FASTEST = 0.1, 200_000  # queries per second: the fixed scale
SMALLEST, LARGEST = 500, 20_000_000  # images
SHORTEST, LONGEST = 1e-6, 10.0  # seconds

_LINES = {
    "ours: codes": (TEAL, "solid", "circle"),
    "ours: buckets": (TEAL, "dash", "square"),
    "LSHIndex, NumPy": (TEAL, "dot", "circle-open"),
    "LSHIndex, promise": (TEAL, "dashdot", "triangle-down"),
    "exact scan, NumPy": (GREY, "dash", "triangle-up"),
    "exact scan, faiss": (GREY, "solid", "triangle-up"),
    "faiss IndexLSH + RefineFlat": (AMBER, "solid", "diamond"),
    "faiss IndexIVFFlat": ("#8a7fd0", "solid", "diamond"),
    "faiss IVF,PQx4fs,RFlat": ("#8a7fd0", "dash", "diamond-open"),
    "faiss IVF,RaBitQfs,RFlat": ("#8a7fd0", "dot", "diamond-wide"),
    "faiss HNSW32,SQ8": ("#4f86c6", "dash", "cross-open"),
    "hnswlib": ("#4f86c6", "solid", "cross"),
    "SymphonyQG, n_links 32": ("#c8607a", "solid", "star"),
    "SymphonyQG, n_links 64": ("#c8607a", "dash", "star-open"),
    "ScaNN": ("#6f9e3f", "solid", "hexagon"),
    "SVS Vamana": ("#a4744a", "solid", "pentagon"),
}
_OTHER = (GREY, "dashdot", "x")
_SECONDS = {1e-6: "1 µs", 1e-5: "10 µs"} | DURATIONS
_RATES = (1, 10, 100, 1_000, 10_000, 100_000)  # queries per second
_SIZES = {
    1e3: later_written(1_000),
    1e4: later_written(10_000),
    1e5: later_written(100_000),
    1e6: later("1 million"),
    1e7: later("10 million"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class SettingPoint:
    """One method with one setting on one gallery."""

    recall: float  # neighbour recall@k
    seconds: float  # of one query, the median
    setting: str  # such as ``ef 40``
    candidates: float | None = None  # compared exactly; None where nobody can tell


@dataclass(frozen=True, kw_only=True, slots=True)
class Growth:
    """One method over the size of the gallery."""

    n: Sequence[int]
    seconds: Sequence[float]  # of one query, the median, at the wanted recall
    settings: Sequence[str]
    exponent: float | None = None  # of N, fitted


def recall_and_speed(
    curves: Mapping[str, Sequence[SettingPoint]],
    *,
    k: int = 10,
    wanted: float | None = None,
    chosen: Mapping[str, SettingPoint] | None = None,
) -> go.Figure:
    """Show queries per second over neighbour recall: up and to the right is better.

    Both scales are fixed, the upright one is logarithmic. As ann-benchmarks draws it, a line
    joins the settings of a method that none of its others beats in both; what finds less than
    half is left out.

    Args:
        curves: of each method, a point for each setting.
        k: of recall@k.
        wanted: recall; a line is drawn there.
        chosen: the setting of each method that is compared elsewhere; it gets a large mark.
    """
    traces = []
    for name, points in curves.items():
        kept = [it for it in front(points) if it.recall >= WORST]
        traces.append(
            _line(
                name,
                x=[it.recall for it in kept],
                y=[1 / it.seconds for it in kept],
                text=[_about(it, k) for it in kept],
            )
        )
    for name, point in (chosen or {}).items():
        colour, _, symbol = _LINES.get(name, _OTHER)
        traces.append(
            scatter(
                x=[point.recall],
                y=[1 / point.seconds],
                mode="markers",
                marker={
                    "size": 15,
                    "color": colour,
                    "symbol": symbol,
                    "line": {"width": 2, "color": GREY},
                },
                text=[_about(point, k)],
                hovertemplate=tr("%{{text}}<extra>{name}, chosen</extra>", name=name),
                showlegend=False,
                cliponaxis=False,
            )
        )
    return _over_recall(
        traces,
        what=tr("queries per second, one thread"),
        k=k,
        yaxis={
            "type": "log",
            "range": _decades(SLOWEST, FASTEST),
            "tickvals": _RATES,
            "ticktext": [written(it) for it in _RATES],
        },
        wanted=wanted,
    )


def front(points: Sequence[SettingPoint]) -> list[SettingPoint]:
    """Those that no other beats in recall and in time (Pareto's front), recall ascending."""
    found: list[SettingPoint] = []
    for point in sorted(points, key=lambda it: (-it.recall, it.seconds)):
        if not found or point.seconds < found[-1].seconds:
            found.append(point)
    return found[::-1]


def candidates_and_recall(
    curves: Mapping[str, Sequence[SettingPoint]],
    *,
    n: int,
    k: int = 10,
    wanted: float | None = None,
) -> go.Figure:
    """Show how many vectors a method compares exactly for a neighbour recall.

    Args:
        curves: of each method; points without a number of candidates are left out.
        n: size of the gallery, the top of the logarithmic scale.
        k: of recall@k.
        wanted: recall; a line is drawn there.
    """
    traces = []
    for name, points in curves.items():
        kept = [(it, it.candidates) for it in front(points) if it.candidates and it.recall >= WORST]
        if kept:
            traces.append(
                _line(
                    name,
                    x=[it.recall for it, _ in kept],
                    y=[candidates for _, candidates in kept],
                    text=[_about(it, k) for it, _ in kept],
                )
            )
    return _over_recall(
        traces,
        what=tr("candidates, of {n:,}", n=n),
        k=k,
        yaxis={"type": "log", "range": _decades(5, 1.5 * n), "tickformat": ",~f", "dtick": 1},
        wanted=wanted,
    )


def time_and_size(
    lines: Mapping[str, Growth],
    *,
    crossovers: Mapping[str, float] | None = None,
    called: Mapping[str, str] | None = None,
) -> go.Figure:
    """Show the time of one query over the size of the gallery, both on fixed logarithmic scales.

    The legend gives the fitted exponent: 1 doubles the time with the gallery, 0 doesn't care.

    Args:
        lines: of each method.
        crossovers: of methods, the N from which on each beats the exact scan; marked there.
        called: what methods are called, where not by their names.
    """
    said = dict(zip(lines, lines, strict=True)) | dict(called or {})
    traces = []
    for name, line in lines.items():
        grows = "" if line.exponent is None else f" · N<sup>{written(line.exponent, '.2f')}</sup>"
        traces.append(
            _line(
                name,
                x=list(line.n),
                y=list(line.seconds),
                text=[
                    f"{count(n, 'image')}: {duration(seconds)}<br>{setting}".removesuffix("<br>")
                    for n, seconds, setting in zip(line.n, line.seconds, line.settings, strict=True)
                ],
                legend=f"{said[name]}{grows}",
            )
        )
    leads = (crossovers or {}).items()
    return plain(
        traces,
        what=tr("time of one query, one thread"),
        height=460,
        xaxis={
            "title": tr("images in the gallery, N"),
            "type": "log",
            "range": _decades(SMALLEST, LARGEST),
            "tickvals": list(_SIZES),
            "ticktext": list(map(tr, _SIZES.values())),
        },
        yaxis={
            "type": "log",
            "range": _decades(SHORTEST, LONGEST),
            "tickvals": list(_SECONDS),
            "ticktext": list(map(tr, _SECONDS.values())),
        },
        shapes=[_dotted(n, _LINES.get(name, _OTHER)[0]) for name, n in leads],
        annotations=[_lead(said[name], n, place) for place, (name, n) in enumerate(leads)],
    )


def _line(
    name: str,
    *,
    x: Sequence[float],
    y: Sequence[float],
    text: Sequence[str],
    legend: str | None = None,
) -> Part:
    """Draw one method in its colour, its settings in the hover text."""
    colour, dash, symbol = _LINES.get(name, _OTHER)
    return scatter(
        x=x,
        y=y,
        name=legend or name,
        mode="lines+markers",
        line={"color": colour, "dash": dash, "width": 2.5},
        marker={"symbol": symbol, "size": 8},
        text=text,
        hovertemplate=f"%{{text}}<extra>{name}</extra>",
        cliponaxis=False,
    )


def _dotted(x: float, colour: str) -> Part:
    return vline(x, {"width": 1.5, "dash": "dot", "color": colour}, layer="below")


def _lead(name: str, n: float, place: int) -> Part:
    """Write beside its line from where on a method leads; each is a line lower than the last."""
    right = n > (SMALLEST * LARGEST) ** 0.5  # of the chart's middle
    return note(
        tr("{name}<br>leads from about {n:,} images", name=name, n=_rounded(n)),
        x=_decades(n, n)[0],  # a logarithmic axis takes the place of a text as a logarithm
        y=0.99 - 0.12 * place,
        yref="paper",
        yanchor="top",
        xanchor="right" if right else "left",
        align="right" if right else "left",
        xshift=-4 if right else 4,
        font={"size": 11},
    )


def _over_recall(
    traces: Sequence[Part], *, what: str, k: int, yaxis: Part, wanted: float | None
) -> go.Figure:
    """Draw methods over their recall, and a line at the one that is wanted."""
    return plain(
        traces,
        what=what,
        height=460,
        xaxis={
            "title": tr("neighbour recall@{k}", k=k),
            "range": [WORST - 0.005, 1.01],
            "tickformat": ".2~f",
            "dtick": 0.1,
        },
        yaxis=yaxis,
        shapes=[] if wanted is None else [_dotted(wanted, GREY)],
    )


def _about(point: SettingPoint, k: int) -> str:
    """Describe a point: its setting, recall, time and candidates, a line each."""
    lines = [
        point.setting,
        tr("neighbour recall@{k}: {recall:.3f}", k=k, recall=point.recall),
        tr("{time} a query", time=duration(point.seconds)),
        "" if point.candidates is None else count(round(point.candidates), "candidate"),
    ]
    return "<br>".join(line for line in lines if line)


def _decades(low: float, high: float) -> list[float]:
    """Return a range as a logarithmic axis takes it."""
    return [math.log10(low), math.log10(high)]


def _rounded(n: float) -> int:
    """Return a number of images that is no more exact than its crossing, of two digits."""
    unit: int = 10 ** max(0, math.floor(math.log10(n)) - 1)
    return round(n / unit) * unit
