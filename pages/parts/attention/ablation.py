"""The ablation: a gate is switched off, and what that does is followed down to the hits."""

from dataclasses import replace

import numpy as np
import streamlit as st

from core.errors import HashlightError
from core.evaluation.metrics import precision_at
from core.figures.cbam import WITH_PICTURES, RankPath, rank_paths, turned_fan
from core.figures.shift import flipped_bits
from core.language import later, tr, written
from core.lessons.ablation_path import PATH, AblationStep, ablation_path, ranks_by_id
from core.model.attention import AttentionMode
from core.model.cbam import CBAM
from core.search import SearchResult, look_up
from pages.parts.attention.query import AttentionQuery
from pages.ui import answers, charts, resources
from pages.ui.address import tied
from pages.ui.code import show_code
from pages.ui.pictures import data_url
from pages.ui.question import question
from pages.ui.tables import show_table

NAMES: dict[AttentionMode, str] = {
    "both": later("both gates"),
    "channel": later("channel only"),
    "spatial": later("spatial only"),
    "off": later("off"),
}
_SWITCHED = (later("query and gallery"), later("query alone"))
_GATES = (later("the channel gate"), later("the spatial gate"), later("both alike"))


def _name(mode: AttentionMode) -> str:
    return tr(NAMES[mode])


def show_ablation(about: AttentionQuery) -> None:
    """Switch a gate off, and follow what it does down to the hits."""
    _question(ablation_path({mode: about.result(mode) for mode in PATH}))
    _chain(about)
    show_code(CBAM.forward, ablation_path, look_up)


def _question(steps: tuple[AblationStep, ...]) -> None:
    turned = {step.attention: step.degrees for step in steps}
    without_channel, without_spatial = turned["spatial"], turned["channel"]
    ratio = without_channel / max(without_spatial, 1e-6)
    question(
        tr("Which gate's absence turns this picture's embedding further?"),
        _GATES,
        right=_GATES[0 if ratio > 1.25 else 1 if ratio < 0.8 else 2],
        because=tr(
            "Without the channel gate it turns by **{without_channel:.1f}°**, without the "
            "spatial gate by **{without_spatial:.1f}°**.",
            without_channel=without_channel,
            without_spatial=without_spatial,
        ),
        key="guess-switch",
    )


@st.fragment
def _chain(about: AttentionQuery) -> None:
    """Show embedding, bits, buckets and ranks in one view."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        switched = st.segmented_control(
            tr("Switched for"),
            _SWITCHED,
            required=True,
            format_func=tr,
            **tied("switched", _SWITCHED, _SWITCHED[0]),
            help=tr(
                "A search embeds query and gallery in the same way. *Query alone* breaks that "
                "rule, to show why it is one."
            ),
        )
        mode = st.segmented_control(
            tr("Bits of"),
            PATH[1:],
            required=True,
            format_func=_name,
            **tied("switch", PATH[1:], "spatial"),
        )
    alone = switched == _SWITCHED[1]
    steps = ablation_path({it: _search(about, it, alone=alone) for it in PATH})
    embedding, numbers = st.columns([1, 2], gap="medium", vertical_alignment="center")
    with embedding:
        st.markdown(tr("**Embedding**: how far it turned"))
        turned = {_name(step.attention): step.degrees for step in steps}
        angles = [
            tr("{name} {degrees:.1f} degrees", name=name, degrees=it) for name, it in turned.items()
        ]
        charts.chart(
            turned_fan(turned),
            name="embeddings-turned",
            key="fan",
            alt=tr("Angle to the embedding with both gates: {angles}", angles="; ".join(angles)),
        )
    with numbers:
        st.markdown(tr("**Down the chain**, each beside *both gates*"))
        show_table(
            [_row(step, about.shown.k) for step in steps],
            alt=tr("Angle, bits, buckets, candidates and hits with each switch."),
        )
        st.caption(
            tr(
                "Theory: K·L·θ/π, the bits that this angle flips on average over all hyperplanes. "
                "{consequence}",
                consequence=_consequence(steps, alone=alone),
            )
        )
    bits, ranks = st.columns([2, 3], gap="medium")
    with bits:
        _bits(next(step for step in steps if step.attention == mode))
    with ranks:
        _ranks(about, steps)


def _search(about: AttentionQuery, mode: AttentionMode, *, alone: bool) -> SearchResult:
    """Search with one mode; the gallery follows, or stays with both gates."""
    if not alone:
        return about.result(mode)
    return look_up(
        about.embedded(mode),
        about.gallery,
        resources.index(about.stored, "both", *about.shown.built),
        answers.reading(replace(about.shown, attention="both"), about.stored),
        query_id=about.query.id,
    )


def _row(step: AblationStep, k: int) -> dict[str, str]:
    n_bits, n_tables = step.flipped.size, len(step.key_kept)
    row = {
        "CBAM": _name(step.attention),
        tr("Turned"): f"{written(step.degrees, '.1f')}°",
        tr("Bits flipped"): tr("{n} of {total}", n=step.n_flipped, total=n_bits),
        tr("Theory"): written(step.expected_flips, ".1f"),
        tr("Buckets kept"): tr("{n} of {total}", n=int(step.key_kept.sum()), total=n_tables),
        tr("Candidates"): written(step.result.n_candidates),
        tr("Hits kept"): written(step.hits_kept, ".0%") if step.reference.hits else "–",
    }
    if step.result.query_label is not None:
        relevant = np.array([bool(hit.relevant) for hit in step.result.hits])
        row[f"P@{k}"] = written(precision_at(relevant, k), ".0%") if len(relevant) else "–"
    return row


def _consequence(steps: tuple[AblationStep, ...], *, alone: bool) -> str:
    """Say in two sentences what the chain shows."""
    off = steps[-1]
    if not off.reference.hits:
        return tr(
            "With both gates there are no candidates; choose fewer bits, more tables or probes."
        )
    if alone:
        return tr(
            "The query turned by {degrees:.0f}° and the gallery stayed: "
            "{others:.0%} of the hits are others. Embeddings compare only with "
            "embeddings of the same network.",
            degrees=off.degrees,
            others=1 - off.hits_kept,
        )
    return tr(
        "Off turns the query by {degrees:.0f}°, yet {hits_kept:.0%} of the hits stay: the "
        "gallery turned along. What a switch really changes is the differences between images. "
        "See *query alone* for what happens where the gallery stays behind.",
        degrees=off.degrees,
        hits_kept=off.hits_kept,
    )


def _bits(step: AblationStep) -> None:
    st.markdown(
        tr(
            "**Bits**: {n_flipped} flipped, {gates}",
            n_flipped=step.n_flipped,
            gates=_name(step.attention),
        )
    )
    charts.chart(
        flipped_bits(
            step.reference.code.margins, step.result.code.margins, step.key_kept.astype(int)
        ),
        name="flipped-bits-without-attention",
        key="flipped",
        alt=tr(
            "{n_flipped} of {n_bits} bits differ from those with both gates; "
            "{n_kept} of {n_tables} tables kept their bucket.",
            n_flipped=step.n_flipped,
            n_bits=step.flipped.size,
            n_kept=int(step.key_kept.sum()),
            n_tables=len(step.key_kept),
        ),
    )
    st.caption(
        tr(
            "Orange flipped, pale lay close to its hyperplane before. One flipped bit is enough to "
            "lose the bucket of its table."
        )
    )


def _ranks(about: AttentionQuery, steps: tuple[AblationStep, ...]) -> None:
    k = about.shown.k
    paths = ranks_by_id(steps)
    if not paths:
        st.info(
            tr("No switch finds any candidate: fewer bits, more tables or more probes find some.")
        )
        return
    stay = sum(None not in ranks for ranks in paths.values())
    st.markdown(tr("**Ranks**: {stay} of the top {k} are hits with every switch", stay=stay, k=k))
    drawn = [
        RankPath(about.gallery.items[id].name, ranks, _thumbnail(about, id, k))
        for id, ranks in paths.items()
    ]
    charts.chart(
        rank_paths(drawn, [_name(step.attention) for step in steps], k=k),
        name="ranks-by-attention",
        key="ranks",
        alt=tr(
            "Ranks of the hits by switch. {ranks}",
            ranks="; ".join(f"{it.name} {_path(it)}" for it in drawn),
        ),
    )
    st.caption(tr("Teal: a hit with every switch. Orange: comes or goes, below the dotted line."))


def _thumbnail(about: AttentionQuery, id: int, k: int) -> str | None:
    if k > WITH_PICTURES:
        return None
    try:
        return data_url(resources.gallery_thumbnail(about.gallery, id, max_side=96))
    except HashlightError:  # the file is gone; its line stays
        return None


def _path(path: RankPath) -> str:
    """Write the ranks of an image for those who can't see the chart."""
    return tr(" to ").join(str(rank or tr("none")) for rank in path.ranks)
