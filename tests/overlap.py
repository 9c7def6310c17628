"""For scripts that two processes run at once: who works lasts until the other one waits."""

import time
from pathlib import Path

_PATIENCE = 60  # seconds for the other process to come


class Overlap:
    """A ``Progress`` that remembers what it is told, and keeps who works at work meanwhile.

    Args:
        folder: of both processes.
    """

    def __init__(self, folder: Path) -> None:
        self.said: list[str] = []
        self._waits = folder / "waits"

    def __call__(self, done: int, total: int, what: str) -> None:
        self.said.append(what)
        if what.startswith("Waiting"):
            self._waits.touch()
        deadline = time.monotonic() + _PATIENCE
        while not self._waits.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
