"""Work that takes longer than a click: done once, in a thread, for everyone who waits for it.

A Streamlit script ends when its visitor clicks or leaves. Downloading or embedding a gallery
must not, so it runs beside the scripts, and any number of sessions can watch it.
"""

import threading
from collections.abc import Callable
from time import perf_counter
from typing import Generic, TypeVar

from core.progress import Progress

T = TypeVar("T")


class Work(Generic[T]):
    """One task, and how far it is; after a failure it can be started again."""

    def __init__(self, task: Callable[[Progress], T]) -> None:
        self._task = task
        self._lock = threading.Lock()
        self._finished = threading.Event()
        self._running = False
        self._result: T
        self._error: Exception | None = None
        self._forget_progress()

    @property
    def is_started(self) -> bool:
        """Whether it runs or has succeeded."""
        return self._running or (self._finished.is_set() and self._error is None)

    def start(self) -> None:
        """Start, unless it has been started already."""
        with self._lock:
            if self.is_started:
                return
            self._running = True
            self._finished.clear()
            self._error = None
            self._forget_progress()
        threading.Thread(target=self._run, daemon=True).start()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait at most so long, or as long as it takes; tell whether it has come to an end."""
        return self._finished.wait(seconds)

    def result(self) -> T:
        """Return what the task returned, or raise what it raised."""
        if self._error is not None:
            raise self._error
        return self._result

    @property
    def error(self) -> Exception | None:
        """What the task raised, where it failed."""
        return self._error

    @property
    def share(self) -> float:
        """How much is done, 0 … 1."""
        return min(self._done / self._total, 1.0) if self._total else 0.0

    def describe(self) -> str:
        """Say in one line what is going on, how far it is, and how long it may still take."""
        if not self._total:
            return self._what or "Starting …"
        line = f"{self._what}: {self.share:.0%}"
        done_since = self._done - self._done_at_first
        seconds = perf_counter() - self._since
        if done_since <= 0 or seconds < 1:
            return line
        return f"{line}, {in_words(seconds / done_since * (self._total - self._done))} left"

    def _run(self) -> None:
        try:
            self._result = self._task(self._note)
        except Exception as error:  # whoever waits gets it from result()
            self._error = error
        finally:
            self._running = False
            self._finished.set()

    def _note(self, done: int, total: int, what: str) -> None:
        if what != self._what:
            self._since, self._done_at_first = perf_counter(), done
        self._done, self._total, self._what = done, total, what

    def _forget_progress(self) -> None:
        self._done, self._total, self._what = 0, 0, ""
        self._since, self._done_at_first = perf_counter(), 0


def in_words(seconds: float) -> str:
    """Say a duration as a person would: ``12 s``, ``3 min``, ``1 h 20 min``."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
