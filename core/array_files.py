"""Files of arrays that are there whole or not at all: several with a checksum, or one in blocks.

Several arrays go into a safetensors file: a JSON header, then the raw arrays; reading it runs
no code. What the arrays mean (``about``, any JSON) lies in the header, beside a SHA-256 of
everything, which shows what a rename can't prevent: a bad disk, another program's file under
the same name. ``appending`` writes one array, too large for the memory, as an ``.npy`` file.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.format import dtype_to_descr, write_array_header_1_0
from numpy.typing import DTypeLike, NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from . import files
from .language import tr

Arrays = Mapping[str, NDArray[Any]]

HEADER = "hashlight"
"""The only metadata key: safetensors shuffles several, and equal files should be equal bytes."""


class DamagedFileError(Exception):
    """The file is not what was written; ``str(error)`` is the reason, for use in a sentence."""


def write(path: Path, arrays: Arrays, about: Mapping[str, Any]) -> None:
    """Write one file, replacing whatever has its name.

    Raises:
        StoreError: the directory can't be written or is full.
    """
    header = json.dumps({"about": about, "sha256": _checksum(arrays, about)}, sort_keys=True)
    # safetensors writes a view's memory as it lies there, whatever the order of its axes.
    whole = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    files.write(path, save(whole, metadata={HEADER: header}))


def read(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Return the arrays and ``about`` of one file, exactly as they were written.

    Raises:
        FileNotFoundError: there is no such file.
        DamagedFileError: there is one, but it is not whole or not ours.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            header = (file.metadata() or {}).get(HEADER)
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except FileNotFoundError:
        raise
    except OSError as error:
        raise DamagedFileError(tr("it can't be read: {error}", error=error)) from error
    except (SafetensorError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise DamagedFileError(tr("it is cut short or not a safetensors file")) from error
    if header is None:
        raise DamagedFileError(tr("another program wrote it"))
    try:
        content = json.loads(header)
        about, sha256 = content["about"], content["sha256"]
    except (ValueError, TypeError, KeyError) as error:
        raise DamagedFileError(tr("its header is damaged")) from error
    if sha256 != _checksum(arrays, about):
        raise DamagedFileError(tr("its checksum does not match its content"))
    return arrays, about


@contextmanager
def appending(
    path: Path, shape: tuple[int, ...], dtype: DTypeLike
) -> Iterator[Callable[[NDArray[Any]], None]]:
    """Write one array as ``.npy``, block by block; it gets its name when the block ends.

    It is written as any other file is. A full disk is then an error; in a memory map it would
    end the process.

    Args:
        path: the file; an older one is replaced.
        shape: of the whole array; together, the blocks must have as many rows.
        dtype: of the numbers in the file.

    Yields:
        A function that appends a block, (n, *shape[1:]).

    Raises:
        StoreError: the folder can't be written or is full.
        ValueError: the blocks have more or fewer rows; the file isn't there then.
    """
    kind = np.dtype(dtype)
    with files.writing(path) as file:
        header = {"descr": dtype_to_descr(kind), "fortran_order": False, "shape": shape}
        write_array_header_1_0(file, header)
        rows = 0

        def append(block: NDArray[Any]) -> None:
            nonlocal rows
            rows += len(block)
            file.write(np.ascontiguousarray(block, kind).data)

        yield append
        if rows != shape[0]:
            raise ValueError(f"{path} was to have {shape[0]} rows, but {rows} were appended.")


def _checksum(arrays: Arrays, about: Mapping[str, Any]) -> str:
    """SHA-256 of the meaning, names, types, shapes and values, 64 hex digits."""
    total = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
    for name, array in sorted(arrays.items()):
        total.update(f"\n{name} {array.dtype.str} {array.shape}\n".encode())
        total.update(np.ascontiguousarray(array).data)
    return total.hexdigest()
