"""One query on one page: its code, its buckets, its candidates, what it missed, and why.

The address names the part that is open (``part``), the table whose buckets are shown (``table``),
the image that is explained (``other``) and the guess; what makes no sense there is ignored.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

import numpy as np
import streamlit as st

from core.errors import HashlightError
from core.figures.bits import FRAGILE, code_grid
from core.figures.evidence import crossings, tables_by_cosine
from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.index.exact import exact_scan, rerank
from core.index.families import hyperplanes
from core.index.lsh import LSHIndex, Probe, flips_in_order
from core.lessons.evidence import (
    MOST_PROBES,
    MOST_TABLES,
    Evidence,
    Explained,
    InTable,
    as_csv,
    as_json,
    joined,
    probe_order,
    verdict,
    versions,
)
from pages.parts.search import panels
from pages.ui import cards, charts, navigation, resources
from pages.ui.address import tied
from pages.ui.answers import answer
from pages.ui.code import show_code
from pages.ui.errors import plain
from pages.ui.inputs import Query
from pages.ui.tables import show_table
from pages.ui.view import RANGES, View

GUESSES = ("None", "Up to a quarter", "Up to a half", "More")
MEMBERS = 36  # thumbnails of one table's buckets
MISSED = 12  # missed neighbours that are told one by one


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Inspection:
    """A query, the view that the address says, and the evidence."""

    query: Query
    gallery: Gallery
    shown: View
    model_digest: str
    evidence: Evidence


def begin(query: Query, gallery: Gallery, stored: StoredGallery, shown: View) -> Inspection:
    """Search, and gather the evidence.

    Raises:
        ImageError: the query is not an image that can be searched with.
    """
    result = answer(query, gallery, stored, shown)
    index = resources.index(stored, shown.attention, shown.lsh)
    return Inspection(
        query=query,
        gallery=gallery,
        shown=shown,
        model_digest=stored.embedder_digest,
        evidence=Evidence(result, index, gallery, shown.search),
    )


def _address(inspection: Inspection) -> str:
    """Return the address of what is seen now, written out where an example is shown."""
    own = {name: it for name, it in st.query_params.items() if name in OWN}
    return f"{st.context.url or ''}?{urlencode(inspection.shown.params() | own)}"


def _link(shown: View, part: str, **own: str) -> dict[str, str]:
    """Return the parameters of a part of this page; what was guessed of this query stays."""
    guess = {name: it for name, it in st.query_params.items() if name == "guess"}
    return shown.params() | guess | {"part": part} | own


# Above all parts --------------------------------------------------------------------------


def overview(inspection: Inspection) -> None:
    """Ask for a guess, and show the way from bits to neighbours in four numbers."""
    evidence, shown = inspection.evidence, inspection.shown
    result = evidence.result
    picture, told = st.columns([1, 5], gap="medium")
    with picture:
        panels.query_picture(result, inspection.query.title)
        st.caption(_caption(inspection))
    n_nearest = len(result.exact_hits)
    with told:
        guess = st.segmented_control(
            f"**Guess first:** of the {n_nearest} images nearest to this query, how many did LSH "
            "miss?",
            GUESSES,
            **tied("guess", GUESSES, None),
        )
        n_missed = n_nearest - round(result.neighbour_recall * n_nearest)
        if guess:
            st.markdown(_revealed(guess, n_missed, n_nearest))
        with st.grid(min_column_width=120, gap="small"):
            probes = result.candidates.probes
            _number("Bits", f"{result.code.bits.size}", f"{_some(shown.L, 'table')} × {shown.K}")
            _number(
                "Buckets read",
                f"{len(probes):,}",
                f"{sum(len(probe.ids) > 0 for probe in probes):,} not empty",
            )
            _number(
                "Candidates",
                f"{result.n_candidates:,}",
                f"{result.candidate_ratio:.1%} of {result.n_gallery:,}",
            )
            _number(
                f"Neighbour recall@{shown.k}",
                f"{result.neighbour_recall:.0%}" if guess else "?",
                f"{n_nearest - n_missed} of {n_nearest}" if guess else "guess first",
            )


def _revealed(guess: str, n_missed: int, n_nearest: int) -> str:
    """Compare a guess with what was missed."""
    share = n_missed / n_nearest if n_nearest else 0
    right = GUESSES[(share > 0) + (share > 0.25) + (share > 0.5)]
    sign = ":green[:material/check: Right.]" if guess == right else ":orange[Not quite.]"
    if not n_missed:
        return f"{sign} LSH missed **none of {n_nearest}**. Take fewer probes and look again."
    return (
        f"{sign} LSH missed **{n_missed} of {n_nearest}**. *Missed* below names the bits that "
        "lost them."
    )


def _number(label: str, value: str, note: str) -> None:
    st.metric(label, value, note, delta_color="off", delta_arrow="off")


def _caption(inspection: Inspection) -> str:
    result = inspection.evidence.result
    parts = [plain(inspection.query.title)]
    if result.query_label is not None:
        parts.append(f"label **{plain(result.query_label)}**")
    if inspection.query.is_upload:
        parts.append("an upload can't be put in a link, so this page's address works only here")
    return " · ".join(parts)


@st.fragment
def parts(inspection: Inspection) -> None:
    """Show the part that is open; opening another redraws nothing above it."""
    tabs = st.tabs(list(PARTS), **tied("part", PARTS, next(iter(PARTS))))
    for tab, show in zip(tabs, PARTS.values(), strict=True):
        if tab.open:
            with tab:
                show(inspection)


# 1 · Hash code ----------------------------------------------------------------------------


def hash_code(inspection: Inspection) -> None:
    """Show every bit with its margin, the fragile ones ringed."""
    evidence = inspection.evidence
    code, probes = evidence.result.code, evidence.result.candidates.probes
    fragile = np.abs(code.margins) < FRAGILE  # (L, K)
    notes = np.where(fragile, "<br>fragile", "").astype("U64")
    for number, probe in reversed(list(_numbered(probes))):  # so that the first one stays
        for bit in probe.flipped:
            lead = "<br>fragile" if fragile[probe.table, bit] else ""
            notes[probe.table, bit] = f"{lead}<br>first flipped by probe {number}"
    st.markdown(
        f"**{code.bits.size} hyperplanes, {code.bits.size} bits.** Teal is 1, amber is 0; the "
        "paler a bit, the closer the query lies to its hyperplane. A ring marks a *fragile* bit: "
        f"its margin is below {FRAGILE:g}, so a turn of the embedding by "
        f"{np.degrees(np.arcsin(FRAGILE)):.0f}° can flip it."
    )
    charts.chart(
        code_grid(code.margins, marked=fragile, notes=notes, numbered=True),
        name="hash-code",
        key="code",
        alt=f"Hash code, one row per table: "
        f"{', '.join(_binary(evidence, key) for key in code.keys.tolist())}. "
        f"{int(fragile.sum())} of {fragile.size} bits are fragile.",
    )
    st.caption(
        f"{int(fragile.sum())} of {fragile.size} bits are fragile. A neighbour needs all "
        f"{code.bits.shape[1]} bits of one table to share the query's bucket there; probes "
        "forgive the most fragile bits first. Hover over a bit for its margin, and for the first "
        "probe that flips it."
    )
    show_code(hyperplanes.hash_code)


# 2 · Buckets ------------------------------------------------------------------------------


def buckets(inspection: Inspection) -> None:
    """Show the buckets that were read in one table, in the order of the probes."""
    _one_table(inspection)
    show_code(LSHIndex.candidates, flips_in_order)


@st.fragment
def _one_table(inspection: Inspection) -> None:
    evidence = inspection.evidence
    tables = range(1, evidence.index.config.n_tables + 1)
    number = st.pills("Table", tables, required=True, **tied("table", tables, 1))
    read = [(n, it) for n, it in _numbered(evidence.result.candidates.probes)]
    probes = [(n, it) for n, it in read if it.table == number - 1]
    truth = {hit.id for hit in evidence.result.exact_hits}
    found = {id for _, probe in probes for id in probe.ids.tolist()}
    st.markdown(
        f"Table {number} puts the query in bucket `{_binary(evidence, probes[0][1].key)}`, with "
        f"**{_images(_others(evidence, probes[0][1]))}**. {_probes(len(probes))} read "
        f"**{_images(found - {evidence.result.query_id})}**, "
        f"**{len(found & truth)} of the {len(truth)}** nearest neighbours among them."
    )
    show_table(
        [
            {
                "Probe": n,
                "Flips": _flipped(evidence, probe),
                "Key": _binary(evidence, probe.key),
                "Cost": f"{probe.cost:.5f}",
                "Images": len(_others(evidence, probe)),
                "Nearest neighbours": len(truth & set(probe.ids.tolist())),
            }
            for n, probe in probes
        ],
        alt="The buckets that this table's probes read, in their order.",
    )
    st.caption("Cost: the squared margins of the flipped bits, summed.")
    left, n_hidden = MEMBERS, 0
    for n, probe in probes:
        ids = _by_rank(evidence, _others(evidence, probe))
        n_hidden += max(0, len(ids) - left)
        if not ids or not left:
            continue
        what = "the query's own bucket" if n == 1 else f"flips {_flipped(evidence, probe)}"
        st.markdown(f"**Probe {n}**: {what}, {_images(ids)}")
        with cards.grid(f"probe-{n}", min_width=96):
            for id in ids[:left]:
                rank = evidence.rank(id)
                facts = f":green[**nearest {rank}**]" if id in truth else f":gray[rank {rank:,}]"
                _card(f"{n}-{id}", inspection, id, facts)
        left = max(0, left - len(ids))
    if n_hidden:
        st.caption(f"{n_hidden:,} more in these buckets; the evidence lists all of them.")


# 3 · Candidates ---------------------------------------------------------------------------


def candidates(inspection: Inspection) -> None:
    """Show the union of all buckets, the rerank, and the exact scan that judges it."""
    evidence, shown = inspection.evidence, inspection.shown
    result = evidence.result
    n_found = dict(
        zip(
            result.candidates.ids.tolist(),
            result.candidates.found_by.sum(axis=1).tolist(),
            strict=True,
        )
    )
    hits, truth = {hit.id for hit in result.hits}, {hit.id for hit in result.exact_hits}
    ids = evidence.ranking.ids.tolist()
    st.markdown(
        "**Similar images meet in more tables.** Each image of the gallery: its cosine to the "
        f"query, and how many of the {shown.L} tables found it. Whatever lies on the bottom line "
        "was in no bucket that was read; an amber mark there is a neighbour that LSH missed."
    )
    charts.chart(
        tables_by_cosine(
            evidence.ranking.similarities,
            np.array([n_found.get(id, 0) for id in ids]),
            ["hit" if id in hits else "missed" if id in truth else "other" for id in ids],
            [inspection.gallery.items[id].name for id in ids],
            n_tables=shown.L,
        ),
        name="tables-by-cosine",
        key="tables-by-cosine",
        alt=f"{result.n_candidates} of {result.n_gallery} images were found by a table; "
        f"{len(truth - hits)} of the {len(truth)} nearest were not.",
    )
    left, right = st.columns(2, gap="medium")
    with left:
        st.header("Rerank", anchor=False)
        n = result.n_candidates
        st.caption(f"{_some(n, 'candidate')} by cosine: the first {shown.k}.")
        if n < shown.k:
            st.info("Fewer bits, more tables or more probes find more.", icon=":material/tune:")
        with cards.grid("hits", min_width=96):
            for hit in result.hits:
                facts = f"**{hit.rank}** · {_some(n_found[hit.id], 'table')}"
                _card(f"hit-{hit.id}", inspection, hit.id, facts)
    with right:
        st.header("Exact scan", anchor=False)
        st.caption(f"{_some(result.n_gallery, 'image')} by cosine: the first {shown.k}.")
        with cards.grid("exact", min_width=96):
            for hit in result.exact_hits:
                facts = f"**{hit.rank}**" + ("" if hit.id in hits else " · :orange[**missed**]")
                _card(f"exact-{hit.id}", inspection, hit.id, facts)
    _all_candidates(inspection, n_found)
    show_code(rerank, exact_scan)


@st.fragment
def _all_candidates(inspection: Inspection, n_found: Mapping[int, int]) -> None:
    """Offer the whole union, which is sent to who opens the box.

    Args:
        inspection: of the query.
        n_found: id -> how many tables found it.
    """
    evidence = inspection.evidence
    hits = {hit.id for hit in evidence.result.hits}
    box = st.expander(
        f"All {evidence.result.n_candidates:,} candidates",
        key="all-candidates",
        type="compact",
        on_change="rerun",
    )
    if not box.open:
        return
    ranked = zip(
        evidence.reranked.ids.tolist(), evidence.reranked.similarities.tolist(), strict=True
    )
    box.dataframe(
        [
            {
                "Rank": rank,
                "Image": inspection.gallery.items[id].name,
                "Label": inspection.gallery.items[id].label,
                "Cosine": similarity,
                "Tables": n_found[id],
                "Hit": id in hits,
            }
            for rank, (id, similarity) in enumerate(ranked, start=1)
        ],
        hide_index=True,
        column_config={"Cosine": st.column_config.NumberColumn(format="%.4f")},
        alt="All candidates by cosine.",
    )


# 4 · Missed -------------------------------------------------------------------------------


def missed(inspection: Inspection) -> None:
    """Show what lost each missed neighbour, and what would have brought it back."""
    evidence, shown = inspection.evidence, inspection.shown
    images = evidence.missed
    if not images:
        st.success(f"Nothing was missed: all {len(evidence.result.exact_hits)} are among the hits.")
        if shown.probes > 1:
            _try("See what one probe alone would lose", inspection, probes=1)
        return
    st.markdown(
        f"**{_images(images)} of the {len(evidence.result.exact_hits)} nearest lay in no bucket "
        "that was read.** For each: the table that came closest, the bits that lost it there, and "
        "the least change that brings it back. Either more probes in the same tables, or more "
        "tables with the same probes; a larger index of the same seed begins with the very same "
        "tables."
    )
    for image in images[:MISSED]:
        with st.container(border=True, key=f"missed-{image.id}"):
            picture, told = st.columns([1, 5], gap="small")
            with picture, cards.grid(f"missed-{image.id}", min_width=96):
                _card(f"missed-{image.id}", inspection, image.id)
            with told:
                _lost(inspection, image)
    if len(images) > MISSED:
        st.caption(f"{len(images) - MISSED} more: the evidence tells the same of each.")
    st.caption(
        f"Both searches end somewhere: after {MOST_PROBES:,} probes per table and {MOST_TABLES} "
        "tables. Long before that the exact scan is the cheaper way."
    )
    show_code(Evidence.explain, probe_order)


def _lost(inspection: Inspection, image: Explained) -> None:
    """Tell the story of one missed neighbour."""
    shown, nearest = inspection.shown, image.nearest
    st.markdown(
        f"**{plain(image.name)}** · rank {image.exact_rank} of the exact scan · cosine "
        f"{image.similarity:.3f}, {image.angle:.0f}°  \n"
        f"Lost by {_bits_with_margins(nearest)} of table {nearest.table + 1}.  \n"
        f"Brought back by {_enough(image.least_probes, 'probe', MOST_PROBES)} per table "
        f"(now {shown.probes}), or by {_enough(image.least_tables, 'table', MOST_TABLES)} "
        f"(now {shown.L})."
    )
    with st.container(horizontal=True, gap="small"):
        if image.least_probes and image.least_probes <= RANGES["probes"][1]:
            _try(f"Try {_probes(image.least_probes)}", inspection, probes=image.least_probes)
        if image.least_tables and image.least_tables <= RANGES["L"][1]:
            _try(f"Try {_some(image.least_tables, 'table')}", inspection, L=image.least_tables)


def _enough(number: int | None, what: str, limit: int) -> str:
    return f"**{_some(number, what)}**" if number else f"no number of {what}s up to {limit:,}"


def _try(label: str, inspection: Inspection, **changes: int) -> None:
    """Draw a link to this page with other settings."""
    st.page_link(
        navigation.INSPECT,
        label=label,
        icon=":material/tune:",
        query_params=_link(replace(inspection.shown, **changes), "Missed"),
    )


# 5 · Why? ---------------------------------------------------------------------------------


def why(inspection: Inspection) -> None:
    """Explain any image of the gallery: why it came up, or why it didn't."""
    _one_image(inspection)
    show_code(Evidence.explain, verdict)


@st.fragment
def _one_image(inspection: Inspection) -> None:
    evidence, shown = inspection.evidence, inspection.shown
    names = {inspection.gallery.items[id].name: id for id in evidence.ranking.ids.tolist()}
    if not names:
        st.info("Beside the query, this gallery has no image to explain.")
        return
    ranks = {name: rank for rank, name in enumerate(names, start=1)}
    default = _first(
        (image.name for image in evidence.missed),
        (hit.name for hit in evidence.result.hits),
        names,
    )
    name = st.selectbox(
        "Why did this image come up, or why not?",
        list(names),
        format_func=lambda name: f"{ranks[name]} · {name}",
        help="Every image of the gallery, by its rank in the exact scan.",
        **tied("other", names, default),
    )
    image = evidence.explain(names[name])
    pictures, told = st.columns([2, 3], gap="medium")
    with pictures, cards.grid("pair", min_width=120):
        with st.container(gap=None):
            st.image(panels.jpeg(evidence.result), width="stretch", alt="The query")
            st.caption("The query")
        with st.container(gap=None):
            _picture(inspection.gallery, image.id)
            st.caption(plain(image.label or image.name))
    with told:
        st.markdown(f"**{verdict(image, shown.k)}**")
        with st.grid(min_column_width=110, gap="small"):
            _number("Cosine", f"{image.similarity:.3f}", f"{image.angle:.1f}° apart")
            _number("Exact rank", f"{image.exact_rank:,}", f"of {len(names):,}")
            _number("Found by", f"{len(image.found_by)}", f"of {_some(shown.L, 'table')}")
        st.caption(_robustness(image, shown))
    _compared(inspection, image)


def _compared(inspection: Inspection, image: Explained) -> None:
    """Set the bits of both images beside each other."""
    evidence, shown = inspection.evidence, inspection.shown
    ours = evidence.result.code
    theirs = evidence.index.hash(evidence.index.vectors.rows([image.id])[0])
    differs = ours.bits != theirs.bits  # (L, K)
    notes = np.array(
        [
            [f"<br>this image: {_signed(margin)}" for margin in row]
            for row in theirs.margins.tolist()
        ]
    )
    expected = shown.K * (1 - hyperplanes.collision_probability(image.similarity))
    distances = differs.sum(axis=1)
    left, right = st.columns(2, gap="medium")
    with left:
        st.header("All tables", anchor=False)
        st.caption(
            f"The query's bits; a ring marks each bit that differs. At {image.angle:.0f}° a table "
            f"of {shown.K} bits differs in {expected:.1f} on average; here in "
            f"{_range(distances.min(), distances.max())}."
        )
        charts.chart(
            code_grid(ours.margins, marked=differs, notes=notes, numbered=True),
            name="differing-bits",
            key="differing",
            alt="Bits that differ, table by table: "
            + "; ".join(f"{it.table + 1}: {len(it.differing)}" for it in image.tables),
        )
    nearest = image.nearest
    with right:
        st.header(f"Table {nearest.table + 1}, which came closest", anchor=False)
        st.caption(
            "How far both lie from each hyperplane of this table. An amber line crosses 0: that "
            "hyperplane passes between the two, and the bit differs."
        )
        charts.chart(
            crossings(ours.margins[nearest.table], theirs.margins[nearest.table]),
            name="margins-of-both",
            key="crossings",
            alt=f"Margins in table {nearest.table + 1}; {_bits_with_margins(nearest)} differ.",
        )
    show_table(
        [
            {
                "Table": it.table + 1,
                "Hamming distance": len(it.differing),
                "Its bucket": _when_read(it, shown),
                "Bits that differ": ", ".join(
                    f"{bit + 1} ({_signed(margin)})"
                    for bit, margin in zip(it.differing, it.query_margins, strict=True)
                ),
            }
            for it in image.tables
        ],
        alt="Each table's view of this image.",
    )
    st.caption(
        "In brackets: the query's margin. A bucket is read early where few bits differ and their "
        "margins are small."
    )


def _robustness(image: Explained, shown: View) -> str:
    """Say how many probes and tables this image needs."""
    return (
        f"With {_some(shown.L, 'table')} it takes "
        f"{_enough(image.least_probes, 'probe', MOST_PROBES)} in each to find it; with "
        f"{_probes(shown.probes)} in each, {_enough(image.least_tables, 'table', MOST_TABLES)}."
    )


def _when_read(table: InTable, shown: View) -> str:
    if table.probe is None:
        return f"not among {MOST_PROBES:,} probes"
    if table.is_read:
        return f"read by probe {table.probe}"
    return f"probe {table.probe} would read it, {_probes(shown.probes)} did not"


# 6 · Evidence -----------------------------------------------------------------------------


def evidence(inspection: Inspection) -> None:
    """Offer all of it as files."""
    others = []
    if name := st.query_params.get("other"):
        others = [it.id for it in inspection.gallery.items if it.name == name]
        others = [id for id in others if id in inspection.evidence.index.vectors]
    arguments = {
        "title": inspection.query.title,
        "model_digest": inspection.model_digest,
        "address": _address(inspection),
        "others": others,
    }
    st.markdown(
        "**Take it away and check it.** The JSON file holds what it takes to redo this query by "
        "hand: hyperplanes, the query's embedding and margins, each probe with its bucket, each "
        "image's keys and cosine, and the steps from one to the next. The CSV file has one row "
        "per candidate and per nearest neighbour."
    )
    with st.container(horizontal=True, gap="small"):
        files = {  # written when somebody asks for them
            "JSON": ("application/json", lambda: _json(inspection.evidence, arguments)),
            "CSV": ("text/csv", lambda: as_csv(inspection.evidence, **arguments)),
        }
        for kind, (mime, write) in files.items():
            st.download_button(
                f"Download {kind}",
                write,
                file_name=f"hashlight-evidence.{kind.lower()}",
                mime=mime,
                icon=":material/download:",
                on_click="ignore",
                key=f"download-{kind}",
            )
    rows = {
        "Address": arguments["address"],
        "Gallery": f"{inspection.gallery.title}, digest {inspection.gallery.digest}",
        "Model": f"digest {inspection.model_digest}",
        "Versions": ", ".join(f"{name} {number}" for name, number in versions().items()),
    }
    for name, value in rows.items():
        st.markdown(f"{name}: `{value}`")
    if inspection.query.is_upload:
        st.caption("An upload can't be put in a link: the address works only in this session.")


def _json(found: Evidence, arguments: dict) -> str:
    content = as_json(found, **arguments)
    return json.dumps(content, ensure_ascii=False, allow_nan=False)


# Small things -----------------------------------------------------------------------------


def _card(key: str, inspection: Inspection, id: int, facts: str = "") -> None:
    """Show a gallery image whose link explains it."""
    item = inspection.gallery.items[id]
    with st.container(key=f"card-{key}", gap=None):
        _picture(inspection.gallery, id)
        if facts:
            st.markdown(facts)
        _why_link(inspection, item.name)


def _picture(gallery: Gallery, id: int) -> None:
    item = gallery.items[id]
    try:
        picture = resources.gallery_thumbnail(gallery, id)
        st.image(picture, width="stretch", alt=item.label or item.name)
    except HashlightError as error:
        st.caption(plain(str(error)))


def _why_link(inspection: Inspection, name: str) -> None:
    st.page_link(
        navigation.INSPECT,
        label="Why?",
        help=plain(name),
        query_params=_link(inspection.shown, "Why?", other=name),
    )


def _numbered(probes: Iterable[Probe]) -> Iterable[tuple[int, Probe]]:
    """Count the probes of each table from 1."""
    number, table = 0, -1
    for probe in probes:
        number, table = (number + 1 if probe.table == table else 1), probe.table
        yield number, probe


def _others(evidence: Evidence, probe: Probe) -> list[int]:
    """Ids in a bucket without the query's own."""
    return [id for id in probe.ids.tolist() if id != evidence.result.query_id]


def _by_rank(evidence: Evidence, ids: Sequence[int]) -> list[int]:
    wanted = set(ids)
    return [id for id in evidence.reranked.ids.tolist() if id in wanted]


def _binary(evidence: Evidence, key: int) -> str:
    return f"{key:0{evidence.index.config.n_bits}b}"


def _flipped(evidence: Evidence, probe: Probe) -> str:
    if not probe.flipped:
        return "nothing: the query's own bucket"
    margins = evidence.result.code.margins[probe.table]
    return ", ".join(f"bit {bit + 1} ({_signed(margins[bit])})" for bit in probe.flipped)


def _bits_with_margins(table: InTable) -> str:
    told = zip(table.differing, table.query_margins, strict=True)
    return joined([f"{bit + 1} (margin {_signed(margin)})" for bit, margin in told], "bit")


def _some(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _images(images: Collection[object]) -> str:
    return _some(len(images), "image")


def _probes(number: int) -> str:
    return _some(number, "probe")


def _range(low: int, high: int) -> str:
    return f"{low}" if low == high else f"{low} to {high}"


def _signed(margin: float) -> str:
    return f"{margin:+.3f}".replace("-", "−")


def _first(*choices: Iterable[str]) -> str:
    """Return the first name there is."""
    return next(name for names in choices for name in names)


PARTS: dict[str, Callable[[Inspection], None]] = {
    "Hash code": hash_code,
    "Buckets": buckets,
    "Candidates": candidates,
    "Missed": missed,
    "Why?": why,
    "Evidence": evidence,
}
OWN = ("part", "table", "other", "guess")  # this page's names in an address
