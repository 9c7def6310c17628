import gc
import weakref
from threading import Event

from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.session_manager import SessionInfo
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

from server import memory


class Session:
    """Something that only the collector can find: it refers to itself."""

    id = "me"

    def __init__(self):
        self.me = self


def test_what_refers_to_itself_is_gone_after_a_while():
    gc.disable()
    try:
        gone = Event()
        weakref.finalize(Session(), gone.set)
        with memory.given_back(every=0.01):
            assert gone.wait(10)
    finally:
        gc.enable()


def test_a_session_that_nobody_can_come_back_to_is_let_go_though_no_other_leaves():
    gone = []
    for seconds in (0, 100):
        stored = MemorySessionStorage(ttl_seconds=seconds)
        sessions = WebsocketSessionManager(stored, None, None, None)
        session = Session()
        weakref.finalize(session, gone.append, seconds)
        stored.save(SessionInfo(None, session))
        del session
        assert seconds not in gone
        memory.let_go(sessions)
        gc.collect()
        assert (stored.get("me") is None) == (seconds in gone)
    assert gone == [0]
