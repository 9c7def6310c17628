"""An engine's index on disk: one folder, whole or not at all.

    rows.npy              the embeddings, in the index's own order; can be mapped into memory
    index.safetensors     ids, codes and the rest, with a checksum over all of it

The order of the rows is that of the codes, so vectors of one cell lie side by side in the file.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .. import array_files, files
from ..errors import StoreError

VERSION = 3
_BLOCK = 65_536


class Saveable(Protocol):
    """An index that can be saved."""

    rows: NDArray[Any]
    ids: NDArray[np.int64]
    settings: Any  # a dataclass of plain numbers

    @property
    def order(self) -> NDArray[np.int32]:
        """(N,) the rows in use, in the order in which they are written."""


@dataclass(frozen=True, slots=True, eq=False)
class SavedIndex:
    """What ``save_index`` wrote."""

    rows: NDArray[Any]  # (N, D)
    ids: NDArray[np.int64]  # (N,)
    arrays: dict[str, NDArray[Any]]
    config: dict[str, Any]
    settings: dict[str, Any]  # of the queries, as calibrated


def save_index(
    folder: Path, index: Saveable, arrays: array_files.Arrays, config: Mapping[str, Any]
) -> None:
    """Write an index, replacing whatever the folder holds.

    Raises:
        StoreError: the folder can't be written or is full.
    """
    rows, order = index.rows, index.order
    with files.write_errors(folder):
        (folder / "index.safetensors").unlink(missing_ok=True)  # it would belong to other rows
    shape = (len(order), rows.shape[1])
    with array_files.appending(folder / "rows.npy", shape, rows.dtype) as append:
        for start in range(0, len(order), _BLOCK):
            append(rows[order[start : start + _BLOCK]])
    about = {
        "version": VERSION,
        "kind": type(index).__name__,
        "rows": [len(order), rows.shape[1], str(rows.dtype)],
        "config": dict(config),
        "settings": asdict(index.settings),
    }
    array_files.write(folder / "index.safetensors", {**arrays, "ids": index.ids[order]}, about)


def load_index(folder: Path, kind: str, *, mapped: bool) -> SavedIndex:
    """Read an index; its embeddings may stay in their file.

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
    return SavedIndex(rows, arrays.pop("ids"), arrays, about["config"], about["settings"])
