"""Any image of the gallery: why it came up, or why it did not."""

from collections.abc import Iterable

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.figures.bits import code_grid
from core.figures.evidence import crossings
from core.language import tr, written
from core.lessons.evidence import MOST_PROBES, MOST_TABLES, Evidence, Explained, InTable, verdict
from core.wording import count, decimal, signed
from pages.parts.inspect.inspection import Inspection
from pages.parts.inspect.words import bits_with_margins, enough
from pages.ui import charts
from pages.ui.address import tied
from pages.ui.code import show_code
from pages.ui.grid import Fact, Tile, show_grid
from pages.ui.pictures import embedded_jpeg
from pages.ui.tables import show_number, show_table
from pages.ui.view import View


def show_why(inspection: Inspection) -> None:
    """Explain any image of the gallery: why it came up, or why it didn't."""
    _one_image(inspection)
    show_code(Evidence.explain, verdict)


@st.fragment
def _one_image(inspection: Inspection) -> None:
    evidence, shown = inspection.evidence, inspection.shown
    names = {inspection.gallery.items[id].name: id for id in evidence.ranking.ids.tolist()}
    if not names:
        st.info(tr("Beside the query, this gallery has no image to explain."))
        return
    ranks = {name: rank for rank, name in enumerate(names, start=1)}
    default = _first(
        (image.name for image in evidence.missed),
        (hit.name for hit in evidence.result.hits),
        names,
    )
    name = st.selectbox(
        tr("Why did this image come up, or why not?"),
        list(names),
        format_func=lambda name: f"{written(ranks[name])} · {name}",
        help=tr("Every image of the gallery, by its rank in the exact scan."),
        **tied("other", names, default),
    )
    image = evidence.explain(names[name])
    pictures, text = st.columns([2, 3], gap="medium")
    with pictures:
        query = Tile(
            name="",  # as no image of a gallery is called
            picture=embedded_jpeg(evidence.result.query),
            alt=tr("The query"),
            facts=(Fact(tr("The query")),),
        )
        show_grid("pair", [query, inspection.tile(image.id, Fact(image.label or image.name))])
    with text:
        st.markdown(f"**{verdict(image, shown.k)}**")
        with st.grid(min_column_width=110, gap="small"):
            show_number(
                tr("Cosine"),
                decimal(image.similarity, 3),
                tr("{degrees:.1f}° apart", degrees=image.angle),
            )
            show_number(tr("Exact rank"), written(ranks[name]), tr("of {n:,}", n=len(names)))
            show_number(
                tr("Found by"),
                f"{len(image.found_by)}",
                tr("of {tables}", tables=count(shown.L, "table")),
            )
        st.caption(_effort(image, shown))
    _compared(inspection, image)


def _compared(inspection: Inspection, image: Explained) -> None:
    """Set the bits of both images beside each other."""
    evidence, shown = inspection.evidence, inspection.shown
    ours = evidence.result.code
    row = evidence.index.vectors.rows([image.id])[0]
    theirs = evidence.index.hash(row)
    differs = ours.bits != theirs.bits  # (L, K)
    notes = np.array(
        [
            [tr("<br>this image: {margin}", margin=signed(margin)) for margin in row]
            for row in theirs.margins.tolist()
        ]
    )
    planes = evidence.index.hyperplanes
    seen = planes.seen(np.stack([evidence.result.query.embedding, row]))  # (2, D)
    expected = shown.K * (1 - planes.collision_probability(float(seen[0] @ seen[1])))
    distances = differs.sum(axis=1)
    left, right = st.columns(2, gap="medium")
    with left:
        st.header(tr("All tables"), anchor=False)
        st.caption(_how_many_differ(distances, expected))
        charts.chart(
            code_grid(ours.margins, marked=differs, notes=notes),
            name="differing-bits",
            key="differing",
            alt=tr(
                "Bits that differ, table by table: {tables}",
                tables="; ".join(f"{it.table + 1}: {len(it.differing)}" for it in image.tables),
            ),
        )
    nearest = image.nearest
    with right:
        st.header(
            tr("Table {number}, which came closest", number=nearest.table + 1),
            anchor=False,
        )
        st.caption(
            tr(
                "How far both lie from each hyperplane of this table. An amber line crosses 0: "
                "that hyperplane passes between the two, and the bit differs."
            )
        )
        charts.chart(
            crossings(ours.margins[nearest.table], theirs.margins[nearest.table]),
            name="margins-of-both",
            key="crossings",
            alt=tr(
                "Margins in table {number}; {bits} differ.",
                number=nearest.table + 1,
                bits=bits_with_margins(nearest),
            ),
        )
    show_table(
        [
            {
                tr("Table"): it.table + 1,
                tr("Hamming distance"): len(it.differing),
                tr("Its bucket"): _when_read(it, shown),
                tr("Bits that differ"): ", ".join(
                    f"{bit + 1} ({signed(margin)})"
                    for bit, margin in zip(it.differing, it.query_margins, strict=True)
                ),
            }
            for it in image.tables
        ],
        alt=tr("Each table's view of this image."),
    )
    st.caption(
        tr(
            "In brackets: the query's margin. A bucket is read early where few bits differ and "
            "their margins are small."
        )
    )


def _effort(image: Explained, shown: View) -> str:
    """Say how many probes and tables this image needs."""
    return tr(
        "With {tables} it takes {least_probes} in each to find it; with {probes} in each, "
        "{least_tables}.",
        tables=count(shown.L, "table"),
        least_probes=enough(image.least_probes, "probe", MOST_PROBES),
        probes=count(shown.probes, "probe"),
        least_tables=enough(image.least_tables, "table", MOST_TABLES),
    )


def _when_read(table: InTable, shown: View) -> str:
    if table.probe is None:
        return tr("not among {most_probes:,} probes", most_probes=MOST_PROBES)
    if table.is_read:
        return tr("read by probe {probe}", probe=table.probe)
    return tr(
        "probe {probe} would read it, {probes} did not",
        probe=table.probe,
        probes=count(shown.probes, "probe"),
    )


def _how_many_differ(distances: NDArray[np.intp], expected: float) -> str:
    """Set the distances (L,) of the tables beside what theory expects of one."""
    return tr(
        "The query's bits; a ring marks each bit that differs. Of two images that lie like these, "
        "{expected:.1f} bits of a table differ on average; here "
        "{here}.",
        expected=expected,
        here=_range(distances.min(), distances.max()),
    )


def _range(low: int, high: int) -> str:
    return f"{low}" if low == high else tr("{low} to {high}", low=low, high=high)


def _first(*choices: Iterable[str]) -> str:
    """Return the first name there is."""
    return next(name for names in choices for name in names)
