"""What finding a part costs, and what it misses, beside the scan of all places."""

from collections.abc import Callable, Collection
from statistics import median

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.engine.kernels import readable
from core.index.exact import neighbour_recall
from core.language import tr, written
from core.regions.place_index import PlaceHits, PlaceIndex
from core.wording import count, duration, percent
from pages.ui import resources
from pages.ui.tables import show_number

_RUNS = 5  # of the look-up, which takes a millisecond
_SCANS = 3


def show_numbers(
    index: PlaceIndex,
    embedding: NDArray[np.float32],
    found: PlaceHits,
    *,
    k: int,
    own: Collection[int],
) -> None:
    """Show four numbers: what was found, read and spent, and what the index takes.

    Args:
        index: that was searched.
        embedding: of the part.
        found: its hits.
        k: images that were asked for.
        own: ids that are no hits.
    """
    scanned = index.scan(embedding, k=k, exclude=own)
    look_up = _seconds(lambda: index.find(embedding, k=k, exclude=own), _RUNS)
    scan = _seconds(lambda: index.scan(embedding, k=k, exclude=own), _SCANS)
    right = scanned.images
    recall = neighbour_recall(found.images, right)
    sketches, codes, rows = found.looked_at
    with st.grid(min_column_width=150, gap="small"):
        show_number(
            tr("Neighbour recall@{k}", k=k),
            percent(recall),
            tr(
                "found {n_found} of the scan's {n_right}",
                n_found=round(recall * len(right)),
                n_right=len(right),
            ),
            help=tr(
                "Share of the images that the exact scan of all places finds and the codes too."
            ),
        )
        show_number(
            tr("Compared in full"),
            percent(rows / len(index)),
            tr("{n:,} of {places}", n=rows, places=count(len(index), "place")),
            help=tr(
                "The engine reads the short sketches of {sketches:,} places in the nearest "
                "cells, the whole hash codes of {codes:,}, and the embeddings of {rows:,}.",
                sketches=sketches,
                codes=codes,
                rows=rows,
            ),
        )
        show_number(
            tr("Look-up time"),
            duration(look_up),
            tr("scan of all {duration}", duration=duration(scan)),
            help=tr(
                "Medians. The scan multiplies in NumPy, its rows already in memory as float32; "
                "turning them into that is not counted."
            ),
        )
        show_number(
            tr("Index"),
            f"{written(index.nbytes / 1e6, ',.0f')} MB",
            tr("{n} places an image", n=index.per_image),
            help=tr(
                "Of {images}: hash codes, and embeddings of 16-bit "
                "numbers. Where not all places of an image are kept, they are those that spatial "
                "attention weighs most.",
                images=count(index.n_images, "image"),
            ),
        )
    if index.codes.kernels is readable:
        st.caption(f":material/hourglass_top: {resources.why_numpy()}")
    elif look_up > scan:
        st.caption(tr("Comparing with all is faster here: there are few places."))


def _seconds(ask: Callable[[], PlaceHits], n: int) -> float:
    """The median of so many runs."""
    return median(ask().seconds for _ in range(n))
