"""How long the tour takes somebody to whom all of it is new."""

from pages.ui import glossary
from pages.ui.tour.steps import STEPS, TourStep

WORDS = 120  # that such a reader reads in a minute
# Of a question, with its options and its answer, in the mean; and of the whole self-test. Their
# texts stand on their pages, some with numbers: tests count the words there.
ASKED_WORDS, TEST_WORDS = 70, 320
N_TEST = 10  # questions of the self-test
_GUESS, _LOOK, _WAIT = 5, 8, 2  # seconds: to decide, to do what is asked, for a page to be drawn


def words_of(step: TourStep) -> int:
    """Return how many words a step tells; what is for those who have time doesn't count."""
    return len(f"{step.title} {glossary.plain(step.idea)} {step.do}".split())


def estimate() -> float:
    """Return the minutes of the whole tour."""
    n_asked = sum(step.asks is not None for step in STEPS)
    words = sum(map(words_of, STEPS)) + n_asked * ASKED_WORDS + TEST_WORDS
    seconds = n_asked * (_GUESS + _LOOK) + N_TEST * _GUESS + len(STEPS) * _WAIT
    return words / WORDS + seconds / 60
