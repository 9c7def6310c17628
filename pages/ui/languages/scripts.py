"""What our scripts in the browser say, in the visitor's language.

A script says everything in English, as Python does: ``tr("{n} of {all}", { n, all })`` in
``texts.js``, and ``counted("image", n)``. The data of its component bring the same texts along in
the visitor's language, and the script takes them with ``hear(data)`` before it says anything.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from core.language import spoken, tr, tr_number

_TEXTS_JS = Path(__file__).with_name("texts.js").read_text(encoding="utf-8")
_SAID = re.compile(r'\b(tr|counted)\(\s*("(?:[^"\\]|\\.)*")')


def component(name: str, *, js: str, **looks: Any) -> Callable[..., Any]:
    """Make a component whose script can say its texts in any language.

    Args:
        name: of the component.
        js: its code.
        looks: HTML and styles, as Streamlit takes them.
    """
    made = st.components.v2.component(name, js=with_texts(js), **looks)
    found = texts(js)

    def show(*, data: Mapping[str, Any] | None = None, **given: Any) -> Any:
        return made(data={**(data or {}), **said(found)}, **given)

    return show


def with_texts(js: str) -> str:
    """Put what ``tr``, ``counted`` and ``hear`` are in front of a script."""
    return _TEXTS_JS + js


def said(found: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return what a script has to ``hear``: the language, and its texts where that isn't English.

    Args:
        found: its texts, as ``texts`` returns them.
    """
    known = {}
    for one, many in found:
        known[one] = tr_number(one, many, 1) if many else tr(one)
        if many:
            known[many] = tr_number(one, many, 2)
    return {
        "language": spoken(),
        # As JSON: for a dict Streamlit would import pandas, which the first visitor waits for.
        "texts": json.dumps({text: it for text, it in known.items() if it != text}),
    }


def texts(js: str) -> tuple[tuple[str, str], ...]:
    """Return what a script says: each text, with its plural where that is a noun to be counted."""
    calls = ((call, json.loads(literal)) for call, literal in _SAID.findall(js))
    return tuple(dict.fromkeys((it, f"{it}s" * (call == "counted")) for call, it in calls))
