"""The hyperplane lab: LSH in the plane, with lines that one turns by hand.

What follows the hand is computed in the browser (``hyperplane_lab.js``). When the hand lets go,
the directions of the lines come back here and go to the address, so that a link opens the same
picture: ``turned=1-2-135`` is hyperplane 2 of table 1 with its normal at 135 degrees.
"""

import re
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.index.families.hyperplanes import keys_of
from core.language import later, tr
from core.lessons.plane import MOST_BITS, MOST_TABLES, PlaneGallery, plane_gallery, plane_normals
from core.wording import count
from pages.ui import glossary, tour
from pages.ui.address import tied, write
from pages.ui.code import show_code
from pages.ui.heatmap import HANDED_JS
from pages.ui.languages import scripts
from pages.ui.question import question
from pages.ui.task import show_task
from pages.ui.view import RANGES

_FILE = Path(__file__)
_show = scripts.component(
    "hyperplane_lab",
    html=_FILE.with_suffix(".html").read_text(encoding="utf-8"),
    css=_FILE.with_suffix(".css").read_text(encoding="utf-8"),
    js="".join(it.read_text(encoding="utf-8") for it in (HANDED_JS, _FILE.with_suffix(".js"))),
)
# With these hyperplanes the 4th and the 5th bit lose neighbours, and the 2nd and the 3rd table
# bring them back.
SEED = 1377

_LEFT = {later("all 5"): 5, "4": 4, "1": 1, later("none"): 0}  # neighbours in the query's bucket
_KEY = "hyperplane-lab"
_TURN = re.compile(r"([1-9])-([1-9])-(\d{1,3}(?:\.\d)?)")
_GOLDEN = 0.618034  # its multiples, but for the whole part, never crowd

Turned = dict[tuple[int, int], float]
"""(table, bit), from 0 -> degrees of a normal that was turned by hand."""


@st.fragment
def show_hyperplane_lab() -> None:
    """Show the lab; a change redraws nothing else."""
    gallery = plane_gallery()
    if tour.shows("words"):
        glossary.markdown(
            tr(
                "LSH draws random lines, its [[hyperplanes]], and compares an image only with "
                "those on the same side of all of them. Turn any line by its knob."
            )
        )
    controls, figure = st.columns([2, 5], gap="medium")
    with controls:
        _guess(gallery)
        _settings()
    normals = _normals()
    with figure:
        _lab(gallery, normals)
        if tour.shows("sliders"):
            _task(gallery, normals)
    if tour.shows("words"):
        _caption(gallery, *normals.shape)
    show_code(plane_normals, keys_of, PlaneGallery.expected)


def _caption(gallery: PlaneGallery, n_tables: int, n_bits: int) -> None:
    st.caption(
        tr(
            "On average over all lines that could be drawn, {n_bits} in {n_tables} find "
            "{expected:.1f} of the {k} neighbours. Only directions count here; how far an image "
            "lies from the middle is for you to tell them apart. Turn a line by its knob, or "
            "focus the knob and press the arrow keys.",
            n_bits=count(n_bits, "line"),
            n_tables=count(n_tables, "table"),
            expected=gallery.expected(n_bits, n_tables),
            k=len(gallery.neighbours),
        )
    )


def _guess(gallery: PlaneGallery) -> None:
    first = plane_normals(SEED)[:1]
    now, left = (_n_found(gallery, gallery.candidates(first[:, :n_bits])) for n_bits in (3, 5))
    question(
        tr(
            "With the first 3 lines, {now} of {k} neighbours share the query's bucket. How many "
            "will with 5?",
            now=now,
            k=len(gallery.neighbours),
        ),
        list(_LEFT),
        right=next(text for text, n in _LEFT.items() if n == left),
        because=tr(
            "Every line may cut a neighbour off. Any 5 lines find {with_5:.1f} of {k} on average, "
            "three such tables {with_15:.1f}.",
            k=len(gallery.neighbours),
            with_5=gallery.expected(5, 1),
            with_15=gallery.expected(5, 3),
        ),
        key="guess-lab",
    )


def _n_found(gallery: PlaneGallery, candidates: NDArray[np.int64]) -> int:
    return int(np.isin(gallery.neighbours, candidates).sum())


def _normals() -> NDArray[np.float64]:
    """Return the normals of the lines that are shown, (L, K) in degrees."""
    normals = plane_normals(st.session_state["draw"])
    for place, degrees in parse_turned(st.query_params.get("turned", "")).items():
        normals[place] = degrees
    return normals[: st.session_state["tables"], : st.session_state["planes"]]


def _lab(gallery: PlaneGallery, normals: NDArray[np.float64]) -> None:
    _show(
        key=_KEY,
        data={
            "directions": gallery.directions.tolist(),
            "radii": _radii(gallery),
            "neighbours": gallery.neighbours.tolist(),
            "query": gallery.query,
            "normals": normals.tolist(),
            "seed": st.session_state["draw"],
            "table": min(_open_table(), len(normals) - 1),
        },
        on_moved_change=_lines_turned,
    )


def _task(gallery: PlaneGallery, normals: NDArray[np.float64]) -> None:
    n, k = len(gallery.directions), len(gallery.neighbours)
    candidates = gallery.candidates(normals)
    n_found = _n_found(gallery, candidates)
    show_task(
        tr(
            "Find all {k} neighbours; look at no more than {most} of {n} images.",
            k=k,
            most=n // 4,
            n=n,
        ),
        is_done=n_found == k and len(candidates) <= n // 4,
        now=tr(
            "{n_found} found, {n_candidates} looked at",
            n_found=n_found,
            n_candidates=len(candidates),
        ),
    )


def _settings() -> None:
    low, high = RANGES["seed"]
    planes = tied("planes", range(1, MOST_BITS + 1), 3)
    tables = tied("tables", range(1, MOST_TABLES + 1), 1)
    seed = tied("draw", range(low, high + 1), SEED) | {"on_change": _draw, "args": ()}
    if not tour.shows("sliders"):
        return
    with st.container(gap="xsmall"):
        st.slider(
            tr("Hyperplanes per table, K"),
            1,
            MOST_BITS,
            help=tr("Each gives one bit: on which side of it an image lies."),
            **planes,
        )
        st.slider(
            tr("Hash tables, L"),
            1,
            MOST_TABLES,
            help=tr("Each has hyperplanes of its own; candidates are what any of them finds."),
            **tables,
        )
        if tour.shows("other lines"):
            st.number_input(tr("Seed of the hyperplanes"), low, high, **seed)
            st.button(tr("Draw others"), icon=":material/casino:", on_click=_draw, args=(1,))


def parse_turned(text: str) -> Turned:
    """Read which lines were turned; what makes no sense is left out."""
    turned = {}
    for part in text.split("_"):
        if match := _TURN.fullmatch(part):
            table, bit, degrees = int(match[1]), int(match[2]), float(match[3])
            if table <= MOST_TABLES and bit <= MOST_BITS and degrees < 360:
                turned[table - 1, bit - 1] = degrees
    return turned


def write_turned(turned: Turned) -> str:
    """Write it as ``parse_turned`` reads it."""
    return "_".join(f"{t + 1}-{b + 1}-{degrees:g}" for (t, b), degrees in sorted(turned.items()))


def _lines_turned() -> None:
    """Put what the browser reports into the address."""
    report = st.session_state[_KEY]["moved"]
    turned = parse_turned(st.query_params.get("turned", ""))
    turned |= {(int(t), int(b)): float(degrees) for t, b, degrees in report["turned"]}
    if turned:
        st.query_params["turned"] = write_turned(turned)
    st.query_params["handles"] = str(int(report["table"]) + 1)


def _draw(further: int = 0) -> None:
    """Take new hyperplanes: what was turned by hand is gone with the old ones."""
    low, high = RANGES["seed"]
    st.session_state["draw"] = low + (st.session_state["draw"] + further - low) % (high - low + 1)
    write("draw", SEED)
    st.query_params.pop("turned", None)


def _open_table() -> int:
    """Return the table whose lines can be turned, from 0."""
    text = st.query_params.get("handles", "")
    return int(text) - 1 if re.fullmatch("[1-9]", text) else 0


def _radii(gallery: PlaneGallery) -> list[float]:
    """Put neighbours in direction at different distances from the middle."""
    order = gallery.directions.argsort().argsort()
    radii: list[float] = (26 + 46 * (order * _GOLDEN % 1)).round(1).tolist()
    return radii
