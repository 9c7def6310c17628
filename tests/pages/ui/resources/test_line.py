"""The line at the network: batches, each session in turn, and nobody waits for who has left."""

import threading
from types import SimpleNamespace

import pytest

from pages.ui.resources.line import InLine, Line


class Network:
    """Notes its batches, and takes none before it may."""

    preprocess = SimpleNamespace(input_size=4)

    def __init__(self):
        self.batches = []
        self.may = threading.Event()

    def trace_batch(self, images, modes):
        assert self.may.wait(10)
        self.batches.append(list(images))
        if "bad" in images:
            raise ValueError("a bad picture")
        return [f"{image} {mode}" for image, mode in zip(images, modes, strict=True)]


@pytest.fixture
def network():
    return Network()


@pytest.fixture
def busy(network):
    """A line whose network is at work on one picture."""
    line = Line(network, batch=3)
    first = line.join("first", "1", "both")
    while len(line):
        first.done.wait(0.01)
    return line


def test_each_session_has_its_turn(busy, network):
    many = [busy.join("many", f"m{n}", "off") for n in range(5)]
    one = busy.join("one", "o", "both")
    assert [busy.ahead_of(it) for it in (*many, one)] == [0, 2, 3, 4, 5, 1]
    network.may.set()
    assert all(it.done.wait(10) for it in (*many, one))
    assert network.batches[0] == ["1"]
    assert network.batches[1] == ["m0", "o", "m1"]
    assert one.result() == "o both"
    assert len(busy) == 0


def test_who_has_left_takes_no_time(busy, network):
    gone, here = busy.join("a", "gone", "both"), busy.join("b", "here", "both")
    gone.has_left = True
    network.may.set()
    assert here.done.wait(10)
    assert network.batches == [["1"], ["here"]]


def test_an_error_reaches_those_who_wait_and_the_line_goes_on(busy, network):
    bad = busy.join("a", "bad", "both")
    network.may.set()
    assert bad.done.wait(10)
    with pytest.raises(ValueError, match="a bad picture"):
        bad.result()
    after = busy.join("a", "good", "both")
    assert after.done.wait(10)
    assert after.result() == "good both"


def test_who_waits_is_told_how_many_are_ahead_and_may_leave(busy, network):
    busy.join("other", "other", "both")
    told = []

    def leave(n):
        told.append(n)
        raise InterruptedError  # as Streamlit ends a run for the next click

    with pytest.raises(InterruptedError):
        InLine(busy, "me", leave).trace("mine")
    network.may.set()
    assert InLine(busy, "me", told.append).trace("again") == "again both"
    assert told == [1]
    assert all("mine" not in batch for batch in network.batches)
