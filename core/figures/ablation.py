"""One setting at a time: what each choice is worth, and what hashing costs and saves."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from ..language import tr, written
from ..wording import count
from .lines import plain
from .rows import label_rows
from .style import AMBER, GREY, TEAL, scatter

WORST = 0.8  # where the scale of the settings begins

_FEW_TO_MANY = (AMBER, "#b28a60", GREY, "#5a9897", TEAL)  # bits
_DASHES = ("solid", "dash", "dot", "dashdot")
_SYMBOLS = ("circle", "square", "diamond", "triangle-up")


@dataclass(frozen=True, slots=True)
class MeanAndDeviation:
    """A mean over seeds and its standard deviation."""

    mean: float
    deviation: float | None  # one seed has none

    def __str__(self) -> str:
        deviation = f" ± {written(self.deviation, '.4f')}" if self.deviation else ""
        return written(self.mean, ".4f") + deviation


@dataclass(frozen=True, kw_only=True, slots=True)
class LSHPoint:
    """One index, and what it found with how many candidates."""

    n_bits: int
    n_tables: int
    n_probes: int
    candidate_ratio: float
    value: float  # of the metric that is shown


def settings_dots(
    settings: Sequence[str],
    mean_average_precision: Sequence[MeanAndDeviation],
    precision_at_10: Sequence[MeanAndDeviation],
) -> go.Figure:
    """Show mAP and precision@10 of each setting on the fixed scale 0.8 .. 1.

    Dots and not bars, because the scale doesn't begin at 0; what lies below it is drawn at its
    end and written as it is.

    Args:
        settings: from top to bottom.
        mean_average_precision: of each setting.
        precision_at_10: of each setting.
    """
    series = (
        ("mAP", mean_average_precision, TEAL, "circle"),
        (tr("precision@10"), precision_at_10, AMBER, "diamond"),
    )
    dots = [
        scatter(
            x=[max(value.mean, WORST) for value in values],
            y=list(range(len(settings))),
            name=name,
            mode="markers",
            marker={"size": 11, "color": colour, "symbol": symbol},
            error_x={
                "array": [value.deviation or 0 for value in values],
                "color": colour,
                "thickness": 3,
                "width": 0,
            },
            text=[str(value) for value in values],
            hovertemplate=f"{name}: %{{text}}<extra></extra>",
        )
        for name, values, colour, symbol in series
    ]
    return label_rows(
        dots,
        [
            f"{setting} <b>mAP {written(first.mean, '.4f')}</b> · "
            f"P@10 {written(second.mean, '.4f')}"
            for setting, first, second in zip(
                settings, mean_average_precision, precision_at_10, strict=True
            )
        ],
        xaxis={
            "title": tr("mAP and precision@10"),
            "range": [WORST - 0.004, 1.004],
            "tickvals": [0.8, 0.85, 0.9, 0.95, 1],
            "tickformat": ".2f",
        },
    )


def lsh_tradeoff(points: Sequence[LSHPoint], *, what: str) -> go.Figure:
    """Show a metric over the candidate ratio, one line per K and number of probes.

    Along a line the number of tables grows. Up and to the left is better; both scales are
    0..1. The colour runs from amber (few bits) to teal (many), the dash tells the probes.

    Args:
        points: any number of indexes.
        what: the metric is, for the axis.
    """
    bits = sorted({point.n_bits for point in points})
    probes = sorted({point.n_probes for point in points})
    traces = []
    for n_bits in bits:
        for place, n_probes in enumerate(probes):
            line = sorted(
                (it for it in points if (it.n_bits, it.n_probes) == (n_bits, n_probes)),
                key=lambda it: it.n_tables,
            )
            if not line:
                continue
            traces.append(
                scatter(
                    x=[point.candidate_ratio for point in line],
                    y=[point.value for point in line],
                    name=f"K = {n_bits}, {count(n_probes, 'probe')}",
                    mode="lines+markers",
                    line={
                        "color": _colour(bits.index(n_bits), len(bits)),
                        "dash": _DASHES[place % len(_DASHES)],
                        "width": 2,
                    },
                    marker={"size": 8, "symbol": _SYMBOLS[place % len(_SYMBOLS)]},
                    customdata=[point.n_tables for point in line],
                    hovertemplate=tr(
                        "K = {n_bits}, L = %{{customdata}}, probes = {n_probes}"
                        "<br>{what}: %{{y:.4f}}<br>candidates: %{{x:.1%}} of the gallery"
                        "<extra></extra>",
                        n_bits=n_bits,
                        n_probes=n_probes,
                        what=what,
                    ),
                )
            )
    return plain(
        traces,
        what=what,
        height=320 + 24 * (len(traces) // 3 + 1),  # each line of the legend holds about three names
        xaxis={"title": tr("candidate ratio"), "tickformat": ".0%", "range": [-0.02, 1.02]},
        yaxis={"range": [0, 1.03]},
    )


def _colour(place: int, n: int) -> str:
    """Return the colour of one K among ``n``, spread over all there are."""
    return _FEW_TO_MANY[round(place * (len(_FEW_TO_MANY) - 1) / max(1, n - 1))]
