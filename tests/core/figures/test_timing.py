import numpy as np
import pytest

from core.figures.timing import duration, long_duration, stage_times

SECONDS = {"decode": 0.0012, "embed": 0.061, "hash": 2e-7, "exact scan": 70.0}


def test_every_stage_has_one_dot_in_the_order_of_the_query():
    figure = stage_times(SECONDS)
    assert list(figure.data[0].y) == list(SECONDS)
    assert list(figure.layout.yaxis.categoryarray) == list(SECONDS)[::-1]  # the first on top


def test_what_lies_beyond_the_fixed_scale_is_drawn_at_its_end_and_written_as_it_is():
    dots = stage_times(SECONDS).data[0]
    assert np.allclose(dots.x, [0.0012, 0.061, 1e-5, 10])
    assert list(dots.text)[2:] == ["0.000 ms", "70.00 s"]


def test_the_scale_is_the_same_for_every_query():
    ranges = {tuple(stage_times({"embed": value}).layout.xaxis.range) for value in (1e-6, 1, 50)}
    assert len(ranges) == 1


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0000834, "0.083 ms"), (0.00123, "1.2 ms"), (0.0614, "61 ms"), (1.5, "1.50 s")],
)
def test_durations_have_a_unit_that_fits(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 s"),
        (89, "89 s"),
        (90, "2 min"),
        (3_540, "59 min"),
        (3_599, "1 h 0 min"),
        (4_800, "1 h 20 min"),
    ],
)
def test_long_durations_are_said_as_a_person_would(seconds, words):
    assert long_duration(seconds) == words
