"""Memory that nobody uses goes back to the system, again and again, beside the visitors' pages.

Streamlit keeps a session whose browser has left for two minutes, and longer where no other browser
leaves after it. Then it is garbage that only the collector finds, and with it what it had shown.
What Python frees stays with the C library until it is told to give it back.

That keeps an arena for each of many threads, and what one of them has freed is no use to another.
Every run of a page is a thread of its own, so most of the memory would be free and nobody's; and
the end of an arena that is not the first is never given back.
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

EVERY = 15  # seconds: it takes some 40 ms

_ARENA_MAX = -8  # of mallopt, in malloc.h


def give_back() -> None:
    """Let ended sessions go, collect garbage, and let the C library return what is free."""
    if runtime.exists():
        let_go(runtime.get_instance()._session_mgr)
    gc.collect()
    _tell_library("malloc_trim", 0)


def share_one_arena() -> None:
    """Have all threads that begin from now on take their memory from one place."""
    _tell_library("mallopt", _ARENA_MAX, 1)


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

    going = threading.Thread(target=go_on, daemon=True, name="give-memory-back")
    going.start()
    try:
        yield
    finally:
        ended.set()
        going.join()


def _tell_library(name: str, *arguments: int) -> None:
    """Call a function of Linux's C library, if it is there: musl has neither."""
    if sys.platform == "linux" and (call := getattr(ctypes.CDLL(None), name, None)):
        call(*arguments)
