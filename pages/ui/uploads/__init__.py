"""Photographs of one's own, on every page: handed over, searched, named, kept, forgotten."""

from pages.ui.uploads.given import forget, opened, photograph, titles, warn_if_gone
from pages.ui.uploads.panel import panel
from pages.ui.uploads.reception import receive_in_memory, uploader_key
from pages.ui.uploads.zone import ask_for_photographs, drop_zone, offer_kept, take_photograph

__all__ = [
    "ask_for_photographs",
    "drop_zone",
    "forget",
    "offer_kept",
    "opened",
    "panel",
    "photograph",
    "take_photograph",
    "titles",
    "uploader_key",
    "warn_if_gone",
]

receive_in_memory()
