"""Numbers and tables of what is measured or found."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

SHORT = 16  # rows that are read at a glance


def show_table(rows: Sequence[dict[str, Any]], *, alt: str) -> None:
    """Show a table.

    A short one is a part of the page, which screen readers know their way in, and is there a
    fifth of a second sooner than Streamlit's grid. A long one is such a grid: it scrolls by
    itself and draws only the rows that are seen.

    Args:
        rows: column -> value, already written as it is to be read.
        alt: what the table says.
    """
    if len(rows) <= SHORT:
        st.table(rows, alt=alt)
    else:
        st.dataframe(rows, hide_index=True, alt=alt)


def pinned_table(rows: Sequence[Mapping[str, str]]) -> None:
    """Show a table whose first column stays where it is when a phone scrolls sideways."""
    st.dataframe(
        rows,
        hide_index=True,
        height="content",
        column_config={next(iter(rows[0])): st.column_config.Column(pinned=True)},
    )


def show_number(
    label: str, value: str, note: str | None = None, *, help: str | None = None
) -> None:
    """Show a number with a note below it.

    Args:
        label: what it is.
        value: already written as it is to be read.
        note: what it is compared with, grey and without an arrow.
        help: what it means, for who asks.
    """
    st.metric(label, value, note, delta_color="off", delta_arrow="off", help=help)
