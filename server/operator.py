"""The operator's page: memory by cache, sessions, the line at the network, versions.

It is there only where ``HASHLIGHT_OPERATOR=…`` sets a word, at ``/operator?word=…``.
"""

import os
import resource
import sys
from collections.abc import Sequence
from hmac import compare_digest
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from streamlit import runtime

import core

MB = 10**6
_HEAD = (
    "<!doctype html><meta charset=utf-8><title>Hashlight's server</title>"
    "<meta http-equiv=refresh content=10><style>body{font:16px sans-serif;margin:2rem}"
    "td,th{text-align:left;padding:.2rem 1rem .2rem 0}td+td{text-align:right}</style>"
)

Row = tuple[str, ...]


def routes() -> list[Route]:
    """Return the page's route where the page is switched on."""
    return [Route("/operator", page)] if _word() else []


def page(request: Request) -> Response:
    """Answer with the page; Starlette calls this in a thread."""
    if not compare_digest(request.query_params.get("word", "").encode(), _word().encode()):
        return PlainTextResponse("This page needs the operator's word: /operator?word=…\n", 401)
    tables = {
        "Process": (("", ""), _process()),
        "Caches": (("Cache", "MB", "of at most", "entries"), _caches()),
        "Versions": (("", ""), _versions()),
    }
    body = "".join(_table(title, head, rows) for title, (head, rows) in tables.items())
    return HTMLResponse(_HEAD + body, headers={"Cache-Control": "no-store"})


def memory() -> int:
    """Return the bytes that this process has in memory; on other systems than Linux, its most."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _word() -> str:
    return os.environ.get("HASHLIGHT_OPERATOR", "")


def _process() -> list[Row]:
    sessions = runtime.get_instance()._session_mgr
    connected = sessions.num_active_sessions()
    return [
        ("memory, MB", f"{memory() / MB:,.0f}"),
        ("browsers connected", str(connected)),
        ("browsers that may come back", str(sessions.num_sessions() - connected)),
        ("pictures that wait for the network", str(_loaded("in_line"))),
    ]


def _caches() -> list[Row]:
    return [
        (name, f"{held / MB:,.1f}", f"{most / MB:,.0f}", f"{n:,}")
        for name, held, most, n in _loaded("held") or ()
    ]


def _versions() -> list[Row]:
    packages = ("streamlit", "torch", "numpy", "pillow")
    return [
        ("hashlight", core.__version__),
        ("python", sys.version.split()[0]),
        *((name, version(name)) for name in packages),
    ]


def _loaded(name: str) -> Any:
    """Ask the pages' caches; before the first visitor there are none, and none is made here."""
    resources = sys.modules.get("pages.ui.resources")
    return getattr(resources, name)() if resources else None


def _table(title: str, head: Row, rows: Sequence[Row]) -> str:
    lines = [f"<tr>{''.join(f'<th>{escape(it)}' for it in head)}"]
    lines += [f"<tr>{''.join(f'<td>{escape(it)}' for it in row)}" for row in rows]
    return f"<h2>{escape(title)}</h2><table>{''.join(lines)}</table>"
