"""How uploads arrive: in memory, whatever their size, and in one place of it.

Starlette, the server inside Streamlit, would write whatever is larger than 1 MB to a temporary
file. Streamlit's own limit of an upload's size bounds the memory. What is taken leaves Streamlit's
hands, which would keep it as long as the session: two minutes longer than its browser is there.
"""

from typing import Any

import streamlit as st
from starlette.formparsers import MultiPartParser
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.galleries.uploads import GivenFile

_ROUNDS = "handed-over"  # in the session: how often; each uploader is a new one, and empty


def receive_in_memory() -> None:
    """Have every upload of this process stay in memory from its first byte on."""
    MultiPartParser.spool_max_size = 2**40


def uploader_key(name: str) -> str:
    """Return the key of an uploader, another one whenever something was taken."""
    return f"{name}-{st.session_state.get(_ROUNDS, 0)}"


def take(key: str) -> list[GivenFile]:
    """Return what an uploader has received, and let Streamlit forget it."""
    received: Any = st.session_state[key] or []
    files = received if isinstance(received, list) else [received]
    given = [GivenFile(it.name, it.getvalue()) for it in files]
    if context := get_script_run_ctx():
        received_by: Any = context.uploaded_file_mgr
        for it in files:
            received_by.remove_file(context.session_id, it.file_id)
    if files:
        st.session_state[_ROUNDS] = st.session_state.get(_ROUNDS, 0) + 1
    return given
