"""A file of arrays that is there whole or not at all, and that notices damage.

The format is safetensors: a JSON header, then the raw arrays; reading it runs no code. What
the arrays mean (``about``, any JSON) lies in the header, beside a SHA-256 of everything.

    arrays + about -> NAME.tmp -> flushed to the disk -> renamed to NAME

A rename either happens or doesn't, so whoever opens NAME never sees a half-written file, even
if the writer is killed. What a rename can't prevent (a bad disk, another program's file under
the same name) the SHA-256 shows.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from .errors import StoreError

Arrays = Mapping[str, NDArray[Any]]

SEAL = "hashlight"
"""The only metadata key: safetensors shuffles several, and equal files should be equal bytes."""


class DamagedFileError(Exception):
    """The file is not what was written; ``str(error)`` is the reason, for use in a sentence."""


def write(path: Path, arrays: Arrays, about: Mapping[str, Any]) -> None:
    """Write one file, replacing whatever has its name.

    Two writers of one path must take turns: they'd share the temporary file.

    Raises:
        StoreError: the directory can't be written or is full.
    """
    seal = json.dumps({"about": about, "sha256": _checksum(arrays, about)}, sort_keys=True)
    content = save(dict(arrays), metadata={SEAL: seal})
    temporary = path.with_name(path.name + ".tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise cannot_write(path.parent, error) from error


def read(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Return the arrays and ``about`` of one file, exactly as they were written.

    Raises:
        FileNotFoundError: there is no such file.
        DamagedFileError: there is one, but it is not whole or not ours.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            seal = (file.metadata() or {}).get(SEAL)
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except FileNotFoundError:
        raise
    except OSError as error:
        raise DamagedFileError(f"it can't be read: {error}") from error
    except (SafetensorError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise DamagedFileError("it is cut short or not a safetensors file") from error
    if seal is None:
        raise DamagedFileError("another program wrote it")
    try:
        content = json.loads(seal)
        about, sha256 = content["about"], content["sha256"]
    except (ValueError, TypeError, KeyError) as error:
        raise DamagedFileError("its header is damaged") from error
    if sha256 != _checksum(arrays, about):
        raise DamagedFileError("its checksum does not match its content")
    return arrays, about


def cannot_write(folder: Path, error: OSError) -> StoreError:
    """One sentence for a directory that is full, read-only or no directory at all."""
    reason = error.strerror or type(error).__name__
    return StoreError(
        f"Nothing can be written to {folder} ({reason}): "
        "make room there or choose another directory."
    )


def _checksum(arrays: Arrays, about: Mapping[str, Any]) -> str:
    """SHA-256 of the meaning, names, types, shapes and values, 64 hex digits."""
    total = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
    for name, array in sorted(arrays.items()):
        total.update(f"\n{name} {array.dtype.str} {array.shape}\n".encode())
        total.update(np.ascontiguousarray(array).data)
    return total.hexdigest()
