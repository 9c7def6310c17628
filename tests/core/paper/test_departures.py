"""Every departure from the paper says why."""

from core.paper.departures import DEPARTURES


def test_every_departure_names_place_paper_choice_and_reason() -> None:
    for departure in DEPARTURES:
        assert all((departure.where, departure.paper, departure.ours, departure.reason))
    assert len({departure.where for departure in DEPARTURES}) == len(DEPARTURES)
