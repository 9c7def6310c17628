"""The buckets that were read in one table, in the order of the probes."""

from collections.abc import Sequence

import streamlit as st

from core.index.lsh import LSHIndex, Probe
from core.index.multi_probe import flips_in_order
from core.language import tr, written
from core.lessons.evidence import Evidence
from core.lessons.hashing import probe_numbers
from core.wording import count
from pages.parts.inspect.inspection import Inspection
from pages.parts.inspect.words import binary, flips
from pages.ui.address import tied
from pages.ui.code import show_code
from pages.ui.grid import Fact, show_grid
from pages.ui.tables import show_table

MEMBERS = 36  # thumbnails of one table's buckets


def show_buckets_read(inspection: Inspection) -> None:
    """Show the buckets that were read in one table, in the order of the probes."""
    _one_table(inspection)
    show_code(LSHIndex.candidates, flips_in_order)


@st.fragment
def _one_table(inspection: Inspection) -> None:
    evidence = inspection.evidence
    tables = range(1, evidence.index.config.n_tables + 1)
    number = st.pills(tr("Table"), tables, required=True, **tied("table", tables, 1))
    read = evidence.result.candidates
    numbered = zip(probe_numbers(read).tolist(), read.probes, strict=True)
    probes = [(n, probe) for n, probe in numbered if probe.table == number - 1]
    truth = {hit.id for hit in evidence.result.exact_hits}
    found = {id for _, probe in probes for id in probe.ids.tolist()}
    st.markdown(
        tr(
            "Table {number} puts the query in bucket `{key}`, with **{images}**. {probes} read "
            "**{images_read}**, **{n_found} of the {n_nearest}** nearest neighbours among them.",
            number=number,
            key=binary(evidence, probes[0][1].key),
            images=count(len(_others(evidence, probes[0][1])), "image"),
            probes=count(len(probes), "probe"),
            images_read=count(len(found.difference(evidence.result.own_ids)), "image"),
            n_found=len(found & truth),
            n_nearest=len(truth),
        )
    )
    show_table(
        [
            {
                tr("Probe"): n,
                tr("Flips"): flips(evidence, probe),
                tr("Key"): binary(evidence, probe.key),
                tr("Cost"): written(probe.cost, ".5f"),
                tr("Images"): len(_others(evidence, probe)),
                tr("Nearest neighbours"): len(truth & set(probe.ids.tolist())),
            }
            for n, probe in probes
        ],
        alt=tr("The buckets that this table's probes read, in their order."),
    )
    st.caption(tr("Cost: the squared margins of the flipped bits, summed."))
    left, n_hidden = MEMBERS, 0
    for n, probe in probes:
        ids = _by_rank(evidence, _others(evidence, probe))
        n_hidden += max(0, len(ids) - left)
        if not ids or not left:
            continue
        what = (
            tr("the query's own bucket")
            if n == 1
            else tr("flips {bits}", bits=flips(evidence, probe))
        )
        st.markdown(
            tr(
                "**Probe {number}**: {what}, {images}",
                number=n,
                what=what,
                images=count(len(ids), "image"),
            )
        )
        ranks = {id: evidence.rank(id) for id in ids[:left]}
        show_grid(
            f"probe-{n}",
            [
                inspection.tile(
                    id,
                    Fact(tr("nearest {rank}", rank=rank), "good")
                    if id in truth
                    else Fact(tr("rank {rank:,}", rank=rank)),
                )
                for id, rank in ranks.items()
            ],
        )
        left = max(0, left - len(ids))
    if n_hidden:
        st.caption(
            tr(
                "{n_hidden:,} more in these buckets; the evidence lists all of them.",
                n_hidden=n_hidden,
            )
        )


def _others(evidence: Evidence, probe: Probe) -> list[int]:
    """Ids in a bucket without the query's own."""
    return [id for id in probe.ids.tolist() if id not in evidence.result.own_ids]


def _by_rank(evidence: Evidence, ids: Sequence[int]) -> list[int]:
    wanted = set(ids)
    return [id for id in evidence.reranked.ids.tolist() if id in wanted]
