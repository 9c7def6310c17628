"""How long the tour takes somebody to whom all of it is new."""

from pages.ui.tour.steps import STEPS

WORDS = 120  # that such a reader reads in a minute
# That each step shows once it is answered, on its card and on its page; of the self-test, the sheet
# and what it says where all is right. A test counts them.
SHOWN_WORDS = (101, 103, 108, 109, 121, 137, 146, 159, 113, 340)
N_TEST = 10  # questions of the self-test
_GUESS, _LOOK, _WAIT = 5, 8, 2  # seconds: to decide, to do what is asked, for a page to be drawn


def estimate() -> float:
    """Return the minutes of the whole tour."""
    n_asked = sum(step.asks is not None for step in STEPS)
    seconds = n_asked * (_GUESS + _LOOK) + N_TEST * _GUESS + len(STEPS) * _WAIT
    return sum(SHOWN_WORDS) / WORDS + seconds / 60
