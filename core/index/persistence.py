"""An index on disk with NumPy alone: one file of arrays, without pickles.

index.npz    ids (N,), embeddings (N, D), whatever else the index needs, and a JSON text
             that says how it was built; ZIP checks every array by its CRC-32
"""

import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import files
from ..errors import SettingError, StoreError
from ..language import tr
from .vectors import Vectors

VERSION = 3
_NAME = "index.npz"
_DAMAGE = (ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error, SettingError)


def save_vectors(
    folder: Path, kind: str, vectors: Vectors, about: Mapping[str, Any], **arrays: NDArray[Any]
) -> None:
    """Write a gallery and what its index was built with, replacing what the folder holds.

    Args:
        folder: it is made where it isn't there.
        kind: of the index.
        vectors: the gallery.
        about: plain values that the index is made of again, and
        arrays: whatever else it needs.

    Raises:
        StoreError: the folder can't be written or is full.
    """
    text = json.dumps({"version": VERSION, "kind": kind, "about": dict(about)})
    content: dict[str, Any] = {"ids": vectors.ids, "embeddings": vectors.matrix, **arrays}
    file = io.BytesIO()
    np.savez(file, about=np.array(text), **content)
    files.write(folder / _NAME, file.getvalue())


def load_vectors(
    folder: Path, kind: str
) -> tuple[Vectors, dict[str, Any], dict[str, NDArray[Any]]]:
    """Return the gallery, what its index was built with, and the other arrays.

    Raises:
        StoreError: there is none, or it is damaged or of another version or kind.
    """
    try:
        content = (folder / _NAME).read_bytes()  # NumPy leaves a damaged file open
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            arrays = dict(file)
        text = json.loads(str(arrays.pop("about")))
        found, about = {"version": text["version"], "kind": text.get("kind")}, text["about"]
        vectors = Vectors.from_matrix(arrays.pop("embeddings"), arrays.pop("ids"))
    except (OSError, *_DAMAGE) as error:
        raise StoreError(
            tr(
                "{folder} holds no index that can be read ({error}); build it again.",
                folder=folder,
                error=error,
            )
        ) from error
    for name, wanted in (("version", VERSION), ("kind", kind)):
        if found[name] != wanted:
            raise StoreError(
                tr(
                    "{folder} can't be used: its {name} is {found}, not {wanted}; build it again.",
                    folder=folder,
                    name=name,
                    found=found[name],
                    wanted=wanted,
                )
            )
    return vectors, about, arrays
