"""The exceptions that a person can meet, in one tree.

Every message is one or two plain sentences that give the value, the rule it broke and the
next step, so that a page or the command line can show ``str(error)`` as it is.

    HashlightError
    ├── SettingError        a number or a choice outside its range
    ├── ImageError          bytes that are not an image we can read
    ├── GalleryError        a gallery that is missing, empty or unreadable
    │   └── DownloadError   a data set that could not be fetched
    ├── CheckpointError     weights that are missing, damaged or of another network
    ├── StoreError          a cache file that can't be written
    └── RoomError           a classroom that is not there, full or past the question
"""

from collections.abc import Iterator
from contextlib import contextmanager

from .language import tr

COMMAND = f"python -m {__package__}"
"""How a message names the command line: as it can be typed here."""


class HashlightError(Exception):
    """Anything that the user can put right; ``str(error)`` says how, in the reader's language."""

    @property
    def sentence(self) -> str:
        """What to keep of it: ``tr`` says it to another reader in theirs."""
        return super().__str__()

    def __str__(self) -> str:
        return tr(self.sentence)


class SettingError(HashlightError, ValueError):
    """A setting lies outside its range."""


class ImageError(HashlightError, ValueError):
    """The bytes are not an image that can be searched with."""


class GalleryError(HashlightError):
    """A gallery is missing, empty or unreadable."""


class DownloadError(GalleryError):
    """A data set could not be fetched, or what came is not what was expected."""


class CheckpointError(HashlightError):
    """Weights are missing, damaged or belong to another network."""


class StoreError(HashlightError):
    """The cache directory can't be used."""


class RoomError(HashlightError):
    """A classroom is not there, full, or past the question."""


@contextmanager
def enough_memory(what: str) -> Iterator[None]:
    """Say in a sentence where the memory is too small for something.

    Raises:
        GalleryError: in place of a MemoryError.
    """
    try:
        yield
    except MemoryError as error:
        raise GalleryError(
            tr(
                "There is not enough memory for {what}; take fewer images at once, or end other "
                "programs.",
                what=what,
            )
        ) from error
