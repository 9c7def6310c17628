"""What scripts draw is sent in bunches: judged by sessions that only write down what they get."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from streamlit import runtime
from streamlit.runtime.app_session import AppSession

from server.bunches import MOST, Bunches, introduce


@pytest.fixture
def server(monkeypatch):
    """A server whose sessions have browsers, but for those of ``away``; it sends into ``sent``."""
    sent, away = [], set()
    sessions = SimpleNamespace(
        get_active_session_info=lambda id: None if id in away else SimpleNamespace(client=id)
    )
    it = SimpleNamespace(
        sent=sent,
        away=away,
        left=[],
        _session_mgr=sessions,
        _enqueued_some_message=lambda: it.left.append(1),
        _send_message=lambda info, message: sent.append((info.client, message)),
    )
    monkeypatch.setattr(runtime, "get_instance", lambda: it)
    return it


def run(serving: Coroutine[None, None, None]) -> None:
    """Run it in a thread of its own: the browser of other tests leaves a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, serving).result()


class Queue(list):
    """Takes messages as Streamlit's does."""

    enqueue = list.append


class Session:
    """Has what it was told for its browser, until it is sent."""

    def __init__(self, id: str) -> None:
        self.id, self._browser_queue, self.n_woken = id, Queue(), 0
        self._event_loop = asyncio.get_running_loop()

    def _message_enqueued_callback(self):
        self.n_woken += 1

    def flush_browser_queue(self):
        told, self._browser_queue = self._browser_queue, Queue()
        return told

    def on_flushed_messages_sent(self):
        assert not self._browser_queue


async def drawn(bunches: Bunches, *ids: str) -> list[Session]:
    """Let a script of each session draw three elements in a thread, all of them side by side."""
    sessions = [Session(id) for id in ids]

    def script(session: Session) -> None:
        for n in range(3):
            bunches.add(session, lambda n=n: session._browser_queue.append(n))

    await asyncio.gather(*[asyncio.to_thread(script, it) for it in sessions])
    return sessions


def test_each_browser_gets_its_own_in_order(server):
    async def serve() -> None:
        await drawn(Bunches(0.001), "a", "b")
        async with asyncio.timeout(10):
            while len(server.sent) < 6:
                await asyncio.sleep(0.001)

    run(serve())
    for id in "ab":
        assert [message for to, message in server.sent if to == id] == [0, 1, 2]


def test_what_waits_can_be_had_at_once_and_a_browser_that_left_is_sent_nothing(server):
    async def serve() -> None:
        bunches = Bunches(60)
        server.away.add("gone")
        here, gone = await drawn(bunches, "here", "gone")
        assert server.sent == here._browser_queue == []
        bunches.deliver()
        assert (here._browser_queue, gone._browser_queue) == ([], [0, 1, 2])

    run(serve())
    assert server.sent == [("here", n) for n in range(3)]


def test_so_many_that_streamlit_would_give_the_browser_up_are_left_to_its_own_loop(server):
    async def serve() -> None:
        bunches, session = Bunches(60), Session("a")
        session._browser_queue = Queue(range(MOST))
        bunches.add(session, lambda: session._browser_queue.append(MOST))
        bunches.deliver()
        assert len(session._browser_queue) == MOST + 1

    run(serve())
    assert (server.sent, len(server.left)) == ([], 1)


def test_one_that_fails_holds_nobody_up(server):
    async def serve() -> None:
        failed = []
        asyncio.get_running_loop().set_exception_handler(lambda _, about: failed.append(about))
        bunches = Bunches(60)
        bunches.add(Session("a"), lambda: 1 / 0)
        await drawn(bunches, "b")
        bunches.deliver()
        assert isinstance(failed[0]["exception"], ZeroDivisionError)

    run(serve())
    assert server.sent == [("b", n) for n in range(3)]


def test_what_is_sent_right_after_wakes_nobody_and_all_else_does(server, monkeypatch):
    for name in ("request_rerun", "_enqueue_forward_msg", "_call_soon_on_event_loop"):
        method = getattr(AppSession, name)
        monkeypatch.setattr(AppSession, name, getattr(method, "__wrapped__", method))

    async def serve() -> None:
        bunches, session = Bunches(60), Session("a")
        introduce(bunches)
        introduce(Bunches())
        told = AppSession._enqueue_forward_msg
        AppSession._call_soon_on_event_loop(session, lambda: told(session, "from a script"))
        bunches.deliver()
        assert (server.sent, session.n_woken) == ([("a", "from a script")], 0)
        told(session, "an answer to the browser itself")
        assert session.n_woken == 1

    run(serve())
