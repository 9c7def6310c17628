"""Clutter: what stands around the thing, what the gates do about it, and where they gain most."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from core.errors import HashlightError
from core.evaluation import results
from core.evaluation.attention_focus import cell_shares, share_inside
from core.evaluation.clutter import SIDES, measure_clutter, put_into
from core.figures.clutter import gain_over_clutter
from core.figures.rows import signed
from core.index.exact import exact_scan
from core.language import later, tr, written
from core.model.attention import AttentionMode
from core.search import SearchResult
from pages.parts.attention.query import SIDE, AttentionQuery
from pages.ui import charts, glossary, heatmap, resources
from pages.ui.address import tied
from pages.ui.code import show_code
from pages.ui.heatmap import gate_panel
from pages.ui.pictures import data_url, image_file, show_pixels
from pages.ui.question import ask, reveal
from pages.ui.result_files import link_to
from pages.ui.tables import show_number
from pages.ui.task import show_task

_FOUND: dict[AttentionMode, str] = {
    "off": later("Found without attention"),
    "both": later("Found with both gates"),
}
_WHERE = (
    later("where there is no clutter"),
    later("in between"),
    later("where clutter is nearly everything"),
)


def show_clutter(about: AttentionQuery) -> None:
    """Put the query into ever more clutter, and ask where attention gains most."""
    glossary.markdown(
        tr(
            "**Clutter is all that a picture shows beside the thing you look for.** Without "
            "attention every place counts alike, so the more clutter there is, the more of the "
            "[[embedding]] is about it. The spatial [[gate]] can weigh clutter down. It has a "
            "limit: a thing that covers too few places leaves little to weigh up."
        )
    )
    _try(about)
    try:
        measured = results.load("clutter-scenes", results.RESULTS)
    except HashlightError:  # damaged or missing: the Results page says so
        measured = None
    if measured:
        _guess(measured)
    show_code(put_into, measure_clutter)


@st.fragment
def _try(about: AttentionQuery) -> None:
    """Show the query in a painting, at a size that one sets, and what it still finds there."""
    picture, numbers = st.columns([2, 3], gap="medium")
    with numbers:
        side = st.select_slider(
            tr("Make the picture smaller: its side beside that of the whole"),
            SIDES,
            format_func=lambda it: written(it, ".0%"),
            **tied("side", SIDES, SIDES[0]),
        )
        paintings = range(1, resources.N_PAINTINGS + 1)
        painting = st.segmented_control(
            tr("Painting around it"), paintings, required=True, **tied("painting", paintings, 1)
        )
        whole, k = about.result("both"), about.shown.k
        found = {it: _found(about, whole, it, painting - 1) for it in SIDES}
        with st.grid(min_column_width=150, gap="small"):
            for mode, title in _FOUND.items():
                show_number(
                    tr(title),
                    tr("{n} of {total}", n=found[side][mode], total=k),
                    tr("images like the query"),
                    help=tr(
                        "How many of the {k} nearest images, by the exact scan, have the query's "
                        "label. Where there is none: how many of them the whole picture finds, "
                        "too.",
                        k=k,
                    ),
                )
        _task(found, side, k)
    with picture:
        _look(about, side, painting - 1)


def _look(about: AttentionQuery, side: float, painting: int) -> None:
    """Show where the network looks, and how much of that lies on the picture."""
    shown = resources.crowded(about.query.data, side, painting, max_side=SIDE)
    if shown.gate is None:
        show_pixels(
            shown.pixels, tr("The query at {side:.0%} of the side, in a painting", side=side)
        )
        return
    cells = cell_shares(shown.mask, *shown.gate.shape)[None]  # (1, H, W)
    area, inside = float(cells.mean()), float(share_inside(shown.gate[None], cells)[0])
    heatmap.show_maps(
        "crowded",
        [
            gate_panel(
                shown.gate,
                title=tr("The spatial gate M_s"),
                note=tr(
                    "{inside:.0%} on the picture, which covers {area:.0%}: ×{ratio:.2f}",
                    inside=inside,
                    area=area,
                    ratio=inside / area,
                ),
            )
        ],
        {"query": data_url(image_file(shown.pixels))},
        tallest=210,
    )


def _found(
    about: AttentionQuery, whole: SearchResult, side: float, painting: int
) -> dict[AttentionMode, int]:
    """Return how many images like the query are among the nearest of it in a painting, by mode."""
    alike = {it.id for it in about.gallery.items if it.label == whole.query_label}
    found: dict[AttentionMode, int] = {}
    for mode in _FOUND:
        vectors = resources.index(about.stored, mode, *about.shown.built).vectors
        before, after = (
            exact_scan(
                resources.crowded(about.query.data, it, painting, max_side=SIDE).embeddings[mode],
                vectors,
                k=about.shown.k,
                exclude=whole.own_ids,
            ).ids.tolist()
            for it in (SIDES[0], side)
        )
        wanted = set(before) if whole.query_label is None else alike
        found[mode] = len(wanted & set(after))
    return found


def _task(found: Mapping[float, Mapping[AttentionMode, int]], side: float, k: int) -> None:
    """Ask for the size at which attention gains most with this picture."""
    gains = {it: by_mode["both"] - by_mode["off"] for it, by_mode in found.items()}
    most = max(gains.values())
    if most <= 0:
        st.caption(tr("With this picture and this painting attention gains nothing. Try another."))
        return
    show_task(
        tr(
            "Find a size at which both gates find {most} more of {k} than the search without "
            "attention does.",
            most=most,
            k=k,
        ),
        is_done=gains[side] == most,
        now=written(gains[side], "+d"),
    )


@st.fragment
def _guess(measured: Mapping[str, Any]) -> None:
    """Ask where attention gains most over the whole gallery; show the figure after the guess."""
    steps = measured["steps"]
    gains = [step["gain"]["both"]["mean"] for step in steps]
    at = int(np.argmax(gains))
    with st.container(border=True, key="ask-guess-clutter"):
        guess = ask(
            tr(
                "The same was done with all {n_images:,} pictures of "
                "*{gallery_title}*. Where do both gates gain most over no attention?",
                n_images=measured["n_images"],
                gallery_title=measured["gallery_title"],
            ),
            _WHERE,
            key="guess-clutter",
        )
        if guess is None:
            return
        area, least = steps[at]["side"] ** 2, steps[-1]["side"] ** 2
        reveal(
            guess,
            right=_WHERE[0 if at == 0 else 2 if at == len(steps) - 1 else 1],
            because=tr(
                "Without clutter they gain {whole} mAP, where the picture takes {area:.0%} of the "
                "area {most}, and at {least:.0%} {last}. Without clutter there is little to "
                "weigh down; in the end too little of the picture is left to find.",
                whole=signed(gains[0]),
                area=area,
                most=signed(gains[at]),
                least=least,
                last=signed(gains[-1]),
            ),
        )
        told = [
            f"{written(step['side'] ** 2, '.0%')}: {signed(step['gain']['both']['mean'])}"
            for step in steps
        ]
        charts.chart(
            gain_over_clutter(steps),
            name="gain-over-clutter",
            key="clutter-gain",
            alt=tr(
                "Gain in mAP of both gates over the share of the area: {told}", told="; ".join(told)
            ),
        )
        st.caption(
            tr(
                "mAP sums a ranking up: 1 where all images of the query's label come first. A bar "
                "is a 95 % interval."
            )
        )
        link_to("Clutter", tr("How this was measured"))
