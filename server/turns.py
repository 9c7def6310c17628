"""Pages are drawn a few at a time, in the order in which their visitors asked.

Streamlit runs the script of every visitor who has clicked at once, each in a thread of its own, and
Python runs one thread at a time. A hundred scripts that are drawn side by side are all done last;
one after the other, most visitors have their page while the last still wait. It takes
``server.bunches``: where the thread that sends is woken for every element, it costs more than it
brings.

A turn holds others up for ``LONGEST`` seconds at most, whatever its script does or waits for, such
as the network or a download. Then the next one begins beside it.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from time import monotonic
from typing import Any

from streamlit.runtime.scriptrunner.script_runner import ScriptRunner

AT_ONCE = 2  # one that computes, and one that waits for a lock or for a file
# Seconds. Turns that only wait then let others in 20 times a second: less often than a server of
# two cores answers (29), or they would pile up again; more often than its network does (9).
LONGEST = 0.1


class Turns:
    """A few turns at a time, in order; safe to share between threads."""

    def __init__(self, at_once: int = AT_ONCE, *, longest: float = LONGEST) -> None:
        """Start with nobody.

        Args:
            at_once: turns that go on beside each other.
            longest: seconds after which a turn holds nobody up any more.
        """
        self._at_once, self._longest = at_once, longest
        self._lock = threading.Lock()
        self._waiting = deque[threading.Event]()  # of each its own: only the first need look
        self._begun = dict[threading.Event, float]()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for a turn, and have it for the block."""
        me = threading.Event()
        with self._lock:
            self._waiting.append(me)
        while (wait := self._begin(me)) != 0:
            me.wait(wait)
            me.clear()
        try:
            yield
        finally:
            with self._lock:
                del self._begun[me]
                self._call_first()

    def _begin(self, me: threading.Event) -> float | None:
        """Begin and return 0, or return the seconds to wait for; None: until one is called."""
        with self._lock:
            if self._waiting[0] is not me:
                return None
            now = monotonic()
            ends = sorted(it + self._longest for it in self._begun.values())
            fresh = [it for it in ends if it > now]
            if len(fresh) >= self._at_once:
                return fresh[-self._at_once] - now
            self._waiting.popleft()
            self._begun[me] = now
            self._call_first()
            return 0

    def _call_first(self) -> None:
        if self._waiting:
            self._waiting[0].set()


def introduce(turns: Turns | None = None) -> None:
    """Let every script of this process run in turn; twice is once."""
    run: Any = ScriptRunner._run_script_thread
    if hasattr(run, "__wrapped__"):
        return
    turns = turns or Turns()

    @wraps(run)
    def in_turn(self: ScriptRunner) -> None:
        with turns.taken():
            run(self)  # which looks only now what was clicked last

    ScriptRunner._run_script_thread = in_turn  # type: ignore[method-assign]
