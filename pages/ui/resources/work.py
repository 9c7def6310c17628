"""Work that takes longer than a click: done once, in a thread, for everyone who waits for it.

A Streamlit script ends when its visitor clicks or leaves. Downloading or embedding a gallery
must not, so it runs beside the scripts, and any number of sessions can watch it.
"""

import threading
from collections.abc import Callable, Collection, Hashable
from contextvars import copy_context
from time import perf_counter
from typing import Generic, TypeVar

import streamlit as st

from core.errors import HashlightError
from core.language import tr
from core.progress import Progress
from core.wording import long_duration
from pages.ui import errors
from pages.ui.resources.cache import Cache, named, size_of

T = TypeVar("T")

_BAR_AFTER = 0.4  # seconds; a bar that only flashes up is worse than none


class Work(Generic[T]):
    """One task in a thread of its own, and how far it is.

    It refers to its result, but not to the task: what that needed is free once it has ended.
    """

    def __init__(
        self,
        task: Callable[[Progress], T],
        *,
        ended: Callable[["Work[T]"], None] = lambda work: None,
    ) -> None:
        """Start.

        Args:
            task: what to do; it says how far it is.
            ended: called in the task's thread after it.
        """
        self._ended = threading.Event()
        self._result: T
        self.error: Exception | None = None  # what the task raised, where it failed
        self._done, self._total, self._what = 0, 0, ""
        self._since, self._done_at_first = perf_counter(), 0
        speaking = copy_context()  # it tells how far it is in the language of who started it
        threading.Thread(target=speaking.run, args=(self._run, task, ended), daemon=True).start()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait at most so long, or as long as it takes; tell whether it has come to an end."""
        return self._ended.wait(seconds)

    def result(self) -> T:
        """Wait for what the task returns, or raise what it raised."""
        self._ended.wait()
        if self.error is not None:
            raise self.error
        return self._result

    @property
    def share(self) -> float:
        """How much is done, 0 … 1."""
        return min(self._done / self._total, 1.0) if self._total else 0.0

    def describe(self) -> str:
        """Say in one line what is going on, how far it is, and how long it may still take."""
        if not self._total:
            return tr(self._what or "Starting …")
        line = tr("{what}: {share:.0%}", what=tr(self._what), share=self.share)
        done_since = self._done - self._done_at_first
        seconds = perf_counter() - self._since
        if done_since <= 0 or seconds < 1:
            return line
        left = long_duration(seconds / done_since * (self._total - self._done))
        return tr("{line}, {duration} left", line=line, duration=left)

    def _run(self, task: Callable[[Progress], T], ended: Callable[["Work[T]"], None]) -> None:
        try:
            self._result = task(self._note)
        except Exception as error:  # whoever waits gets it from result()
            self.error = error
        self._ended.set()
        ended(self)

    def _note(self, done: int, total: int, what: str) -> None:
        if what != self._what:
            self._since, self._done_at_first = perf_counter(), done
        self._done, self._total, self._what = done, total, what


class WorkCache(Generic[T]):
    """Work by key: what is going on, and what has succeeded as far as it fits.

    What has failed is forgotten, so whoever asks next starts anew.
    """

    def __init__(self, max_bytes: int, size: Callable[[T], int] = size_of) -> None:
        """Start empty; ``size`` gives the bytes of a result, ``max_bytes`` bounds their sum."""
        self._results: Cache[Work[T]] = Cache(max_bytes, lambda work: size(work.result()))
        self._running: dict[Hashable, Work[T]] = {}
        self._lock = threading.Lock()

    def find(self, key: Hashable) -> Work[T] | None:
        """Return the work that somebody has started, if it goes on or its result is here."""
        with self._lock:
            return self._find(key)

    def start(self, key: Hashable, task: Callable[[Progress], T]) -> Work[T]:
        """Return the work under this key; start it where nobody has."""
        with self._lock:
            work = self._find(key)
            if work is None:
                work = Work(task, ended=lambda work: self._take_in(key, work))
                self._running[key] = work
            return work

    def drop(self, names: Collection[str]) -> None:
        """Let go of every result whose key is one of these digests, or has one in it.

        What is still being worked on goes on, and nobody keeps its result.
        """
        with self._lock:
            for key in [key for key in self._running if named(key, names)]:
                del self._running[key]
        self._results.drop(names)

    def clear(self) -> None:
        """Let go of everything, as ``drop`` does."""
        with self._lock:
            self._running.clear()
        self._results.clear()

    @property
    def n_bytes(self) -> int:
        """How much memory the results take."""
        return self._results.n_bytes

    @property
    def max_bytes(self) -> int:
        """How much they may take."""
        return self._results.max_bytes

    def __len__(self) -> int:
        return len(self._results)

    def _find(self, key: Hashable) -> Work[T] | None:
        work = self._running.get(key)
        return self._results.find(key) if work is None or work.error else work

    def _take_in(self, key: Hashable, work: Work[T]) -> None:
        """Move work that has ended to the results, if it has one."""
        with self._lock:
            if self._running.get(key) is work:  # else it has been dropped
                if work.error is None:
                    self._results.put(key, work)
                del self._running[key]


def finished(work: Work[T]) -> T:
    """Wait for work, with a bar where that takes a while.

    Raises:
        HashlightError: what the work raised.
    """
    if not work.wait(_BAR_AFTER):
        place = st.empty()
        while not work.wait(0.25):
            place.progress(work.share, text=work.describe())
        place.empty()
    return work.result()


def started(label: str) -> str:
    """Where in the session ``offered`` looks for work that a button has just started."""
    return f"started-{label}"


def offered(
    label: str,
    why: str,
    *,
    find: Callable[[], Work[T] | None],
    start: Callable[[], Work[T]],
    icon: str | None = None,
) -> Work[T] | None:
    """Return work that has succeeded; where nobody has started it, offer a button that does.

    A failure is shown to who has waited for it, above the button to try again.

    Args:
        label: of the button in English, and the name of the work on this page.
        why: Markdown above the button.
        find: returns the work that goes on or has succeeded.
        start: starts it.
        icon: of the button.
    """
    key = started(label)

    def begin() -> None:  # the work may have failed before the script asks for it
        st.session_state[key] = start()

    work: Work[T] | None = st.session_state.pop(key, None) or find()
    if work is not None:
        try:
            finished(work)
        except HashlightError as error:
            errors.show(error)
        else:
            return work
    with st.container(border=True):
        st.markdown(why)
        st.button(tr(label), type="primary", icon=icon, on_click=begin)
    return None
