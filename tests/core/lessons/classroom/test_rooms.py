"""All rooms: their codes, their number, and when they are gone."""

import pytest

from core.errors import RoomError
from core.lessons.classroom.rooms import LETTERS, Rooms


def test_a_room_is_found_by_its_code_in_any_case_and_gone_once_closed():
    rooms = Rooms()
    room = rooms.open()
    assert len(room.code) == 4
    assert not set(room.code) & set("AEIOUYLQ")
    assert set(room.code) <= set(LETTERS)
    assert rooms.find(f" {room.code.lower()} ") is room
    rooms.close(room)
    assert room.is_closed
    with pytest.raises(RoomError, match=rf"no room {room.code} on this server; look at the"):
        rooms.find(room.code)
    with pytest.raises(RoomError, match="no room without a code"):
        rooms.find(" ")


def test_a_key_leads_to_its_room_until_it_is_closed():
    rooms = Rooms()
    first, second = rooms.open(), rooms.open()
    assert [rooms.with_key(it) for it in (first.key, second.join())] == [first, second]
    assert rooms.with_key("nobody's") is None
    rooms.close(first)
    assert rooms.with_key(first.key) is None


def test_a_room_is_gone_two_hours_after_its_last_change():
    now = [0.0]
    rooms = Rooms(clock=lambda: now[0])
    used, unused = rooms.open(), rooms.open()
    now[0] = 5_000
    used.join()
    now[0] = 7_200
    rooms.sweep()
    assert len(rooms) == 2
    now[0] = 7_201
    rooms.sweep()
    assert rooms.find(used.code) is used
    assert unused.is_closed
    assert len(rooms) == 1


def test_a_server_holds_so_many_rooms():
    rooms = Rooms(most=2)
    first, _second = rooms.open(), rooms.open()
    with pytest.raises(RoomError, match="holds 2 rooms"):
        rooms.open()
    rooms.close(first)
    assert rooms.open().code != ""
    assert len(Rooms()) == 0
