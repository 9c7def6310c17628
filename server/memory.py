"""Memory that nobody uses goes back to the system, once a minute, beside the visitors' pages.

A session that has ended is garbage that only the collector finds, and with it what it had uploaded.
What Python frees then stays with the C library, spread over the arenas of a hundred threads, until
it is told to give it back.
"""

import ctypes
import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

EVERY = 60  # seconds


def give_back() -> None:
    """Collect garbage, and let the C library of Linux return what is free."""
    gc.collect()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
        if trim:
            trim(0)


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
