"""Visitors at once, without browsers: each gets the answer that it would get alone."""

from tests.conftest import to_its_end
from tools import class_load, feedback_load, load


def test_photographs_that_are_handed_over_at_once_bring_each_visitor_its_own_answer(server):
    told = to_its_end(load.uploads(server.url, 4, 2026, lambda n: {}))
    assert told["failures"] == 0, told["why"]
    assert told["compared_with_a_solo_run"] == 4
    assert told["different_from_it"] == 0
    assert told["different_rankings"] > 1
    assert 'cache_type="UploadedFileManager"' not in server.metrics()  # taken, and let go


def test_games_that_are_played_at_once_are_those_of_one_player_alone(server):
    told = to_its_end(feedback_load.measure(server.url, 4, 2, 2026, lambda n: {}))
    assert told["failures"] == 0, told["why"]
    assert told["compared_with_a_solo_run"] == 4
    assert told["different_from_it"] == 0
    assert told["different_games"] == 4


def test_a_class_over_the_websocket_loses_nobody_and_counts_every_guess(server, monkeypatch):
    monkeypatch.setattr(class_load, "QUIET", 0.1)
    told = to_its_end(class_load.measure(server.url, server.pid, 6, 1))
    assert told["failures"] == 0, told["why"]
    assert {it["n"] for it in told["steps"]} == {6}
    assert len(told["steps"]) == 6
