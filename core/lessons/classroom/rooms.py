"""All rooms of a server, bounded; one that nobody uses is gone after a while."""

import secrets
import threading
from collections.abc import Callable
from time import monotonic

from ...errors import RoomError
from ...language import tr
from .room import Room

MAX_ROOMS = 50
HOURS = 2  # that a room stays unused
LETTERS = "BCDFGHJKMNPRSTVWXZ"  # no vowels, so no words; none that looks like a digit
CODE_LENGTH = 4


class Rooms:
    """Rooms by code."""

    def __init__(
        self,
        *,
        most: int = MAX_ROOMS,
        seconds: float = 3600 * HOURS,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """Start empty.

        Args:
            most: rooms at a time.
            seconds: that a room stays after the last change in it.
            clock: seconds that only go up.
        """
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._rooms: dict[str, Room] = {}
        self._lock = threading.Lock()

    def open(self) -> Room:
        """Open a room under a code of its own.

        Raises:
            RoomError: there are as many as the server holds.
        """
        self.sweep()
        with self._lock:
            if len(self._rooms) >= self._most:
                raise RoomError(
                    tr(
                        "This server holds {most} rooms, and all are in use; close one, or "
                        "wait: an unused room is gone after {hours} hours.",
                        most=self._most,
                        hours=HOURS,
                    )
                )
            code = _code()
            while code in self._rooms:
                code = _code()
            room = self._rooms[code] = Room(code, clock=self._clock)
            return room

    def find(self, code: str) -> Room:
        """Return the room of a code, in capital letters or not.

        Raises:
            RoomError: there is none.
        """
        self.sweep()
        code = code.strip().upper()
        with self._lock:
            if code in self._rooms:
                return self._rooms[code]
        raise RoomError(
            tr(
                "There is no room {code} on this server; look at the teacher's screen again.",
                code=code[:CODE_LENGTH] or tr("without a code"),
            )
        )

    def with_key(self, key: str) -> Room | None:
        """Return the room whose teacher or student has this key."""
        self.sweep()
        with self._lock:
            rooms = self._rooms.values()
            return next((it for it in rooms if it.is_teacher(key) or it.student(key)), None)

    def close(self, room: Room) -> None:
        """Let go of a room and all that is in it."""
        with self._lock:
            self._let_go([room])

    def sweep(self) -> None:
        """Let go of what nobody has used for too long."""
        with self._lock:
            late = self._clock() - self._seconds
            self._let_go([it for it in self._rooms.values() if it.used < late])

    def _let_go(self, gone: list[Room]) -> None:
        for room in gone:
            room.is_closed = True
            self._rooms.pop(room.code, None)

    def __len__(self) -> int:
        return len(self._rooms)


def _code() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
