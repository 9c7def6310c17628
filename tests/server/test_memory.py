import gc
import weakref
from threading import Event

from server import memory


class Session:
    """Something that only the collector can find: it refers to itself."""

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
