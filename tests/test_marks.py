"""Every test has one of the marks that say how long it takes and what it needs."""

from tests.conftest import MARKS


def test_every_test_has_exactly_one_mark(request):
    for item in request.session.items:
        marks = {mark.name for mark in item.iter_markers()} & MARKS
        assert len(marks) == 1, f"{item.nodeid} has {sorted(marks) or 'none'}"
