"""The machine: the whole way of one query in one picture, drawn from the values of that query.

A stage opens where it is clicked on, and shows its values and the sum behind one of them. When the
picture or a setting changes, what changed moves. All of that happens in the browser; which stage is
open, and of which table, stands in the address: ``stage=sides&table=2``.
"""

from pathlib import Path
from typing import Any

import streamlit as st

from pages.ui import grid, takeaway
from pages.ui.address import put
from pages.ui.machine.payload import Machine
from pages.ui.machine.stages import STAGES

_FOLDER = Path(__file__).parent
_PIECES = ("draw", "glyphs", "panels", "flight", "changes", "machine")
_LOOKS = ("chain.css", "panels.css")

_machine = grid.component(
    "machine",
    takeaway.FIGURE_CSS + grid.source(*(_FOLDER / name for name in _LOOKS)),
    takeaway.FIGURE_JS + grid.source(grid.MENU_JS, *(_FOLDER / f"{name}.js" for name in _PIECES)),
)


def show_machine(machine: Machine) -> None:
    """Show the machine.

    It is no fragment: where one stage is opened and a setting changed at once, the fragment's run,
    which knows the old setting, may come last.
    """
    key = "the-machine"
    chosen = _machine(
        key=key,
        data=machine.payload(opened(len(machine.result.code.keys))),
        on_chosen_change=lambda: None,  # so that there is a value
        on_place_change=lambda: _put(st.session_state[key]["place"]),
    ).chosen
    if chosen is not None:
        grid.do(machine.lesson(int(chosen)))


def opened(n_tables: int) -> dict[str, Any]:
    """Read from the address which stage is open, and of which table; nonsense opens nothing."""
    stage, table = st.query_params.get("stage", ""), st.query_params.get("table", "")
    is_table = table.isascii() and table.isdecimal() and 1 <= int(table[:3]) <= n_tables
    return {
        "stage": stage if stage in {it.name for it in STAGES} else None,
        "table": int(table[:3]) - 1 if is_table else 0,
    }


def _put(place: dict[str, Any]) -> None:
    put("stage", place["stage"], None)
    put("table", str(int(place["table"]) + 1), "1")
