"""The buckets that were read, as a small picture: a row a table, a square a bucket."""

import streamlit as st

from core.search import SearchResult

_MOST = 16  # buckets of a table that are drawn


def buckets_read(result: SearchResult) -> None:
    """Draw the buckets in the order in which they were read; the fuller, the darker."""
    probes = result.candidates.probes
    rows: dict[int, list[int]] = {}
    for probe in probes:
        rows.setdefault(probe.table, []).append(len(probe.ids))
    fullest = max(1, *(n for row in rows.values() for n in row))
    lines = "".join(
        f"<div>{''.join(_square(n, fullest) for n in row[:_MOST])}</div>" for row in rows.values()
    )
    n_full = sum(len(probe.ids) > 0 for probe in probes)
    alt = (
        f"{len(probes)} buckets were read, {n_full} of them not empty; they hold "
        f"{result.n_candidates} of {result.n_gallery} pictures."
    )
    st.html(f'<div class="buckets" role="img" aria-label="{alt}">{lines}</div>')
    st.caption(
        f"{len(probes):,} buckets, {n_full:,} of them not empty: the darker, the more pictures. "
        f"Together {result.n_candidates:,} of {result.n_gallery:,}."
    )


def _square(n: int, fullest: int) -> str:
    strength = 0 if n == 0 else 0.25 + 0.75 * n / fullest
    return f'<span style="--full:{strength:.2f}" title="{n}"></span>'
