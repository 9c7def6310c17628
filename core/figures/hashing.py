"""What LSH should find, and what it does: curves, dots, probes and buckets."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ..language import later, tr, written
from .lines import plain
from .style import AMBER, CLEAR, GREY, TEAL, Part, as_text, bar, hline, scatter, vline

_BAND = "rgba(138, 146, 156, 0.28)"
_WANTED = "rgba(42, 157, 146, 0.6)"
_OTHER = "rgba(138, 146, 156, 0.45)"
_ANGLES: Part = {"range": [0, 120], "dtick": 30, "ticksuffix": "°"}


def retrieval_curve(
    found: NDArray[np.floating],
    wanted: NDArray[np.integer],
    other: NDArray[np.integer],
    *,
    name: str,
) -> go.Figure:
    """Draw the probability to be found over the angle, and behind it the angles there are.

    Args:
        found: (180,) 1 - (1 - p^K)^L in the middle of each degree.
        wanted: (180,) wanted pairs per degree.
        other: (180,) all other pairs per degree.
        name: what is wanted.
    """
    degrees = np.arange(len(found)) + 0.5
    traces = []
    for counts, title, colour in ((other, tr("all others"), _OTHER), (wanted, name, _WANTED)):
        share = counts / max(1, counts.sum())
        traces.append(
            bar(
                x=degrees,
                y=share / max(share.max(), 1e-9),
                name=tr("angles of {title}", title=title),
                width=1,
                marker={"color": colour, "line": {"width": 0}},
                customdata=share,
                hovertemplate=tr(
                    "{title}: %{{customdata:.1%}} are %{{x:.0f}}° apart<extra></extra>", title=title
                ),
            )
        )
    curve = scatter(
        x=degrees,
        y=found,
        name=tr("probability to be found"),
        mode="lines",
        line={"color": AMBER, "width": 3},
        hovertemplate=tr("%{x:.0f}° apart: found with probability %{y:.1%}<extra></extra>"),
    )
    return plain(
        [*traces, curve],
        what=tr("probability to be found"),
        height=340,
        xaxis=_ANGLES | {"title": tr("angle between query and image")},
        yaxis={"range": [0, 1.03], "tickformat": ".0%", "dtick": 0.25},
        barmode="overlay",
        bargap=0,
    )


def hamming_scatter(
    degrees: NDArray[np.floating],
    share: NDArray[np.floating],
    band: tuple[NDArray[np.floating], NDArray[np.floating]],
    *,
    chosen: int,
    texts: Sequence[str],
) -> go.Figure:
    """Show pairs of images: the share of bits that differ, over the angle (Figure 7).

    Args:
        degrees: (P,) the angle of each pair.
        share: (P,) of the bits.
        band: (181,) lowest and highest share to expect at 0, 1 ... 180 degrees.
        chosen: the pair that is marked.
        texts: (P,) what a pair is, for the hover.
    """
    low, high = band
    edge = {"x": np.arange(181), "mode": "lines", "line": {"width": 0, "shape": "hvh"}}
    dots = {"color": TEAL, "size": 9, "opacity": 0.75}
    unmoved = {"marker": {"opacity": dots["opacity"]}}
    traces = [
        scatter(**edge, y=low, hoverinfo="skip", showlegend=False),
        scatter(
            **edge,
            y=high,
            name=tr("where 95 % should lie"),
            fill="tonexty",
            fillcolor=_BAND,
            hoverinfo="skip",
        ),
        scatter(
            x=[0, 180],
            y=[0, 1],
            mode="lines",
            line={"color": AMBER, "width": 2},
            hoverinfo="skip",
            name=tr("angle / 180°"),
        ),
        scatter(
            x=degrees,
            y=share,
            name=tr("a pair of images"),
            mode="markers",
            marker=dots,
            # A click chooses one dot; the others stay as they are.
            selected=unmoved,
            unselected=unmoved,
            text=list(map(as_text, texts)),
            hovertemplate=tr(
                "%{text}<br>%{x:.1f}° apart, %{y:.1%} of the bits differ<extra></extra>"
            ),
        ),
        scatter(
            x=degrees[[chosen]],
            y=share[[chosen]],
            name=tr("the pair below"),
            mode="markers",
            marker={"color": CLEAR, "size": 17, "line": {"color": AMBER, "width": 3}},
            hoverinfo="skip",
        ),
    ]
    return plain(
        traces,
        what=tr("share of bits that differ"),
        height=380,
        xaxis=_ANGLES | {"title": tr("angle between two images")},
        yaxis={"range": [-0.04, 0.82], "tickformat": ".0%", "dtick": 0.2},
    )


def probe_lines(
    by_margin: NDArray[np.floating],
    by_count: NDArray[np.floating],
    looked_at: NDArray[np.floating],
) -> go.Figure:
    """Draw what the probes so far have brought, on the fixed scale 0..1; the last one is marked.

    Args:
        by_margin: (P,) neighbour recall after 1, 2 ... probes per table, least margins first.
        by_count: (P,) the same on average over all orders that ignore margins.
        looked_at: (P,) candidate ratio of ``by_margin``.
    """
    return _shares(
        (by_margin, tr("neighbour recall, fragile bits first"), TEAL, "solid"),
        (by_count, tr("neighbour recall, bits in any order, on average"), AMBER, "dash"),
        (looked_at, tr("candidate ratio"), GREY, "dot"),
        hover=later("%{{x}} probes per table<br>{name}: %{{y:.0%}}<extra></extra>"),
        xaxis={
            "title": tr("probes per table"),
            "range": [0.5, 64.5],
            "tickvals": [1, 8, 16, 32, 48, 64],
        },
        marked=len(by_margin),
    )


def promise_lines(
    reckoned: NDArray[np.floating],
    missing: NDArray[np.floating],
    looked_at: NDArray[np.floating],
    *,
    stop: int,
    allowed: float,
) -> go.Figure:
    """Draw how a query comes to know that it has read enough, on the fixed scale 0..1.

    Args:
        reckoned: (B,) after each bucket, the probability that a neighbour has been missed.
        missing: (B,) the share of the true neighbours that has been.
        looked_at: (B,) the share of the gallery that has been read.
        stop: the bucket after which it stops, from 1.
        allowed: the probability at which it does.
    """
    return _shares(
        (reckoned, tr("chance to miss a neighbour, as the rule reckons"), AMBER, "solid"),
        (missing, tr("neighbours that are missing"), TEAL, "dash"),
        (looked_at, tr("images compared"), GREY, "dot"),
        hover=later("%{{x}} buckets read<br>{name}: %{{y:.0%}}<extra></extra>"),
        xaxis={"title": tr("buckets read"), "range": [0, len(reckoned) + 1]},
        marked=stop,
        allowed=hline(allowed, {"color": AMBER, "width": 1, "dash": "dot"}),
    )


def _shares(
    *lines: tuple[NDArray[np.floating], str, str, str],
    hover: str,
    xaxis: Part,
    marked: int,
    allowed: Part | None = None,
) -> go.Figure:
    """Draw shares after 1, 2 ... of something, as lines: values, name, colour and dash of each."""
    traces = [
        scatter(
            x=np.arange(1, len(values) + 1),
            y=values,
            name=name,
            mode="lines+markers",  # a single value is no line
            marker={"color": colour, "size": 4},
            line={"color": colour, "dash": dash, "width": 2.5, "shape": "hv"},
            hovertemplate=tr(hover, name=name),
        )
        for values, name, colour, dash in lines
    ]
    return plain(
        traces,
        what=tr("share"),
        height=320,
        xaxis=xaxis,
        yaxis={"range": [0, 1.03], "tickformat": ".0%", "dtick": 0.25},
        shapes=[vline(marked, {"color": GREY, "width": 1.5}), *([allowed] if allowed else [])],
    )


def bucket_ranks(
    sizes: Sequence[Sequence[int]], own: Sequence[int], *, table: int, n_gallery: int
) -> go.Figure:
    """Draw the sizes of the buckets of every table, the largest first, on logarithmic scales.

    Args:
        sizes: per table, in any order.
        own: per table the size of the query's bucket; may be 0.
        table: that stands out, from 0.
        n_gallery: N, for the scale.
    """
    ordered = [np.sort(it)[::-1] for it in sizes]
    traces = []
    for t in [*(t for t in range(len(sizes)) if t != table), table]:
        is_chosen = t == table
        traces.append(
            scatter(
                x=np.arange(1, len(ordered[t]) + 1),
                y=ordered[t],
                name=tr("table {table}", table=t + 1) if is_chosen else tr("the other tables"),
                showlegend=is_chosen or t == (table == 0),
                mode="lines",
                line={
                    "color": TEAL if is_chosen else GREY,
                    "width": 3 if is_chosen else 1,
                    "shape": "hv",
                },
                hovertemplate=tr(
                    "table {table}: bucket %{{x}} by size holds %{{y}}<extra></extra>",
                    table=t + 1,
                ),
            )
        )
    if own[table]:
        rank = int((ordered[table] > own[table]).sum()) + 1
        traces.append(
            scatter(
                x=[rank],
                y=[own[table]],
                name=tr("the query's bucket"),
                mode="markers",
                marker={"size": 13, "color": AMBER, "symbol": "diamond"},
                hovertemplate=tr("the query's bucket holds %{y}<extra></extra>"),
            )
        )
    most = np.log10(n_gallery)
    ticks = [value for e in range(6) for value in (10**e, 3 * 10**e) if value <= n_gallery]
    log = {"type": "log", "tickvals": ticks, "ticktext": [written(it) for it in ticks]}
    return plain(
        traces,
        what=tr("images in the bucket"),
        height=320,
        xaxis=log | {"title": tr("bucket, the largest first"), "range": [-0.05, most + 0.05]},
        yaxis=log | {"range": [-0.08, most + 0.05]},
    )
