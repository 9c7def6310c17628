"""What a race or a choice searches: a drawn gallery or a real one, and the kernels for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.benchmark import live
from core.benchmark.data import DataSet
from core.engine.kernels import readable
from core.language import later, tr, written
from core.progress import Progress
from pages.ui import errors, galleries, resources
from pages.ui.address import tied
from pages.ui.view import View

DRAWN, REAL = later("Drawn"), later("My gallery")
MOST_READABLE = 10_000  # images, where the engine runs on NumPy alone


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """What is searched."""

    key: str  # tells it from all others
    n: int
    take: Callable[[Progress], DataSet]
    kernels: Any  # of the engine


def _load_kernels() -> Any:
    """Return the engine's kernels; wait for them, with a bar, where they must be compiled.

    Raises:
        HashlightError: they can't be compiled.
    """
    work = resources.engine()
    place = st.empty()
    if not work.wait(0):
        place.caption(
            tr(
                "The engine's kernels are compiled once per machine, in 10 to 20 s where it has "
                "nothing else to do. Another process does it, so no page and no query waits for it "
                "but this one; after a restart of the app they are only loaded."
            )
        )
    kernels = resources.finished(work)
    place.empty()
    if kernels is readable:
        st.info(
            tr(
                "numba can't be imported here, so the engine runs on NumPy alone: the same "
                "answers, many times slower, on {most:,} images at most.",
                most=MOST_READABLE,
            ),
            icon=":material/hourglass_bottom:",
        )
    return kernels


def choose_searched(shown: View, sizes: tuple[int, ...], *, name: str) -> Searched | None:
    """Let the visitor choose what is searched; None where it can't be had yet.

    Raises:
        HashlightError: the gallery or the engine can't be had.
    """
    kernels = _load_kernels()
    if kernels is readable:
        sizes = tuple(n for n in sizes if n <= MOST_READABLE)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        kind = st.segmented_control(
            tr("Embeddings"),
            [DRAWN, REAL],
            format_func=tr,
            required=True,
            **tied("embeddings", [DRAWN, REAL], DRAWN),
            help=tr(
                "Drawn from a seed, in clusters, in any number; or those of a gallery's images."
            ),
        )
        if kind == DRAWN:
            n = st.select_slider(
                tr("Images in the gallery, N"),
                sizes,
                format_func=written,
                width=360,
                **tied(name, sizes, 10_000),
            )
            return Searched(
                f"drawn-{n}", n, lambda progress: live.drawn(n, progress=progress), kernels
            )
        galleries.choose(shown)
    gallery = galleries.open_chosen(shown)
    stored = galleries.embeddings(gallery) if gallery else None
    if not gallery or not stored:
        return None
    rows, title = stored.of(shown.attention), errors.plain(gallery.title)
    data = live.held_out(title, rows)
    n, n_queries = len(data.gallery), len(data.queries)
    st.caption(
        tr(
            "{title}: {n_queries} of its {n_images:,} images are set aside as queries, and the "
            "other {n:,} are searched. Nobody who searches has seen the queries.",
            title=title,
            n_queries=n_queries,
            n_images=len(rows),
            n=n,
        )
    )
    key = f"{stored.gallery_digest}-{stored.embedder_digest}-{shown.attention}"
    return Searched(key, n, lambda progress: data, kernels)
