"""The rooms of classes: in memory alone, bounded, gone when closed or unused for hours."""

from core.lessons.classroom.rooms import Rooms
from pages.ui.resources.uploads import start_sweeping

_rooms = Rooms()


def rooms() -> Rooms:
    """Return the rooms of this server."""
    start_sweeping(_rooms)
    return _rooms
