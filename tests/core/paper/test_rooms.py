"""Every part of the paper leads to code, and every departure says why."""

import pytest

from core.paper.rooms import DEPARTURES, ROOMS, Room, resolve


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.code)
def test_every_room_of_the_paper_has_documented_code(room: Room) -> None:
    code = resolve(room.code)
    assert callable(code)
    assert code.__doc__


@pytest.mark.parametrize("number", range(1, 11))
def test_every_equation_has_a_room(number: int) -> None:
    def covers(part: str) -> bool:
        if not part.startswith("Equation"):
            return False
        first, _, last = part.split(",", maxsplit=1)[0].split()[1].partition("-")
        return int(first) <= number <= int(last or first)

    assert any(covers(room.part) for room in ROOMS)


def test_every_departure_names_place_paper_choice_and_reason() -> None:
    for departure in DEPARTURES:
        assert all((departure.where, departure.paper, departure.ours, departure.reason))
    assert len({departure.where for departure in DEPARTURES}) == len(DEPARTURES)
