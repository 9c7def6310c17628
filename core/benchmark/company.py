"""What else ran while something was measured: times on a busy machine are only worth comparing.

Needs the standard library only. Linux tells how long all processors were busy; elsewhere nobody
can say, and None is said.
"""

import os
from pathlib import Path
from time import perf_counter

_STAT = Path("/proc/stat")
_IDLE = (3, 4)  # places of idle and of waiting for a disk, in its first line


class Company:
    """Counts from the moment it is made."""

    def __init__(self) -> None:
        self._began = perf_counter()
        self._busy, self._own = _busy_seconds(), _own_seconds()

    def share(self) -> float | None:
        """How much of all processors other programs used since, 0 to 1; None where untold."""
        if self._busy is None or (busy := _busy_seconds()) is None:
            return None
        spent = (perf_counter() - self._began) * (os.cpu_count() or 1)
        others = busy - self._busy - (_own_seconds() - self._own)
        return min(1.0, max(0.0, others / spent))


def _busy_seconds() -> float | None:
    """Seconds that all processors together have worked since the machine was started."""
    try:
        fields = _STAT.read_text(encoding="ascii").splitlines()[0].split()[1:9]
        return sum(
            int(ticks) for place, ticks in enumerate(fields) if place not in _IDLE
        ) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, AttributeError):
        return None


def _own_seconds() -> float:
    """Seconds that this process has worked, all its threads together."""
    times = os.times()
    return times.user + times.system
