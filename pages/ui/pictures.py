"""Pictures: pixels as files and addresses, and what can be drawn of a search."""

import base64
import io
from typing import Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from core.figures.bits import code_cells
from core.language import tr
from core.lessons import looking
from core.search import EmbeddedQuery, SearchResult
from pages.ui import charts, resources
from pages.ui.heatmap import gate_panel, show_maps

TALLEST = 300  # pixels of its height


def image_file(pixels: NDArray[np.uint8], kind: Literal["JPEG", "PNG"] = "JPEG") -> bytes:
    """Write pixels, (H, W, 3) or for a PNG (H, W, 4), as a picture's file."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, quality=88)  # which a PNG takes no notice of
    return file.getvalue()


def data_url(file: bytes, kind: Literal["JPEG", "PNG"] = "JPEG") -> str:
    """Write a picture's file as a ``data:`` address."""
    return f"data:image/{kind.lower()};base64,{base64.b64encode(file).decode()}"


def show_pixels(pixels: NDArray[np.uint8], alt: str) -> None:
    """Show pixels, (H, W, 3) RGB, as wide as there is space."""
    st.image(image_file(pixels), width="stretch", alt=alt)


def embedded_jpeg(embedded: EmbeddedQuery) -> bytes:
    """Return the pixels of what was embedded as a JPEG file."""
    return resources.query_jpeg(embedded)


def query_picture(result: SearchResult, title: str) -> None:
    """Show the query image."""
    with st.container(key="query-picture"):
        st.image(
            embedded_jpeg(result.query), width="stretch", alt=tr("Query: {title}", title=title)
        )


@st.fragment
def attention_heatmap(result: SearchResult) -> None:
    """Show M_s over the query, and say what it says."""
    gate = result.query.spatial_gate
    if gate is None:
        st.info(tr("Spatial attention is off, so there is no M_s to show."))
        return
    seen = looking.look(gate)
    rows, columns = gate.shape
    show_maps(
        "heatmap",
        [
            gate_panel(
                gate,
                unit=tr("how much each place counts: spatial attention M_s over its mean"),
                alt=tr(
                    "Spatial attention over the query, {rows} by {columns} places: yellow counts "
                    "most. {seen}",
                    rows=rows,
                    columns=columns,
                    seen=looking.told(seen),
                ),
            )
        ],
        {"query": data_url(embedded_jpeg(result.query))},
        tallest=TALLEST,
    )
    st.caption(looking.told(seen), help=tr(looking.MEASURE))


def code_picture(result: SearchResult) -> None:
    """Show the hash code: the bits of every table."""
    code = result.code
    n_tables, n_bits = code.bits.shape
    keys = ", ".join(f"{key:0{n_bits}b}" for key in code.keys.tolist())
    charts.chart(
        code_cells(code.margins),
        name="hash-code",
        key="bits",
        alt=tr(
            "Hash code of {n_bits} bits in each of {n_tables} tables: {keys}",
            n_bits=n_bits,
            n_tables=n_tables,
            keys=keys,
        ),
    )
