"""What scripts draw goes to the browsers in bunches, not one element after the other.

A page is some eighty elements. For each of them Streamlit wakes the thread that sends, twice, and
lets that thread look at all sessions before it sends the next: every time the scripts give up the
interpreter, and get it back. Here what all scripts have drawn within ``EVERY`` seconds is sent at
once.

A browser hears of a change of its address that much later; ``server.newest_address`` sees to it
that what it asks meanwhile is not answered for the address before.
"""

import asyncio
import threading
from collections.abc import Callable
from functools import wraps
from typing import Any

from streamlit import runtime
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.session_manager import SessionClientDisconnectedError

EVERY = 0.02  # seconds
MOST = 250  # messages for one browser: Streamlit gives up one for which 500 wait


class Bunches:
    """What scripts have to tell their sessions, in order; safe to share between threads."""

    def __init__(self, every: float = EVERY) -> None:
        """Start with nothing.

        Args:
            every: seconds that the first waits for others.
        """
        self._every = every
        self._lock = threading.Lock()
        self._waiting: list[tuple[AppSession, Callable[[], None]]] = []
        self.is_delivering = False  # then what is put into a session's queue is sent right after

    def add(self, session: AppSession, tell: Callable[[], None]) -> None:
        """Take in what is to be called on the event loop of a session; its thread doesn't wait."""
        with self._lock:
            self._waiting.append((session, tell))
            is_first = len(self._waiting) == 1
        if not is_first:
            return
        loop = session._event_loop
        try:
            loop.call_soon_threadsafe(loop.call_later, self._every, self.deliver)
        except RuntimeError:  # as Streamlit: nobody is told anything when the server has ended
            if not loop.is_closed():
                raise
            self._taken()

    def deliver(self) -> None:
        """Tell all, and send what they have for their browsers; on the event loop alone."""
        told = self._taken()
        self.is_delivering = True
        for session, tell in told:
            try:
                tell()
            except Exception as error:  # as of any callback of a loop: the others go on
                about = {"message": "A session's event failed.", "exception": error}
                session._event_loop.call_exception_handler(about)
        self.is_delivering = False
        for session in dict.fromkeys(session for session, _ in told):
            _send(session)

    def _taken(self) -> list[tuple[AppSession, Callable[[], None]]]:
        with self._lock:
            taken, self._waiting = self._waiting, []
        return taken


def _send(session: AppSession) -> None:
    """Send what a session has for its browser, as the loop of Streamlit's runtime does."""
    running = runtime.get_instance()
    info = running._session_mgr.get_active_session_info(session.id)
    if info is None:  # its browser has left; it is sent what there is if it comes back
        return
    if len(session._browser_queue) > MOST:  # that loop takes breaks
        running._enqueued_some_message()
        return
    try:
        for message in session.flush_browser_queue():
            running._send_message(info, message)
    except SessionClientDisconnectedError:
        running.disconnect_session(session.id, client=info.client)
    session.on_flushed_messages_sent()


def introduce(bunches: Bunches | None = None) -> None:
    """Let this process send so; twice is once."""
    rerun: Any = AppSession.request_rerun
    enqueue: Any = AppSession._enqueue_forward_msg
    if hasattr(rerun, "__wrapped__"):
        return
    bunches = bunches or Bunches()

    @wraps(rerun)
    def deliver_first(self: AppSession, *given: Any, **named: Any) -> None:
        if asyncio._get_running_loop() is self._event_loop:
            bunches.deliver()  # Streamlit forgets what a script has drawn once another has begun
        rerun(self, *given, **named)

    @wraps(enqueue)
    def wake_nobody(self: AppSession, message: ForwardMsg) -> None:
        if bunches.is_delivering and asyncio._get_running_loop() is self._event_loop:
            self._browser_queue.enqueue(message)
        else:
            enqueue(self, message)

    def bunched(self: AppSession, callback: Callable[[], None]) -> None:
        bunches.add(self, callback)

    AppSession._call_soon_on_event_loop = bunched  # type: ignore[method-assign]
    AppSession.request_rerun = deliver_first  # type: ignore[method-assign]
    AppSession._enqueue_forward_msg = wake_nobody  # type: ignore[assignment, method-assign]
