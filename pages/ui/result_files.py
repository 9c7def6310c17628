"""Files of measured figures: read, and shown with how they came about."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import streamlit as st

from core.errors import HashlightError
from core.evaluation import results
from core.language import tr
from core.wording import count, long_duration
from pages.ui import errors, menu, navigation

Result = Mapping[str, Any]
"""The content of a file in assets/results."""

GALLERIES = {"corel1k": "Corel-1k", "corel5k": "Corel-5k"}  # on which the paper takes times
JUDGED = {"corel1k": "Corel-1k", "corel50": "Corel-50", "corel5k": "Corel-5k"}  # by labels
EXPERIMENT = "python -m core evaluate --all"  # writes all files of the experiment


def read(name: str, what: str) -> Result | None:
    """Return a file of the experiment; where there is none, say which command writes it."""
    return read_or_say(
        name,
        tr(
            "{what}: not measured yet. `{experiment}` measures it and writes the file that this "
            "page reads.",
            what=what,
            experiment=EXPERIMENT,
        ),
    )


def read_under(header: str, name: str, what: str) -> Result | None:
    """Draw the header of a part, and ``read`` the file that it shows."""
    st.header(header, anchor=False)
    return read(name, what)


def read_or_say(name: str, missing: str) -> Result | None:
    """Return the content of a result file; where there is none, show a sentence."""
    try:
        result = results.load(name, results.RESULTS)
    except HashlightError as error:  # damaged; it says the command too
        errors.show(error)
        return None
    if not result:
        st.info(missing, icon=":material/hourglass_empty:")
    return result or None


def names_or_say(prefix: str, missing: str) -> list[str]:
    """Return the names of the result files with a prefix; where there is none, show a sentence."""
    names = results.names(prefix)
    if not names:
        st.info(missing, icon=":material/hourglass_empty:")
    return names


def measured(prefix: str) -> Iterator[tuple[str, Result]]:
    """Give the name and content of every result file with a prefix; a damaged one says so."""
    for name in results.names(prefix):
        if result := read_or_say(name, ""):
            yield name, result


def link_to(part: str, label: str) -> None:
    """Link to a part of *Results*, with the view."""
    st.page_link(
        navigation.RESULTS,
        label=label,
        icon=":material/table_chart:",
        query_params=menu.along() | {"part": part},
    )


def show_origin(name: str, result: Result, *, key: str = "part", more: str = "") -> None:
    """End a part: how its figures came about, and the file itself.

    Args:
        name: of the file.
        result: its content.
        key: tells two parts from each other that read the same file.
        more: what else belongs to its origin.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"{origin(result)} · {more}" if more else origin(result))
        st.download_button(
            f"{name}.json",
            json.dumps(result, indent=2, ensure_ascii=False) + "\n",
            f"{name}.json",
            "application/json",
            key=f"{key}-{name}",
            on_click="ignore",
            icon=":material/download:",
        )


def origin(result: Result) -> str:
    """Say which command measured a file, when, where and for how long."""
    machine = result["machine"]
    parts = [
        f"`{result['command']}`",
        result["date"],
        tr(
            "{processor}, {cores}, {system}",
            processor=machine["processor"],
            cores=count(machine["cores"], "core"),
            system=machine["system"],
        ),
    ]
    if seeds := result.get("seeds"):
        listed = ", ".join(map(str, seeds))
        parts.append(
            tr("seeds {seeds}", seeds=listed) if seeds[1:] else tr("seed {seed}", seed=listed)
        )
    if "seconds" in result:
        parts.append(tr("took {duration}", duration=long_duration(result["seconds"])))
    return " · ".join(parts)
