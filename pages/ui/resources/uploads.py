"""Photographs that visitors handed over: in memory, each gallery under a key that nobody guesses.

A key stands in the visitor's address, so a reload or a lost connection finds its gallery again;
without the key nobody does. A gallery stays while a browser that has shown it is connected, and
``MINUTES`` longer; where many have left, those that left first go sooner, but no gallery within
``GRACE`` seconds, in which a lost connection is found again. Forgetting it is at once.
"""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from time import monotonic
from typing import Protocol

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.galleries.uploads import UploadedGallery
from pages.ui.resources.cache import MB

MINUTES = 15  # that a gallery stays once no browser shows it any more
PREFIX = "own-"  # of every key
GRACE = 60  # seconds that a gallery stays in any case, up to MAX_BYTES
MAX_BYTES = 550 * MB  # all visitors' photographs together
MAX_LEFT_BYTES = 32 * MB  # of those whose browsers have left; the last that left stays in any case

_SWEEP_EVERY = 60  # seconds


@dataclass(slots=True)
class _Held:
    gallery: UploadedGallery
    seen: float  # when a browser that has shown it was last known to be connected
    sessions: set[str] = field(default_factory=set)


class Uploads:
    """Uploaded galleries by key, bounded by bytes: the one unseen for longest makes room."""

    def __init__(
        self,
        max_bytes: int,
        *,
        max_left_bytes: int = MAX_LEFT_BYTES,
        seconds: float,
        clock: Callable[[], float] = monotonic,
        is_connected: Callable[[str], bool],
        let_go: Callable[[UploadedGallery], None] = lambda gallery: None,
    ) -> None:
        """Start empty.

        Args:
            max_bytes: of all images together; a single gallery always finds room.
            max_left_bytes: of the galleries whose browsers have left.
            seconds: that a gallery stays once none of its sessions is connected.
            clock: seconds that only go up.
            is_connected: tells whether a session's browser is there.
            let_go: called with a gallery that is gone.
        """
        self.max_bytes, self._max_left_bytes = max_bytes, max_left_bytes
        self._seconds = seconds
        self._clock = clock
        self._is_connected = is_connected
        self._let_go = let_go
        self._held: dict[str, _Held] = {}
        self._lock = threading.Lock()

    def hold(self, gallery: UploadedGallery, session: str) -> None:
        """Take a gallery in under its key, or another state of one that is here."""
        with self._lock:
            before = self._held.get(gallery.key)
            sessions = before.sessions if before else set()
            self._held[gallery.key] = _Held(gallery, self._clock(), {*sessions, session})
        self.sweep()

    def find(self, key: str, session: str) -> UploadedGallery | None:
        """Return the gallery of a key, if it is here; this session keeps it from now on."""
        self.sweep()
        with self._lock:
            held = self._held.get(key)
            if held is None:
                return None
            held.seen = self._clock()
            held.sessions.add(session)
            return held.gallery

    def forget(self, key: str) -> None:
        """Let go of a gallery at once, whoever shows it."""
        with self._lock:
            held = self._held.pop(key, None)
        if held:
            self._let_go(held.gallery)

    def sweep(self) -> None:
        """Let go of what nobody has shown for too long, and of what finds no room."""
        with self._lock:
            now = self._clock()
            for held in self._held.values():
                held.sessions = {it for it in held.sessions if self._is_connected(it)}
                if held.sessions:
                    held.seen = now
            late = [key for key, it in self._held.items() if now - it.seen > self._seconds]
            gone = [self._held.pop(key).gallery for key in (*late, *self._left_first(now))]
            while self.n_bytes > self.max_bytes and len(self._held) > 1:
                key = min(self._held, key=lambda key: self._held[key].seen)
                gone.append(self._held.pop(key).gallery)
        for gallery in gone:
            self._let_go(gallery)

    def _left_first(self, now: float) -> list[str]:
        """Return the keys that must go so that those whose browsers have left fit together."""
        left = [it for it in self._held.values() if not it.sessions]
        left.sort(key=lambda it: it.seen, reverse=True)
        room, keys = self._max_left_bytes, []
        for n, held in enumerate(left):
            room -= held.gallery.n_bytes
            if n and room < 0 and self._seconds >= now - held.seen > GRACE:
                keys.append(held.gallery.key)
        return keys

    @property
    def n_bytes(self) -> int:
        """How much memory the images take."""
        return sum(it.gallery.n_bytes for it in list(self._held.values()))

    def __len__(self) -> int:
        return len(self._held)


def new_key() -> str:
    """Return a key that nobody can guess."""
    return PREFIX + secrets.token_urlsafe(16)


def session() -> str:
    """Return what this browser's session is called."""
    context = get_script_run_ctx(suppress_warning=True)
    return context.session_id if context else ""


def is_connected(session: str) -> bool:
    """Tell whether a session's browser is there; without a server, as in a test, it is."""
    return not runtime.exists() or runtime.get_instance().is_active_session(session)


class Forgetful(Protocol):
    """Something that lets go of what nobody uses any more, when it is asked to."""

    def sweep(self) -> None:
        """Let go of it."""


@cache
def start_sweeping(held: Forgetful) -> None:
    """Let an own thread look for what is to go, once: a server that nobody visits forgets too."""

    def sweep() -> None:
        while not threading.Event().wait(_SWEEP_EVERY):
            held.sweep()

    threading.Thread(target=sweep, daemon=True, name="forget").start()
