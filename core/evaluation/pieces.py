"""Long measurements in small pieces, each written as soon as it is done.

A piece is what one system did on one split. Its file has a name that people can read and holds
the whole key of the piece with a checksum, so a file that was swapped, renamed or damaged is
never taken for another's: it is measured again.

    HOME/experiment/
        GALLERY/
            SYSTEM-seed0-DIGEST.json      the digest of its key
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import files, locations
from ..errors import StoreError
from . import results

PieceKey = Mapping[str, Any]
"""Everything that a piece depends on, as plain values; ``system`` and ``seed`` name its file."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of one gallery, on disk.

    Attributes:
        folder: where they lie.
        fresh: whether those that are there already are ignored.
    """

    folder: Path
    fresh: bool = False

    def find(self, key: PieceKey) -> dict[str, Any] | None:
        """Return a finished piece, or None where it must be measured (again)."""
        if self.fresh:
            return None
        try:
            file = results.read(self._path(key))
        except (FileNotFoundError, StoreError):
            return None
        piece = file.get("piece")
        if not isinstance(piece, dict) or file.get("sha256") != _checksum(key, piece):
            return None
        return piece

    def save(self, key: PieceKey, piece: Mapping[str, Any]) -> None:
        """Write a finished piece.

        Raises:
            StoreError: the folder can't be written or is full.
        """
        content = {"key": key, "sha256": _checksum(key, piece), "piece": piece}
        files.write_json(self._path(key), content)

    def _path(self, key: PieceKey) -> Path:
        name = f"{key['system']}-seed{key['seed']}-{digest_of(key)[:12]}.json"
        return self.folder / name


def pieces_of(gallery_digest: str, *, fresh: bool = False) -> Pieces:
    """Return the place in the home directory where one gallery's pieces lie."""
    return Pieces(locations.home() / "experiment" / gallery_digest[:16], fresh)


def digest_of(value: Any) -> str:
    """SHA-256 of plain values, in whatever order their keys are: 64 hex digits."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _checksum(key: PieceKey, piece: Mapping[str, Any]) -> str:
    """Return one digest of both, so that neither can be another's."""
    return digest_of([key, piece])
