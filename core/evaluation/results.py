"""Result files: JSON that one command measures and that pages and README only read.

Each begins with its circumstances: the command, the date, the machine and the versions.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .. import files, locations
from ..errors import COMMAND, StoreError

RESULTS = locations.ASSETS / "results"
HEAD = ("command", "date", "machine", "versions")
"""What every result file says of how it came about."""


def load(name: str, folder: Path = RESULTS) -> dict[str, Any] | None:
    """Return a result file's content, or None where it hasn't been measured.

    Args:
        name: without ``.json``, such as ``experiment-corel1k``.
        folder: where it lies.

    Raises:
        StoreError: the file is damaged or says nothing of its circumstances.
    """
    path = folder / f"{name}.json"
    try:
        result = read(path)
    except FileNotFoundError:
        return None
    missing = [field for field in HEAD if field not in result]
    if missing:
        raise _damaged(path, f"it has no {missing[0]}")
    return result


def names(prefix: str, folder: Path | None = None) -> list[str]:
    """Return the names of all result files that begin alike, in order, without ``.json``."""
    return sorted(path.stem for path in (folder or RESULTS).glob(f"{prefix}*.json"))


def read(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file.

    Raises:
        FileNotFoundError: there is no such file.
        StoreError: there is one, but it holds something else.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        raise _damaged(path, str(error)) from error
    if not isinstance(content, dict):
        raise _damaged(path, "it holds no JSON object")
    return content


def save(name: str, result: Mapping[str, Any], folder: Path = RESULTS) -> Path:
    """Write a result file, whole or not at all; return its path.

    Raises:
        StoreError: the folder can't be written or is full.
        ValueError: a figure is NaN or infinite, which JSON can't say.
    """
    path = folder / f"{name}.json"
    files.write_json(path, result)
    return path


def _damaged(path: Path, reason: str) -> StoreError:
    return StoreError(f"{path} is damaged ({reason}); run `{COMMAND} evaluate --all` again.")
