"""Bits, buckets and counts in words."""

from core.index.lsh import Probe
from core.language import tr, tr_number
from core.lessons.evidence import Evidence, InTable, joined
from core.wording import count, signed


def binary(evidence: Evidence, key: int) -> str:
    """Write a key as the K bits that it is."""
    return f"{key:0{evidence.index.config.n_bits}b}"


def flips(evidence: Evidence, probe: Probe) -> str:
    """Name the bits that a probe flips, with the query's margins."""
    if not probe.flipped:
        return tr("nothing: the query's own bucket")
    margins = evidence.result.code.margins[probe.table]
    return ", ".join(
        tr("bit {number} ({margin})", number=bit + 1, margin=signed(margins[bit]))
        for bit in probe.flipped
    )


def bits_with_margins(table: InTable) -> str:
    """Name the bits of a table in which an image differs, with the query's margins."""
    bits = zip(table.differing, table.query_margins, strict=True)
    named = [
        tr("{number} (margin {margin})", number=bit + 1, margin=signed(margin))
        for bit, margin in bits
    ]
    return joined(named, "bit")


def enough(number: int | None, what: str, limit: int) -> str:
    """Say how many it takes; None: no number up to the limit is enough."""
    if number:
        return f"**{count(number, what)}**"
    things = tr_number(what, f"{what}s", limit)
    return tr("no number of {things} up to {limit:,}", things=things, limit=limit)
