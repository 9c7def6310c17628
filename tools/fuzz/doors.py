"""What a door is, and how its cases are run."""

import random
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import HashlightError

Attempt = Callable[[], str]
"""Hands a made case over; returns what came of it in a word. Raises what is no right answer."""


class WrongAnswerError(Exception):
    """What came of a case is neither a right answer nor one sentence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Door:
    """One way in for what strangers hand over."""

    name: str
    n: int  # cases of the whole run
    seconds: float  # of the processor in this process, for one case at most
    megabytes: int  # of memory in this process, for one case at most
    make: Callable[[random.Random, Path], Attempt]  # from randomness and an empty folder


@dataclass(slots=True)
class Report:
    """What came of a door's cases."""

    name: str
    n: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0  # seconds of the processor
    megabytes: float = 0.0  # the most that a case took, in this process
    failures: dict[int, str] = field(default_factory=dict)  # number of a case -> what was wrong

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "door": self.name,
            "cases": self.n,
            "outcomes": dict(sorted(self.outcomes.items())),
            "slowest_s": round(self.slowest, 3),
            "most_MB": round(self.megabytes),
            "failures": {str(number): why for number, why in self.failures.items()},
        }


def run(door: Door, numbers: Iterator[int] | range, seed: int, folder: Path) -> Report:
    """Run some cases of a door.

    Args:
        door: the way in.
        numbers: of the cases.
        seed: of all of them.
        folder: for what a case needs on disk; each has an empty folder in it.
    """
    report = Report(door.name)
    for number in numbers:
        place = folder / f"{door.name}-{number}".replace(" ", "-")
        place.mkdir()
        attempt = door.make(random.Random(f"{seed} {door.name} {number}"), place)
        before, start = forget_peak(), time.process_time()
        try:
            outcome = attempt()
        except Exception as error:
            report.failures[number] = f"{type(error).__name__}: {error}"[:500]
            outcome = "failed"
        seconds = time.process_time() - start
        megabytes = memory("VmHWM") - before
        if seconds > door.seconds or megabytes > door.megabytes:
            report.failures[number] = f"took {seconds:.1f} s and {megabytes:.0f} MB"
        report.n += 1
        report.outcomes[outcome] += 1
        report.slowest = max(report.slowest, seconds)
        report.megabytes = max(report.megabytes, megabytes)
        shutil.rmtree(place, ignore_errors=True)
    return report


def answered(attempt: Callable[[], object]) -> str:
    """Say whether something was taken in or refused.

    Raises:
        WrongAnswerError: it was refused with something else than a sentence.
    """
    try:
        attempt()
    except HashlightError as error:
        check_sentence(str(error))
        return "refused"
    return "taken in"


def check_sentence(text: str) -> None:
    """Refuse what a person can't read: several lines, no end, a traceback.

    Raises:
        WrongAnswerError: it is no sentence.
    """
    if not text.endswith((".", "?")) or "\n" in text or len(text) > 600 or "Traceback" in text:
        raise WrongAnswerError(f"no sentence: {text!r}")


def forget_peak() -> float:
    """Let the largest memory be what is used now; return that, in MB of 10^6 bytes."""
    Path("/proc/self/clear_refs").write_text("5")
    return memory("VmRSS")


def memory(what: str) -> float:
    """Memory of this process, in MB of 10^6 bytes: ``VmRSS`` now, ``VmHWM`` at most (Linux)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(what)).split()[1]) * 1024 / 1e6


def beside(work: Callable[[], None]) -> threading.Thread:
    """Do something in a thread of its own, which nobody has to wait for."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread
