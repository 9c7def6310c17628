import numpy as np
import pytest

from core.figures.evidence import LOWEST, REACH, crossings, tables_by_cosine

COSINES = np.array([0.9, 0.8, 0.301, 0.299, 0.1, -0.9])
N_FOUND = np.array([3, 0, 1, 1, 0, 0])
ROLES = ("hit", "missed", "other", "other", "other", "other")
NAMES = ("a", "b", "c", "d", "e", "f")


def trace(figure, name):
    return next(it for it in figure.data if it.name == name)


@pytest.fixture
def chart():
    return tables_by_cosine(COSINES, N_FOUND, ROLES, NAMES, n_tables=4)


def test_hits_and_missed_neighbours_have_a_mark_of_their_own(chart):
    for title, name, x, y in (("hits", "a", 0.9, 3), ("missed neighbours", "b", 0.8, 0)):
        marks = trace(chart, title)
        assert (list(marks.x), list(marks.y)) == ([x], [y])
        assert name in marks.text[0]


def test_all_others_share_bubbles_by_cosine_and_tables(chart):
    bubbles = trace(chart, "other images")
    spots = list(zip(np.round(bubbles.x, 2).tolist(), bubbles.y.tolist(), strict=True))
    assert sorted(spots) == [(LOWEST, 0), (0.1, 0), (0.3, 1)]
    two = spots.index((0.3, 1))
    assert bubbles.text[two].startswith("2 images")
    assert bubbles.marker.size[two] == max(bubbles.marker.size)


def test_the_scales_are_fixed_and_the_few_lie_on_the_many(chart):
    assert [it.name for it in chart.data] == ["other images", "missed neighbours", "hits"]
    assert chart.layout.xaxis.range[0] < LOWEST
    assert chart.layout.yaxis.range[1] == pytest.approx(4.24)


def test_an_image_without_neighbours_is_drawn_too():
    chart = tables_by_cosine(np.empty(0), np.empty(0, int), [], [], n_tables=1)
    assert all(len(it.x) == 0 for it in chart.data)


def test_amber_lines_are_the_bits_that_differ():
    query, image = np.array([0.1, -0.05, 0.0]), np.array([0.02, 0.3, -0.01])
    figure = crossings(query, image)
    assert trace(figure, "bit differs").y.tolist() == [2, 2, 2, 3, 3, 3]  # a margin of 0 is a 1
    assert trace(figure, "bit agrees").y.tolist() == [1, 1, 1]
    squares = trace(figure, "this image")
    assert squares.x.tolist() == [0.02, REACH, -0.01]  # what lies beyond is drawn at the end
    assert squares.text[1] == "+0.300"
