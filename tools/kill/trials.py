"""How work is killed: a child does it, gets SIGKILL at a random moment, and another goes on.

After each kill the state on disk is judged: nothing in it is corrupt, and nothing is missing that
was finished before. Where a child comes to its end, the result is judged, and the work begins anew.
"""

import contextlib
import os
import random
import shutil
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_BEGINNINGS = 0.2  # share of the kills within the first tenth, where folders are made and locked


class CorruptStateError(Exception):
    """What lies on disk is not what may lie there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """What is killed.

    Attributes:
        do: the work from where it stands; it writes to the folder, and calls its second argument
            with how much is finished.
        judge: judges a folder after a kill: raises CorruptStateError, or returns how much is there.
        judge_result: judges a folder after the end.
        at_once: children that work in one folder at the same time; the first is killed.
    """

    name: str
    do: Callable[[Path, Callable[[int], None]], None]
    judge: Callable[[Path], int]
    judge_result: Callable[[Path], None]
    at_once: int = 1


@dataclass(slots=True)
class Outcome:
    """What came of it."""

    name: str
    kills: int = 0
    ends: int = 0
    failures: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "work": self.name,
            "kills": self.kills,
            "came_to_an_end": self.ends,
            "failures": self.failures,
        }


def kill(work: Work, n: int, seed: int, folder: Path) -> Outcome:
    """Kill work ``n`` times."""
    rng = random.Random(f"{seed} {work.name}")
    outcome = Outcome(work.name)
    places = (folder / f"{work.name.replace(' ', '-')}-{number}" for number in range(100 * n))
    place = next(places)
    start = time.monotonic()
    _wait(_start(work, place), None)
    longest = time.monotonic() - start
    try:
        work.judge_result(place)
        place = next(places)
        while outcome.kills < n:
            share = 0.1 if rng.random() < _BEGINNINGS else 1.2
            if _killed(work, place, rng.uniform(0, share * longest)):
                outcome.kills += 1
                _judge(work, place)
            else:
                outcome.ends += 1
                work.judge_result(place)
                shutil.rmtree(place)
                place = next(places)
        _wait(_start(work, place), None)
        work.judge_result(place)
        outcome.ends += 1
    except CorruptStateError as error:
        outcome.failures.append(f"after {outcome.kills} kills: {error}"[:1000])
    return outcome


def _killed(work: Work, place: Path, seconds: float) -> bool:
    """Start children, kill the first after some seconds; False where it had come to its end."""
    children = [_start(work, place) for _ in range(work.at_once)]
    first_killed = _wait(children[0], seconds)
    for child in children[1:]:
        _wait(child, seconds / 10)
    return first_killed


def _start(work: Work, place: Path) -> int:
    """Fork a child that does the work; return its process id."""
    place.mkdir(parents=True, exist_ok=True)
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        journal = os.open(_journal(place), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        work.do(place, lambda done: _write_line(journal, done))
        code = 0
    except BaseException:
        with contextlib.suppress(OSError):
            place.with_suffix(".error").write_text(traceback.format_exc())
    finally:
        os._exit(code)


def _wait(child: int, seconds: float | None) -> bool:
    """Wait for a child, and kill it after some seconds; True where it was killed.

    Raises:
        CorruptStateError: it failed by itself.
    """
    end = None if seconds is None else time.monotonic() + seconds
    status = 0
    while end is None or time.monotonic() < end:
        found, status = os.waitpid(child, 0 if end is None else os.WNOHANG)
        if found:
            break
        time.sleep(0.0005)
    else:
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise CorruptStateError("the work that goes on fails; see the .error file")
    return os.WIFSIGNALED(status)


def _judge(work: Work, place: Path) -> None:
    told = _journal(place).read_bytes().split() if _journal(place).exists() else []
    finished = max(map(int, told), default=0)
    there = work.judge(place)
    if there < finished:
        raise CorruptStateError(f"{finished} were finished, but only {there} are there")


def _journal(place: Path) -> Path:
    return place.with_suffix(".journal")


def _write_line(journal: int, done: int) -> None:
    os.write(journal, b"%d\n" % done)
