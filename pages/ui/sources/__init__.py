"""What is said of a gallery before and beside its images: where it comes from, what it lacks."""

from pages.ui.sources.about import (
    choose_labels,
    show_left_out,
    tell_if_changed,
    trained_on,
    with_chosen_labels,
)
from pages.ui.sources.downloads import ask_to_download, offer_downloads

__all__ = [
    "ask_to_download",
    "choose_labels",
    "offer_downloads",
    "show_left_out",
    "tell_if_changed",
    "trained_on",
    "with_chosen_labels",
]
