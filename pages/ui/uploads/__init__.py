"""Photographs of one's own, on every page: handed over, searched, named, kept, forgotten."""

from pages.ui.uploads.given import forget, opened, photograph, titles, warn_if_gone
from pages.ui.uploads.panel import panel
from pages.ui.uploads.reception import receive_in_memory
from pages.ui.uploads.zone import ask_for_photographs, drop_zone, hold_photograph, offer_kept

__all__ = [
    "ask_for_photographs",
    "drop_zone",
    "forget",
    "hold_photograph",
    "offer_kept",
    "opened",
    "panel",
    "photograph",
    "titles",
    "warn_if_gone",
]

receive_in_memory()
