"""How long work reports how far it is, without knowing who listens."""

from collections.abc import Callable

Progress = Callable[[int, int, str], None]
"""Called with (done, total, what): a terminal draws a bar from it, a page another."""


def silent(done: int, total: int, what: str) -> None:
    """Report to nobody: the default listener."""
