"""What a gallery is: images with ids, names, perhaps labels, and one digest for all of them."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class GalleryItem:
    """One image of a gallery, without its pixels."""

    id: int  # position in the gallery, 0 … N-1: what the index stores
    name: str  # unique and stable, such as "400.jpg" or "buses/17.jpg": what links carry
    label: str | None  # the class, or None where the gallery has none
    digest: str  # SHA-256 of the file, 64 hex digits: a query found in the gallery is left out


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that is no image of a gallery, and why."""

    name: str  # as in GalleryItem; a folder that is left out as a whole ends in "/"
    reason: str  # one sentence without the name, so that equal reasons can be counted


class Gallery(Protocol):
    """The images that are searched, N of them.

    What a gallery says of itself never changes while it lives; a folder that has changed
    is opened anew and has another digest.
    """

    @property
    def key(self) -> str:
        """Short name for links, file names and the command line, such as ``corel1k``."""

    @property
    def title(self) -> str:
        """Name for people, such as ``Corel-1k``."""

    @property
    def items(self) -> Sequence[GalleryItem]:
        """All images; ``items[i].id == i``."""

    @property
    def digest(self) -> str:
        """``digest_of(items)``: equal digests mean equal names and equal files."""

    @property
    def left_out(self) -> Sequence[LeftOut]:
        """What lies among the images and is none of them, by name and reason."""

    def read(self, id: int) -> bytes:
        """Return the file of one image, undecoded.

        Raises:
            GalleryError: the file is gone or can't be read.
        """


def digest_of(items: Iterable[GalleryItem]) -> str:
    """One digest for names and files in their order, 64 hex digits; labels don't matter."""
    total = hashlib.sha256()
    for item in items:
        total.update(f"{len(item.name)}:{item.name}:{item.digest}\n".encode())
    return total.hexdigest()
