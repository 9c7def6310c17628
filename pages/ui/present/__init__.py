"""A presenter mode for every page: no menu, large type, and the keys of a clicker.

It is the browser's alone: no run of a script, so nothing on the page changes but its looks.
"""

from pathlib import Path

from pages.ui import button

_FOLDER = Path(__file__).parent
STYLE = _FOLDER / "presenting.css"  # of the whole page, which has it among its own

_present = button.component("present", _FOLDER, '<button type="button"></button>\n')


def way_in() -> None:
    """Draw the button that begins it."""
    _present(key="present")
