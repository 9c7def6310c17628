"""Memory that nobody uses goes back to the system, again and again, beside the visitors' pages.

Streamlit keeps a session whose browser has left for two minutes, and longer where no other browser
leaves after it. Then it is garbage that only the collector finds, and with it what it had shown.
What Python frees stays with the C library until it is told to give it back.

That keeps an arena for each of many threads, and what one of them has freed is no use to another.
Every run of a page is a thread of its own, so most of the memory would be free and nobody's; and
the end of an arena that is not the first is never given back. What is large, such as an upload or a
layer of the network, would lie there, too, between what is small and stays: the library moves it in
once it has been freed for the first time. Here it keeps its own place, and is given back at once.
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

LARGE = 2**20  # bytes of what has a place of its own

# Of mallopt, in malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_AT_THE_END = 64 * 2**20  # bytes that may be free at the arena's end until they are given back


def give_back() -> None:
    """Let ended sessions go, collect garbage, and let the C library return what is free."""
    if runtime.exists():
        let_go(runtime.get_instance()._session_mgr)
    gc.collect()
    _tell_library("malloc_trim", 0)


def take_sparingly() -> None:
    """Have all threads that begin from now on take their memory from one place, but what is large.

    Each of the two thresholds, once it is set, ends the library's own search for both.
    """
    _tell_library("mallopt", _ARENA_MAX, 1)
    _tell_library("mallopt", _MMAP_THRESHOLD, LARGE)
    _tell_library("mallopt", _TRIM_THRESHOLD, _AT_THE_END)


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
