"""Visitors at once, without browsers: each gets the answer that it would get alone."""

from tests.conftest import to_its_end
from tools import load


def test_photographs_that_are_handed_over_at_once_bring_each_visitor_its_own_answer(server):
    told = to_its_end(load.uploads(server.url, 4, 2026, lambda n: {}))
    assert told["failures"] == 0, told["why"]
    assert told["compared_with_a_solo_run"] == 4
    assert told["different_from_it"] == 0
    assert told["different_rankings"] > 1
