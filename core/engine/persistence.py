"""An engine's index on disk: one folder, whole or not at all.

    rows.npy              the embeddings, in the index's own order; can be mapped into memory
    index.safetensors     ids, codes and the rest, with a checksum over all of it

The order of the rows is that of the codes, so vectors of one cell lie side by side in the file.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .. import array_files, files
from ..errors import StoreError

VERSION = 2
_BLOCK = 65_536


class Saveable(Protocol):
    """An index that can be saved."""

    rows: NDArray[Any]
    ids: NDArray[np.int64]

    @property
    def order(self) -> NDArray[np.int32]:
        """(N,) the rows in use, in the order in which they are written."""


def save_index(
    folder: Path, index: Saveable, arrays: array_files.Arrays, config: Mapping[str, Any]
) -> None:
    """Write an index, replacing whatever the folder holds.

    Raises:
        StoreError: the folder can't be written or is full.
    """
    rows, order = index.rows, index.order
    temporary = folder / "rows.npy.tmp"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "index.safetensors").unlink(missing_ok=True)  # it would belong to other rows
        out = np.lib.format.open_memmap(temporary, "w+", rows.dtype, (len(order), rows.shape[1]))
        for start in range(0, len(order), _BLOCK):
            out[start : start + _BLOCK] = rows[order[start : start + _BLOCK]]
        out.flush()
        os.replace(temporary, folder / "rows.npy")
    except OSError as error:
        raise files.cannot_write(folder, error) from error
    about = {
        "version": VERSION,
        "kind": type(index).__name__,
        "rows": [len(order), rows.shape[1], str(rows.dtype)],
        "config": dict(config),
    }
    array_files.write(folder / "index.safetensors", {**arrays, "ids": index.ids[order]}, about)


def load_index(
    folder: Path, kind: str, *, mapped: bool
) -> tuple[NDArray[Any], NDArray[np.int64], dict[str, NDArray[Any]], dict[str, Any]]:
    """Return rows, ids, the other arrays, and the configuration.

    Raises:
        StoreError: there is none, or it is damaged or of another kind.
    """
    try:
        arrays, about = array_files.read(folder / "index.safetensors")
        rows = np.load(folder / "rows.npy", mmap_mode="r" if mapped else None)
    except (OSError, ValueError, array_files.DamagedFileError) as error:
        raise StoreError(
            f"{folder} holds no index that can be read ({error}); build it again."
        ) from error
    found = {"version": about.get("version"), "kind": about.get("kind"), "rows": about.get("rows")}
    wanted = {"version": VERSION, "kind": kind, "rows": [*rows.shape, str(rows.dtype)]}
    for name, value in wanted.items():
        if found[name] != value:
            raise StoreError(
                f"{folder} can't be used: its {name} is {found[name]}, not {value}; build it again."
            )
    return rows, arrays.pop("ids"), arrays, about["config"]
