"""An engine's index on disk: one folder, whole or not at all.

    rows-TOKEN.npy        the embeddings, in the index's own order; can be mapped into memory
    index.safetensors     ids, codes and the rest, with a checksum over all of it, and the token

The order of the rows is that of the codes, so vectors of one cell lie side by side in the file.
An index is saved once its second file is there: until then, and where saving fails, the folder
holds the index that it held before.
"""

import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .. import array_files
from ..errors import StoreError
from ..language import tr

VERSION = 6
_INDEX = "index.safetensors"
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
    rows_file = folder / f"rows-{secrets.token_hex(8)}.npy"
    shape = (len(order), rows.shape[1])
    with array_files.appending(rows_file, shape, rows.dtype) as append:
        for start in range(0, len(order), _BLOCK):
            append(rows[order[start : start + _BLOCK]])
    about = {
        "version": VERSION,
        "kind": type(index).__name__,
        "rows": [*shape, str(rows.dtype)],
        "rows_file": rows_file.name,
        "config": dict(config),
        "settings": asdict(index.settings),
    }
    try:
        array_files.write(folder / _INDEX, {**arrays, "ids": index.ids[order]}, about)
    except BaseException:
        rows_file.unlink()
        raise
    for other in set(folder.glob("rows-*")) - {rows_file}:  # of the index before
        with suppress(OSError):  # still mapped, on Windows; the next time it goes
            other.unlink()


def load_index(folder: Path, kind: str, *, mapped: bool) -> SavedIndex:
    """Read an index; its embeddings may stay in their file.

    Raises:
        StoreError: there is none, or it is damaged or of another kind.
    """
    try:
        arrays, about = array_files.read(folder / _INDEX)
        _check(folder, about, {"version": VERSION, "kind": kind})
        rows: NDArray[Any] = np.lib.format.open_memmap(folder / about["rows_file"], mode="r")
    except (OSError, ValueError, array_files.DamagedFileError) as error:
        raise StoreError(
            tr(
                "{folder} holds no index that can be read ({error}); build it again.",
                folder=folder,
                error=error,
            )
        ) from error
    _check(folder, about, {"rows": [*rows.shape, str(rows.dtype)]})
    if not mapped:
        rows = np.array(rows)
    return SavedIndex(rows, arrays.pop("ids"), arrays, about["config"], about["settings"])


def _check(folder: Path, about: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    for name, value in wanted.items():
        if about.get(name) != value:
            raise StoreError(
                tr(
                    "{folder} can't be used: its {name} is {found}, not {wanted}; build it again.",
                    folder=folder,
                    name=name,
                    found=about.get(name),
                    wanted=value,
                )
            )
