"""Turns: who draws when, judged by a few threads that are told when to go on."""

import threading
from collections.abc import Callable

import pytest

from server.turns import Turns

PATIENCE = 10  # seconds
LONG = 60  # seconds of a turn that nobody waits for


class Script(threading.Thread):
    """Takes a turn, says so, and has it until it is told to end."""

    def __init__(self, turns: Turns, begun: Callable[[int], None], name: int):
        super().__init__(daemon=True)
        self._turns, self._said, self._name = turns, begun, name
        self.begun, self.end = threading.Event(), threading.Event()

    def run(self):
        with self._turns.taken():
            self._said(self._name)
            self.begun.set()
            self.end.wait(PATIENCE)


@pytest.fixture
def scripts():
    """Start scripts that ask for a turn one after the other."""
    started: list[Script] = []
    order: list[int] = []

    def start(turns: Turns, n: int) -> tuple[list[Script], list[int]]:
        for name in range(n):
            started.append(Script(turns, order.append, name))
            started[-1].start()
            while len(turns._waiting) + len(turns._begun) <= name:
                started[-1].begun.wait(0.001)
        return started, order

    yield start
    for script in started:
        script.end.set()
    for script in started:
        script.join(PATIENCE)


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_a_few_at_a_time_in_the_order_in_which_they_came(scripts, at_once):
    started, order = scripts(Turns(at_once, longest=LONG), 6)
    for done, script in enumerate(started):
        for it in started[: done + at_once]:
            assert it.begun.wait(PATIENCE)
        assert sorted(order) == list(range(min(done + at_once, 6)))
        script.end.set()
        script.join(PATIENCE)
    assert order[at_once:] == sorted(order)[at_once:]


def test_a_turn_that_lasts_holds_nobody_up(scripts):
    started, order = scripts(Turns(1, longest=0.05), 4)
    assert all(script.begun.wait(PATIENCE) for script in started)  # none was told to end
    assert order == [0, 1, 2, 3]


def test_a_script_that_fails_gives_its_turn_back():
    turns = Turns(1, longest=LONG)
    with pytest.raises(ZeroDivisionError), turns.taken():
        raise ZeroDivisionError
    with turns.taken():
        pass
