"""A question of the self-test."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random

from core.language import later, written
from pages.ui.tour.steps import OWL


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the app an answer is shown."""

    title: str  # in English, for ``tr``
    page: str
    params: dict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class DrawnQuestion:
    """A question with its options, of which one is right."""

    text: str
    options: tuple[str, ...]  # in the order in which they are shown
    right: str
    why: str
    place: Place


Maker = Callable[[Random], DrawnQuestion]
"""Makes a question; numbers in it are drawn, and its answer is computed from them."""

LAB = Place(later("How LSH works › Hyperplane lab"), "pages/hashing.py", {})
PAIRS = Place(
    later("How LSH works › Theory and practice"),
    "pages/hashing.py",
    OWL | {"part": "Theory and practice"},
)
TABLES = Place(
    later("How LSH works › Bits and tables"),
    "pages/hashing.py",
    OWL | {"part": "Bits and tables"},
)
PROBES = Place(
    later("How LSH works › Probes"),
    "pages/hashing.py",
    OWL | {"part": "Probes", "hyperplanes": "uniform", "K": "12", "L": "8", "probes": "1"},
)
BUCKETS = Place(later("How LSH works › Buckets"), "pages/hashing.py", OWL | {"part": "Buckets"})
WALK = Place(later("How attention works › Walk through"), "pages/attention.py", OWL)
GRAD_CAM = Place(
    later("How attention works › Grad-CAM"), "pages/attention.py", OWL | {"part": "Grad-CAM"}
)
CLUTTER = Place(
    later("How attention works › Clutter"), "pages/attention.py", OWL | {"part": "Clutter"}
)
SEARCH = Place(later("Search"), "pages/search.py", OWL)
ROBUSTNESS = Place(later("Robustness"), "pages/robustness.py", OWL)
BENCHMARK = Place(later("Benchmark › Measured"), "pages/benchmark.py", {})


def rising(values: Iterable[float], write: Callable[[float], str]) -> tuple[str, ...]:
    """Write numbers as options, the smallest first, each once."""
    return tuple(dict.fromkeys(write(value) for value in sorted(values)))


def one_of_sentences(
    rng: Random, *, text: str, right: str, others: Iterable[str], why: str, place: Place
) -> DrawnQuestion:
    """Ask which sentence is right; all stand in a drawn order, so that the place tells nothing."""
    options = [right, *others]
    rng.shuffle(options)
    return DrawnQuestion(text=text, options=tuple(options), right=right, why=why, place=place)


def whole(number: float) -> str:
    """Write a whole number."""
    return written(number, ",.0f")
