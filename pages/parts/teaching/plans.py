"""Lessons of ten, 45 and 90 minutes: what the class sees, is asked and does, step by step."""

from dataclasses import dataclass, field

from core.language import later
from pages.ui.tour.steps import OWL

# So that one probe misses something.
BY_HAND = OWL | {"hyperplanes": "uniform", "K": "12", "L": "8"}


@dataclass(frozen=True, kw_only=True, slots=True)
class LessonStep:
    """Some minutes of a lesson, on one page in one exact state."""

    title: str  # this and what follows in English, for ``tr``
    page: str
    ask: str  # before the class sees the answer
    do: str
    state: dict[str, str] = field(default_factory=dict)  # of the page, as its address says it


HOME = LessonStep(
    title=later("A picture finds its like"),
    page="streamlit_app.py",
    do=later(
        "Drop in a photograph from the class, or take an example. Follow steps 1 to 5 with the "
        "class."
    ),
    ask=later("Which pictures will come, and what will the machine have looked at?"),
)
RIGHT_AND_ALL = LessonStep(
    title=later("Right, and all of them"),
    page="pages/search.py",
    state=OWL,
    do=later(
        "Count the right hits together: precision. Then ask how many right pictures there are "
        "in all: recall."
    ),
    ask=later("Can every hit be right, and still most of the right pictures be missing?"),
)
ATTENTION = LessonStep(
    title=later("Where the network looks"),
    page="pages/attention.py",
    state=OWL,
    do=later(
        "Move over the channels, then show the map of places. Let pairs find a picture of which "
        "the map is wrong."
    ),
    ask=later("Which place of this picture will weigh most?"),
)
LAB = LessonStep(
    title=later("One cut, one bit"),
    page="pages/hashing.py",
    do=later(
        "Draw one line on the board between two groups of dots, then show the lab. Add lines "
        "until the keys stand."
    ),
    ask=later("Which two dots will get the same key?"),
)
TABLES = LessonStep(
    title=later("Bits and tables"),
    page="pages/hashing.py",
    state=BY_HAND | {"part": "Bits and tables"},
    do=later("Change K, then L, one step at a time. Pairs solve the task below the sliders."),
    ask=later("One bit more: are there more candidates, or fewer? And are more neighbours found?"),
)
PROBES = LessonStep(
    title=later("Nearly on the other side"),
    page="pages/hashing.py",
    state=BY_HAND | {"part": "Probes", "probes": "1"},
    do=later("Press *Next probe* and count with the class what comes back."),
    ask=later("Which bit would you flip first, and why?"),
)
WORTH = LessonStep(
    title=later("When it is worth it"),
    page="pages/benchmark.py",
    do=later("Collect the guesses on the board, then show where the lines cross."),
    ask=later("From how many pictures on is hashing faster than comparing with all?"),
)
WHY = LessonStep(
    title=later("Why this one was lost"),
    page="pages/1_inspect.py",
    state=BY_HAND | {"probes": "1"},
    do=later("Take a neighbour that was missed. Find the bits that lost it, table by table."),
    ask=later("How many bits of its key would have to flip?"),
)
RESULTS = LessonStep(
    title=later("The paper says, we measured"),
    page="pages/results.py",
    do=later("Read the first three cards aloud. Groups argue for or against one of them."),
    ask=later("What would you have to measure before you believe it?"),
)
SHEET = LessonStep(
    title=later("What stays"),
    page="pages/selftest.py",
    do=later("Hand out the worksheet, or let everybody answer on a phone. Compare with the key."),
    ask=later("Which question would you have answered otherwise an hour ago?"),
)

LESSONS: dict[int, tuple[tuple[LessonStep, int], ...]] = {
    10: ((HOME, 2), (LAB, 3), (TABLES, 3), (RIGHT_AND_ALL, 2)),
    45: (
        (HOME, 5),
        (RIGHT_AND_ALL, 6),
        (ATTENTION, 8),
        (LAB, 8),
        (TABLES, 5),
        (PROBES, 5),
        (WORTH, 3),
        (SHEET, 5),
    ),
    90: (
        (HOME, 5),
        (RIGHT_AND_ALL, 10),
        (ATTENTION, 15),
        (LAB, 12),
        (TABLES, 10),
        (PROBES, 8),
        (WHY, 10),
        (WORTH, 5),
        (RESULTS, 5),
        (SHEET, 10),
    ),
}
"""Minutes -> steps, each with its own minutes."""
