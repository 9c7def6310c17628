"""Memory that nobody uses goes back to the system, again and again, beside the visitors' pages.

Streamlit keeps a session whose browser has left for two minutes, and longer where no other browser
leaves after it. Then it is garbage that only the collector finds, and with it what it had shown.
What Python frees stays with the C library, spread over the arenas of a hundred threads, until it is
told to give it back.
"""

import ctypes
import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from streamlit import runtime
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.session_manager import SessionManager
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

EVERY = 60  # seconds


def give_back() -> None:
    """Let ended sessions go, collect garbage, and let the C library return what is free."""
    if runtime.exists():
        let_go(runtime.get_instance()._session_mgr)
    gc.collect()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
        if trim:
            trim(0)


def let_go(sessions: SessionManager) -> None:
    """Have Streamlit forget the sessions that no browser can come back to."""
    if not isinstance(sessions, WebsocketSessionManager):
        return
    stored = sessions._session_storage
    if isinstance(stored, MemorySessionStorage):
        with sessions._storage_lock:
            len(stored._cache)  # counts after it has dropped what is too old


@contextmanager
def given_back(every: float = EVERY) -> Iterator[None]:
    """Do that again and again while the block runs."""
    ended = threading.Event()

    def go_on() -> None:
        while not ended.wait(every):
            give_back()

    threading.Thread(target=go_on, daemon=True, name="give-memory-back").start()
    try:
        yield
    finally:
        ended.set()
