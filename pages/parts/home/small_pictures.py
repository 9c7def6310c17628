"""Small pictures of what a search does: where the network looks, the code, the buckets read."""

from collections.abc import Iterable

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from core.figures.bits import FAR
from core.language import tr
from core.search import SearchResult
from pages.ui import pictures
from pages.ui.heatmap import RELATIVE_SCALE

_SIDE = 480  # pixels of a picture
_DARK = 0.2  # of its brightness remains where the network looks least
_MOST = 16  # buckets of a table that are drawn
_ZERO, _ONE = "#d98324", "#2a9d92"


def where_it_looks(result: SearchResult) -> None:
    """Show the query, bright where the network looks."""
    gate = result.query.spatial_gate
    if gate is None:
        st.caption(tr("Looking is switched off: every place counts alike."))
        return
    pictures.show_pixels(
        lit(result.query.image.pixels, gate), tr("The picture, lit where it looks")
    )
    st.caption(tr("Bright where it looks."))


def lit(pixels: NDArray[np.uint8], gate: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Darken a picture where a map is low: on the scale of all maps, full from twice its mean on.

    Args:
        pixels: (H, W, 3).
        gate: (h, w).
    """
    image = Image.fromarray(pixels)
    image.thumbnail((_SIDE, _SIDE))
    light = gate / gate.mean() / RELATIVE_SCALE.high
    smooth = Image.fromarray(light.astype(np.float32)).resize(image.size, Image.Resampling.BICUBIC)
    shades = _DARK + (1 - _DARK) * np.clip(np.asarray(smooth), 0, 1)[..., np.newaxis]
    darkened: NDArray[np.uint8] = np.rint(np.asarray(image) * shades).astype(np.uint8)
    return darkened


def code(result: SearchResult) -> None:
    """Draw the hash code: a row a table, a square a bit, pale where it flips easily."""
    margins = result.code.margins  # (L, K)
    n_tables, n_bits = margins.shape
    rows = [
        [_square(_ONE if it >= 0 else _ZERO, min(abs(it) / FAR, 1), "") for it in row]
        for row in margins.tolist()
    ]
    _draw(
        rows,
        tr(
            "A code of {n_bits} bits in each of {n_tables} tables.",
            n_bits=n_bits,
            n_tables=n_tables,
        ),
    )
    st.caption(
        tr(
            "{n_tables} × {n_bits} bits. Alike pictures share rows.",
            n_tables=n_tables,
            n_bits=n_bits,
        )
    )


def buckets_read(result: SearchResult) -> None:
    """Draw the buckets in the order in which they were read; the fuller, the darker."""
    probes = result.candidates.probes
    sizes: dict[int, list[int]] = {}
    for probe in probes:
        sizes.setdefault(probe.table, []).append(len(probe.ids))
    fullest = max(1, *(n for row in sizes.values() for n in row))
    rows = [
        [_square(_ONE, 0.3 + 0.7 * n / fullest if n else 0, str(n)) for n in row[:_MOST]]
        for row in sizes.values()
    ]
    n_full = sum(len(probe.ids) > 0 for probe in probes)
    found = tr(
        "{n_candidates:,} of {n_gallery:,} pictures lie in them.",
        n_candidates=result.n_candidates,
        n_gallery=result.n_gallery,
    )
    _draw(
        rows,
        tr(
            "{n_buckets} buckets, {n_full} of them not empty. {found}",
            n_buckets=len(probes),
            n_full=n_full,
            found=found,
        ),
    )
    st.caption(found)


def _square(colour: str, strength: float, title: str) -> str:
    return f'<span style="--of:{colour};--full:{100 * strength:.0f}%" title="{title}"></span>'


def _draw(rows: Iterable[Iterable[str]], alt: str) -> None:
    lines = "".join(f"<div>{''.join(row)}</div>" for row in rows)
    st.html(f'<div class="squares" role="img" aria-label="{alt}">{lines}</div>')
