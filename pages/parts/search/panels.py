"""A query's answer: the query and where the network looked, the hits, and what they cost."""

import base64
import io
from collections.abc import Callable

import streamlit as st
from PIL import Image

from core.figures.attention import spatial_heatmap
from core.figures.bits import code_grid
from core.figures.timing import duration, stage_times
from core.galleries.base import Gallery
from core.index.families import hyperplanes
from core.model.cbam import SpatialAttention
from core.search import Hit, SearchResult, look_up
from pages.ui import cards, charts
from pages.ui.answers import look_up_seconds
from pages.ui.code import show_code
from pages.ui.errors import plain
from pages.ui.inputs import Query
from pages.ui.question import question
from pages.ui.view import View

_PARTS = {  # of a search, and the stages that are timed in each
    "reading the picture": ("decode", "preprocess"),
    "the network": ("embed",),
    "hashing and probing": ("hash", "probe"),
    "comparing candidates": ("rerank",),
}


def query_and_attention(result: SearchResult, query: Query) -> None:
    """Show the query image, and M_s over it."""
    left, right = st.columns(2, gap="small")
    with left:
        query_picture(result, query.title)
        st.caption(_query_caption(result, query))
    with right:
        heatmap(result)


def query_picture(result: SearchResult, title: str) -> None:
    """Show the query image."""
    with st.container(key="query-picture"):
        st.image(jpeg(result), width="stretch", alt=f"Query: {title}")


def heatmap(result: SearchResult) -> None:
    """Show M_s over the query, with a caption."""
    gate = result.query.spatial_gate
    if gate is None:
        st.info("Spatial attention is off, so there is no M_s to show.")
        return
    height, width = result.query.image.pixels.shape[:2]
    address = "data:image/jpeg;base64," + base64.b64encode(jpeg(result)).decode()
    charts.chart(
        spatial_heatmap(gate, address, width=width, height=height),
        height=round(min(max(280 * height / width, 130), 300)),
        name="attention-heatmap",
        key="heatmap",
        alt="Heatmap of the spatial attention over the query: brighter cells count more.",
    )
    st.caption("Spatial attention M_s over its mean: bright cells count more than the average one.")


def summary(result: SearchResult, shown: View) -> None:
    """Show the four numbers that say how well LSH did, and at what cost."""
    with st.grid(min_column_width=150, gap="small"):
        st.metric(
            f"Neighbour recall@{shown.k}",
            f"{result.neighbour_recall:.0%}",
            help=f"Share of the exact scan's top {shown.k} that LSH returned too.",
        )
        st.metric(
            "Candidate ratio",
            f"{result.candidate_ratio:.1%}",
            f"{result.n_candidates:,} of {result.n_gallery:,} images",
            delta_color="off",
            delta_arrow="off",
            help="Candidates are the images in the probed buckets; only they are compared with "
            "the query.",
        )
        if result.query_label is not None and result.exact_hits:
            st.metric(
                f"Precision@{shown.k}",
                f"{precision(result.hits, shown.k):.0%}",
                f"exact scan {precision(result.exact_hits, shown.k):.0%}",
                delta_color="off",
                delta_arrow="off",
                help=f"Share of the {shown.k} places that hold an image with the query's label.",
            )
        st.metric(
            "Look-up time",
            duration(look_up_seconds(result)),
            f"exact scan {duration(result.seconds['exact scan'])}",
            delta_color="off",
            delta_arrow="off",
            help="Hash, probe and rerank together. In a gallery this small the exact scan is "
            "fast as well; it grows with N.",
        )


def guess(result: SearchResult) -> None:
    """Ask what of this search takes longest, and answer by what was measured."""
    seconds = {
        part: sum(result.seconds[stage] for stage in stages) for part, stages in _PARTS.items()
    }
    longest, total = max(seconds, key=lambda part: seconds[part]), sum(seconds.values())
    question(
        "What takes longest in this search?",
        list(_PARTS),
        right=longest,
        because=f"It took {duration(seconds[longest])} of {duration(total)}, "
        f"{seconds[longest] / total:.0%}; hashing, probing and reranking took "
        f"{duration(look_up_seconds(result))}. The network's time is the same for every gallery, "
        "while a scan's grows with it: that is the time which hashing saves.",
        key="guess-stage",
    )


def side_by_side(result: SearchResult, gallery: Gallery, shown: View) -> None:
    """Show what LSH found beside what the exact scan finds."""
    found = {hit.id for hit in result.hits}

    def found_or_missed(hit: Hit) -> str:
        return ":gray[found by LSH]" if hit.id in found else ":orange[**missed by LSH**]"

    left, right = st.columns(2, gap="medium")
    with left:
        st.header("LSH", anchor=False)
        n = result.n_candidates
        st.caption(f"Ranks its {n:,} candidates only.")
        if n < shown.k:
            st.info(
                f"Only {n:,} candidates for {shown.k} hits: fewer bits, more tables or more "
                "probes find more.",
                icon=":material/tune:",
            )
        _hits("lsh", result.hits, lambda hit: _tables(result, hit), gallery, shown)
    with right:
        st.header("Exact scan", anchor=False)
        st.caption(f"Ranks all {result.n_gallery:,} images: what LSH is judged by.")
        _hits("exact", result.exact_hits, found_or_missed, gallery, shown)


def _hits(
    name: str, hits: tuple[Hit, ...], told: Callable[[Hit], str], gallery: Gallery, shown: View
) -> None:
    """Show hits, and of each its rank, its similarity, what is told of it and its label."""
    with cards.grid(name):
        for hit in hits:
            what = hit.label or hit.name
            cards.card(
                f"{name}-{hit.rank}",
                gallery,
                hit.id,
                facts=f"**{hit.rank}** · {hit.similarity:.3f}  \n{told(hit)}  \n{_label(hit)}",
                link="More like this",
                alt=f"Rank {hit.rank}: {what}",
                shown=shown,
            )


def _tables(result: SearchResult, hit: Hit) -> str:
    """Say in how many of the tables a hit was found."""
    candidates = result.candidates
    found_by = candidates.found_by[candidates.ids == hit.id]
    return f":gray[{int(found_by.sum())} of {found_by.shape[-1]} tables]"


def _label(hit: Hit) -> str:
    """Say a hit's label, and with a sign and a colour whether it is the query's."""
    if hit.relevant is None:
        return f":gray[{plain(hit.label or hit.name)}]"
    icon, colour = (":material/check:", "green") if hit.relevant else (":material/close:", "orange")
    return f":{colour}[{icon} {plain(hit.label or '')}]"


def costs(result: SearchResult) -> None:
    """Show the time of each stage and the hash code."""
    left, right = st.columns(2, gap="medium")
    with left:
        st.header("Time per stage", anchor=False)
        st.caption(
            "Decode, preprocess and embed run once per image; a change of K, L, probes or k "
            "repeats only the rest (the fastest of three runs)."
        )
        charts.chart(
            stage_times(result.seconds),
            name="time-per-stage",
            key="times",
            alt="Time per stage: "
            + ", ".join(f"{stage} {duration(value)}" for stage, value in result.seconds.items()),
        )
    with right:
        st.header("Hash code", anchor=False)
        st.caption(
            "One row per table, one bit per hyperplane: teal is 1, amber 0. Pale bits lie close to "
            "their hyperplane and flip easily."
        )
        hash_code(result)
    show_code(look_up, hyperplanes.hash_code, SpatialAttention.forward)


def hash_code(result: SearchResult) -> None:
    """Show the bits of every table."""
    code = result.code
    n_tables, n_bits = code.bits.shape
    keys = ", ".join(f"{key:0{n_bits}b}" for key in code.keys.tolist())
    charts.chart(
        code_grid(code.margins),
        name="hash-code",
        key="bits",
        alt=f"Hash code of {n_bits} bits in each of {n_tables} tables: {keys}",
    )


def precision(hits: tuple[Hit, ...], k: int) -> float:
    """Precision@k: a place that stays empty counts as not relevant."""
    return sum(bool(hit.relevant) for hit in hits) / k


def jpeg(result: SearchResult) -> bytes:
    """Return the query's pixels as a JPEG file."""
    image = Image.fromarray(result.query.image.pixels)
    image.thumbnail((640, 640))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=88)
    return file.getvalue()


def _query_caption(result: SearchResult, query: Query) -> str:
    parts = [plain(query.title)]
    if result.query_label is not None:
        parts.append(f"label **{plain(result.query_label)}**")
    if result.query_id is not None:
        parts.append("in the gallery, so left out of its own hits")
    if query.is_upload:
        parts.append("an upload can't be put in a link, so this page's address works only here")
    return " · ".join([*parts, *map(plain, result.query.image.notes)])
