"""How time grows with the gallery, and where one method overtakes another.

Time that grows as a power of N is a straight line on two logarithmic axes, and its slope is the
exponent: 1 for the exact scan, less for what looks at a part.

Needs NumPy only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import SettingError
from ..language import tr

EXACT = "exact scan"  # how the names of the methods begin that look at everything
LARGE = 100_000  # images, from which on overheads that don't grow count for little


@dataclass(frozen=True, slots=True)
class Power:
    """seconds = factor · N^exponent."""

    exponent: float
    factor: float

    def seconds(self, n: float) -> float:
        """Time in a gallery of n."""
        return float(self.factor * n**self.exponent)


@dataclass(frozen=True, slots=True)
class TimesBySize:
    """Median seconds of one method over the size of the gallery, sizes ascending."""

    n: tuple[int, ...]
    seconds: tuple[float, ...]

    def of_size(self, lowest: int) -> "TimesBySize":
        """Those of galleries of ``lowest`` images and more."""
        large = [pair for pair in zip(self.n, self.seconds, strict=True) if pair[0] >= lowest]
        return TimesBySize(tuple(n for n, _ in large), tuple(it for _, it in large))


def fit_power(times: TimesBySize) -> Power:
    """Fit a power of N by least squares of the logarithms.

    Raises:
        SettingError: fewer than two sizes, or a time that isn't positive.
    """
    if len(set(times.n)) < 2 or min(times.n + times.seconds) <= 0:
        raise SettingError(
            tr(
                "{n_sizes} sizes with the times {seconds} have no exponent; give two or "
                "more sizes and times above 0.",
                n_sizes=len(times.n),
                seconds=times.seconds,
            )
        )
    slope, height = np.polyfit(np.log(times.n), np.log(times.seconds), 1)
    return Power(float(slope), float(np.exp(height)))


def crossover(slow: TimesBySize, fast: TimesBySize) -> float | None:
    """Return the N from which on ``fast`` is the faster one, up to the largest measured.

    Between two sizes both times are taken for powers of N. The smallest common size is
    returned where ``fast`` leads from there on; None where it does not lead in the end, or
    they have no size in common.
    """
    common = sorted(set(slow.n) & set(fast.n))
    lead = [  # log of how many times faster ``fast`` is
        float(np.log(slow.seconds[slow.n.index(n)] / fast.seconds[fast.n.index(n)])) for n in common
    ]
    if not common or lead[-1] <= 0:
        return None
    behind = [place for place, it in enumerate(lead) if it <= 0]
    if not behind:
        return float(common[0])
    last = behind[-1]
    share = -lead[last] / (lead[last + 1] - lead[last])
    low, high = np.log(common[last : last + 2])
    return float(np.exp(low + share * (high - low)))


def times_of(data_sets: Mapping[str, Mapping[str, Any]], family: str) -> dict[str, TimesBySize]:
    """Collect each method's times from a result file's data sets of one family.

    Only settings that reach the wanted recall count: a time without it says nothing.
    """
    sizes = sorted(
        (it for it in data_sets.values() if it["family"] == family), key=lambda it: int(it["n"])
    )
    names = dict.fromkeys(name for it in sizes for name in it["contestants"])
    points = {
        name: [
            (int(it["n"]), float(it["contestants"][name]["median_seconds"]))
            for it in sizes
            if name in it["contestants"] and it["contestants"][name]["reached"]
        ]
        for name in names
    }
    return {
        name: TimesBySize(tuple(n for n, _ in pairs), tuple(seconds for _, seconds in pairs))
        for name, pairs in points.items()
        if pairs
    }


def summary(data_sets: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Summarise growth by family and method: the exponent over all sizes and over large ones."""
    families = dict.fromkeys(it["family"] for it in data_sets.values())
    return {
        family: {
            name: {
                "n": list(times.n),
                "median_seconds": list(times.seconds),
                "exponent": _exponent(times),
                "exponent_from_100k": _exponent(times.of_size(LARGE)),
            }
            for name, times in times_of(data_sets, family).items()
        }
        for family in families
    }


def lead_from(data_sets: Mapping[str, Mapping[str, Any]], family: str, name: str) -> float | None:
    """Return the N from which on a method beats the faster of the exact scans."""
    times = times_of(data_sets, family)
    scans = [it for other, it in times.items() if other.startswith(EXACT)]
    if name not in times or not scans:
        return None
    fastest: dict[int, float] = {}
    for scan in scans:
        for n, seconds in zip(scan.n, scan.seconds, strict=True):
            fastest[n] = min(seconds, fastest.get(n, seconds))
    return crossover(TimesBySize(tuple(fastest), tuple(fastest.values())), times[name])


def _exponent(times: TimesBySize) -> float | None:
    return fit_power(times).exponent if len(set(times.n)) > 1 else None
