"""Lessons of ten, 45 and 90 minutes: what the class sees, is asked and does, step by step."""

from dataclasses import dataclass, field

OWL = {"gallery": "scenes", "image": "owl/03.jpg"}
BY_HAND = OWL | {"K": "12", "L": "8"}  # so that one probe misses something


@dataclass(frozen=True, kw_only=True, slots=True)
class LessonStep:
    """Some minutes of a lesson, on one page in one exact state."""

    minutes: int
    title: str
    page: str
    do: str
    ask: str  # before the class sees the answer
    state: dict[str, str] = field(default_factory=dict)  # of the page, as its address says it


def _home(minutes: int) -> LessonStep:
    return LessonStep(
        minutes=minutes,
        title="A picture finds its like",
        page="streamlit_app.py",
        do="Drop in a photograph from the class, or take an example. Follow steps 1 to 5 with the "
        "class.",
        ask="Which pictures will come, and what will the machine have looked at?",
    )


def _right_and_all(minutes: int) -> LessonStep:
    return LessonStep(
        minutes=minutes,
        title="Right, and all of them",
        page="pages/search.py",
        state=OWL,
        do="Count the right hits together: precision. Then ask how many right pictures there are "
        "in all: recall.",
        ask="Can every hit be right, and still most of the right pictures be missing?",
    )


def _attention(minutes: int) -> LessonStep:
    return LessonStep(
        minutes=minutes,
        title="Where the network looks",
        page="pages/attention.py",
        state=OWL,
        do="Move over the channels, then show the map of places. Let pairs find a picture of which "
        "the map is wrong.",
        ask="Which place of this picture will weigh most?",
    )


def _lab(minutes: int) -> LessonStep:
    return LessonStep(
        minutes=minutes,
        title="One cut, one bit",
        page="pages/hashing.py",
        do="Draw one line on the board between two groups of dots, then show the lab. Add lines "
        "until the keys stand.",
        ask="Which two dots will get the same key?",
    )


def _tables(minutes: int) -> LessonStep:
    return LessonStep(
        minutes=minutes,
        title="Bits and tables",
        page="pages/hashing.py",
        state=BY_HAND | {"part": "Bits and tables"},
        do="Change K, then L, one step at a time. Pairs solve the task below the sliders.",
        ask="One bit more: are there more candidates, or fewer? And are more neighbours found?",
    )


def _probes(minutes: int) -> LessonStep:
    return LessonStep(
        minutes=minutes,
        title="Nearly on the other side",
        page="pages/hashing.py",
        state=BY_HAND | {"part": "Probes", "probes": "1"},
        do="Press *Next probe* and count with the class what comes back.",
        ask="Which bit would you flip first, and why?",
    )


def _worth(minutes: int) -> LessonStep:
    return LessonStep(
        minutes=minutes,
        title="When it is worth it",
        page="pages/benchmark.py",
        do="Collect the guesses on the board, then show where the lines cross.",
        ask="From how many pictures on is hashing faster than comparing with all?",
    )


def _why(minutes: int) -> LessonStep:
    return LessonStep(
        minutes=minutes,
        title="Why this one was lost",
        page="pages/1_inspect.py",
        state=BY_HAND | {"probes": "1"},
        do="Take a neighbour that was missed. Find the bits that lost it, table by table.",
        ask="How many bits of its key would have to flip?",
    )


def _results(minutes: int) -> LessonStep:
    return LessonStep(
        minutes=minutes,
        title="The paper says, we measured",
        page="pages/results.py",
        do="Read the first three cards aloud. Groups argue for or against one of them.",
        ask="What would you have to measure before you believe it?",
    )


def _sheet(minutes: int) -> LessonStep:
    return LessonStep(
        minutes=minutes,
        title="What stays",
        page="pages/selftest.py",
        do="Hand out the worksheet, or let everybody answer on a phone. Compare with the key.",
        ask="Which question would you have answered otherwise an hour ago?",
    )


LESSONS: dict[int, tuple[LessonStep, ...]] = {
    10: (_home(2), _lab(3), _tables(3), _right_and_all(2)),
    45: (
        _home(5),
        _right_and_all(6),
        _attention(8),
        _lab(8),
        _tables(5),
        _probes(5),
        _worth(3),
        _sheet(5),
    ),
    90: (
        _home(5),
        _right_and_all(10),
        _attention(15),
        _lab(12),
        _tables(10),
        _probes(8),
        _why(10),
        _worth(5),
        _results(5),
        _sheet(10),
    ),
}
"""Minutes -> steps."""
