"""What files and folders are called: which names are those of images, and in which order."""

import os
import re
from pathlib import PurePosixPath

from ..language import later

SUFFIXES = frozenset(
    (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif")
)

_HIDDEN = later("It is hidden.")
LONGEST = 1_000  # characters of a name with its folders
_OF_THE_SYSTEM = later("It is the system's: thumbnails, deleted files or the like, no photographs.")
_SYSTEM_NAMES = frozenset(
    (
        # Recycle bins, thumbnails and snapshots of NAS boxes, as their shares show them.
        *("#recycle", "#snapshot", "@eadir", "@recycle", "@recently-snapshot", "@sharesnap"),
        # Those of Windows, with its caches of thumbnails.
        *("$recycle.bin", "recycler", "recycled", "system volume information", "found.000"),
        *("thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini"),
        # Those of Linux and of macOS.
        *("lost+found", "__macosx", "icon\r", "network trash folder", "temporary items"),
    )
)


def why_no_photographs(name: str) -> str | None:
    """Say why nobody wants a file or folder of this name in a gallery; None for all others."""
    if name.startswith("."):
        return _HIDDEN
    return _OF_THE_SYSTEM if name.lower() in _SYSTEM_NAMES else None


def why_no_name(name: str) -> str | None:
    """Say why a name with its folders can't be an image's; None where it can.

    Every folder of a name may be a label, so a long one would cost its square.
    """
    if not PurePosixPath(name).name:
        return later("It has no name; give it one.")
    if len(name) > LONGEST:
        return later(
            "Its name has more than {longest:,} characters with its folders; shorten it.",
            longest=LONGEST,
        )
    return None


def shortened(name: str) -> str:
    """Return a name as it can be listed: its end, where it is too long."""
    return name if len(name) <= LONGEST else f"…{name[-60:]}"


def is_image_name(name: str) -> bool:
    """Whether the suffix is one that images have; others may be images all the same."""
    return os.path.splitext(name)[1].lower() in SUFFIXES


def natural(name: str) -> list[tuple[int, str]]:
    """Sort key that puts ``2.jpg`` before ``10.jpg``, in any part of a path."""
    parts = re.split("([0-9]+)", name)  # text, digits, text, ...: like always meets like
    texts = [(0, part.lower()) for part in parts[::2]]
    numbers = [(len(part.lstrip("0")), part.lstrip("0")) for part in parts[1::2]]
    mixed = [key for pair in zip(texts, [*numbers, (0, "")], strict=True) for key in pair]
    return [*mixed, (0, name)]  # the name itself decides between a1 and a01


def slug(name: str) -> str:
    """Return the name with nothing in it that a link or a file name would mind."""
    return re.sub("[^a-z0-9]+", "-", name.lower()).strip("-") or "images"
