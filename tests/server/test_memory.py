import gc
import subprocess
import sys
import weakref
from pathlib import Path
from threading import Event

import pytest
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.session_manager import SessionInfo
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

from server import memory

ROOT = Path(__file__).parents[2]


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


ARENAS = """
import ctypes, threading
from server import memory
library = ctypes.CDLL(None)
library.fopen.restype = ctypes.c_void_p

def arenas():
    file = ctypes.c_void_p(library.fopen(b"/dev/stdout", b"w"))
    library.malloc_info(0, file)
    library.fclose(file)

def run():
    blocks = [bytearray(4_000) for _ in range(100)]
    together.wait()

memory.take_sparingly()
arenas()
print("then", flush=True)
together = threading.Barrier(8)
threads = [threading.Thread(target=run) for _ in range(8)]
for it in threads:
    it.start()
for it in threads:
    it.join()
arenas()
"""


LARGE = """
from server import memory, operator

def come_and_go():
    large, small = [], []
    for _ in range(20):
        large.append(bytearray(b"x") * (3 * memory.LARGE))
        small.append(bytearray(b"x") * 100_000)
    return small

memory.take_sparingly()
before = operator.memory()
stays = [come_and_go() for _ in range(3)]
print(operator.memory() - before)
"""


def say(script):
    command = [sys.executable, "-c", script]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's")
def test_the_runs_of_pages_take_their_memory_from_one_place():
    before, after = (it.count("<heap nr=") for it in say(ARENAS).split("then"))
    assert before == after > 0


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's")
def test_what_is_large_goes_back_at_once_though_something_small_came_after_it():
    assert int(say(LARGE)) < 20e6  # what is small, 6 MB; else 60 MB more
