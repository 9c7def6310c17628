"""Tables 1 to 3 as pictures: how well each system ranks, and where its time goes."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from ..language import later, tr, written
from ..wording import duration
from .lines import BELOW, plain
from .rows import ROW, label_rows
from .style import AMBER, GREY, GRID, TEAL, bar, scatter

TOP = (5, 10, 20, 30)  # the n of precision@n in Table 1

# Teal has attention, amber has none; a full line hashes, a broken one scans everything; what
# isn't ResNet50 is grey.
_LINES = {
    "sift": (GREY, "dot", "circle"),
    "svm": (GREY, "dash", "square"),
    "vgg": (GREY, "solid", "triangle-up"),
    "cnn-lsh": (AMBER, "solid", "circle"),
    "cnn-attention": (TEAL, "dash", "square"),
    "ours": (TEAL, "solid", "circle"),
    "cnn": (AMBER, "dash", "square"),
}
_OTHER = (GREY, "dashdot", "diamond")

# What turns an image into numbers is grey, what only LSH does teal, what looks at everything
# amber, and the time of asking a person violet; in the order in which they happen.
_STAGES = {
    "decode": "#c3c8ce",
    "preprocess": "#a3abb5",
    later("describe"): "#5f7896",
    "embed": "#6b7580",
    later("ask"): "#8a7fd0",
    "hash": "#8fd3cb",
    "probe": "#4fb8ae",
    "rerank": TEAL,
    "exact scan": AMBER,
    later("rank"): "#e8b877",
}


def paper_and_measured(
    titles: Sequence[str],
    *,
    paper: Sequence[float | None],
    mean: Sequence[float],
    deviation: Sequence[float | None],
) -> go.Figure:
    """Show what the paper reports beside what was measured, on the fixed scale 0..1.

    Args:
        titles: of the systems, from top to bottom.
        paper: the printed MAP; None where a system isn't in the paper's table.
        mean: measured mAP.
        deviation: its standard deviation over the seeds; one seed has none.
    """
    rows = list(range(len(titles)))
    apart = [
        scatter(
            x=[printed, measured],
            y=[row, row],
            mode="lines",
            line={"width": 2, "color": GRID},
            hoverinfo="skip",
        )
        for row, printed, measured in zip(rows, paper, mean, strict=True)
        if printed is not None
    ]
    paper_dots = scatter(
        x=list(paper),
        y=rows,
        name=tr("paper"),
        mode="markers",
        marker={"size": 12, "symbol": "diamond-open", "color": AMBER, "line": {"width": 2}},
        cliponaxis=False,
        text=list(titles),
        hovertemplate=tr("%{text}<br>paper: %{x:.4f}<extra></extra>"),
    )
    our_dots = scatter(
        x=list(mean),
        y=rows,
        name=tr("measured"),
        mode="markers",
        marker={"size": 11, "color": TEAL},
        error_x={
            "array": [it or 0 for it in deviation],
            "color": TEAL,
            "thickness": 3,
            "width": 0,
        },
        cliponaxis=False,
        text=list(titles),
        hovertemplate=tr("%{text}<br>measured: %{x:.4f}<extra></extra>"),
    )
    return label_rows(
        [*apart, paper_dots, our_dots],
        [
            f"{title} <b>{written(measured, '.3f')}</b>"
            + (tr(" · paper {printed:.3f}", printed=printed) if printed else "")
            for title, printed, measured in zip(titles, paper, mean, strict=True)
        ],
        xaxis={"title": "mAP", "range": [-0.01, 1.01], "tickformat": ".1f"},
    )


def precision_curves(
    titles: Mapping[str, str], precision: Mapping[str, Mapping[int, float]], *, lowest: float = 0.0
) -> go.Figure:
    """Show precision@n over n, one line per system, on the fixed scale ``lowest`` .. 1.

    Args:
        titles: by system.
        precision: by system and n.
        lowest: where the scale begins; what lies below is not drawn.
    """
    traces = []
    for key, curve in precision.items():
        colour, dash, symbol = _LINES.get(key, _OTHER)
        traces.append(
            scatter(
                x=list(curve),
                y=list(curve.values()),
                name=titles[key],
                mode="lines+markers",
                line={"color": colour, "dash": dash, "width": 2.5},
                marker={"symbol": symbol, "size": 8},
                hovertemplate=tr("precision@%{x}: %{y:.4f}<extra>%{fullData.name}</extra>"),
            )
        )
    span = 1 - lowest
    return plain(
        traces,
        what=tr("precision@n"),
        height=380,
        xaxis={"title": tr("n, the number of hits"), "tickvals": list(TOP), "range": [3.5, 31.5]},
        yaxis={"range": [lowest, 1 + 0.03 * span]},
    )


def stage_bars(
    titles: Sequence[str], stages: Sequence[Mapping[str, float]], *, longest: float
) -> go.Figure:
    """Stack the stages of one query, one bar per system, from 0 to ``longest`` seconds.

    Args:
        titles: of the systems, from top to bottom.
        stages: seconds by stage, for each system.
        longest: where the scale ends, so that two charts can be compared.
    """
    order = {stage: place for place, stage in enumerate(_STAGES)}
    found = dict.fromkeys(stage for row in stages for stage in row)
    bars = []
    for stage in sorted(found, key=lambda stage: order.get(stage, len(order))):
        with_it = [row for row, seconds in enumerate(stages) if stage in seconds]
        bars.append(
            bar(
                x=[stages[row][stage] for row in with_it],
                y=with_it,
                name=tr(stage),
                orientation="h",
                width=0.36,
                marker={"color": _STAGES.get(stage, GREY), "line": {"width": 0}},
                text=[
                    f"{titles[row]}<br>{tr(stage)}: {duration(stages[row][stage])}"
                    for row in with_it
                ],
                textposition="none",
                hovertemplate="%{text}<extra></extra>",
            )
        )
    return label_rows(
        bars,
        titles,
        xaxis={"title": tr("seconds"), "range": [0, 1.02 * longest]},
        height=ROW * len(titles) + 120,
        barmode="stack",
        showlegend=True,
        legend=BELOW | {"traceorder": "normal"},
    )
