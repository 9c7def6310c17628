"""Images before and after they are embedded, whoever does it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

THUMBNAIL = 384  # pixels on the longer side


class Image(NamedTuple):
    """An image that is to be embedded."""

    id: int
    name: str
    label: str | None
    address: str


class Failure(NamedTuple):
    """Why an image has no embedding."""

    why: str  # a sentence
    digest: str | None  # of its file; None where it couldn't be read, which may pass


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddedImages:
    """Images with their embeddings, or with the reason why they have none."""

    ids: NDArray[np.int64]  # (n,) of those that have one
    embeddings: NDArray[np.float32]  # (n, D) unit length
    thumbnails: Sequence[bytes]  # (n,) JPEG
    digests: Sequence[str]  # (n,) SHA-256 of the files
    failures: dict[int, Failure]  # by id
