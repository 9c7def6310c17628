"""Where the network looked in every image of a gallery: M_s, beside the store of embeddings.

An image of such a gallery needs no network to be a query. Only galleries that ship have this file;
it lies with their embeddings under the same name.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import array_files
from ..language import tr
from ..progress import Progress, silent
from .base import Gallery
from .store import SHIPPED, StoredGallery, name_of

VERSION = 1  # of the layout
MODES = ("spatial", "both")  # attention modes that have a spatial gate


@dataclass(frozen=True, slots=True, eq=False)
class StoredGates:
    """M_s of a gallery's images; read-only."""

    gallery_digest: str
    embedder_digest: str
    ids: NDArray[np.int64]  # (n,) ascending
    gates: NDArray[np.float32]  # (2, n, H, W), by MODES

    def of(self, mode: str, id: int) -> NDArray[np.float32] | None:
        """M_s of one image, (H, W); None where the mode has no spatial gate.

        Raises:
            KeyError: there is none of this image.
        """
        if mode not in MODES:
            return None
        row = int(np.searchsorted(self.ids, id))
        if row == len(self.ids) or self.ids[row] != id:
            raise KeyError(id)
        gate: NDArray[np.float32] = self.gates[MODES.index(mode), row]
        return gate


def build(
    gallery: Gallery,
    stored: StoredGallery,
    look: Callable[[Sequence[bytes]], NDArray[np.float32]],
    *,
    batch_size: int = 16,
    progress: Progress = silent,
) -> StoredGates:
    """Look at every image that has an embedding.

    Args:
        gallery: whose images are read.
        stored: its embeddings.
        look: returns M_s of B files, (B, 2, H, W), by MODES.
        batch_size: B.
        progress: called with how many images are done.
    """
    ids, looks = stored.ids.tolist(), []
    for start in range(0, len(ids), batch_size):
        progress(start, len(ids), tr("Looking at {title}", title=gallery.title))
        looks.append(look([gallery.read(id) for id in ids[start : start + batch_size]]))
    gates = np.moveaxis(np.concatenate(looks), 0, 1)  # (2, n, H, W)
    return StoredGates(gallery.digest, stored.embedder_digest, stored.ids, gates)


def save(gates: StoredGates, folder: Path) -> Path:
    """Write them to a folder, in float16; return the path.

    Raises:
        StoreError: the folder can't be written.
    """
    path = folder / _name(gates.gallery_digest, gates.embedder_digest)
    arrays: dict[str, NDArray[Any]] = {
        "ids": gates.ids,
        "gates": gates.gates.astype(np.float16),
    }
    array_files.write(path, arrays, _about(gates.gallery_digest, gates.embedder_digest))
    return path


def load(
    gallery: Gallery, embedder_digest: str, *, shipped: Sequence[Path] = SHIPPED
) -> StoredGates | None:
    """Return what ships of a gallery and a model; None where nothing does, or not whole."""
    for folder in shipped:
        try:
            arrays, about = array_files.read(folder / _name(gallery.digest, embedder_digest))
        except (FileNotFoundError, array_files.DamagedFileError):
            continue
        if about == _about(gallery.digest, embedder_digest):
            gates = arrays["gates"].astype(np.float32)
            gates.setflags(write=False)
            return StoredGates(gallery.digest, embedder_digest, arrays["ids"], gates)
    return None


def _name(gallery_digest: str, embedder_digest: str) -> str:
    return f"{Path(name_of(gallery_digest, embedder_digest)).stem}.gates.safetensors"


def _about(gallery_digest: str, embedder_digest: str) -> dict[str, Any]:
    return {"version": VERSION, "gallery": gallery_digest, "embedder": embedder_digest}
