"""Embeddings of a gallery with its classes, as a file of numbers: no image can be had from it.

What ships in assets lets charts and benchmarks work on embeddings of real photographs where the
photographs themselves may not be passed on.

Needs NumPy, safetensors, ``core.files`` and ``core.errors`` only.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save

from .. import files
from ..errors import COMMAND, StoreError
from ..language import tr


@dataclass(frozen=True, slots=True, eq=False)
class LabelledEmbeddings:
    """One embedding and one class number for each image."""

    embeddings: NDArray[np.float32]  # (N, D) of unit length
    labels: NDArray[np.int64]  # (N,) class numbers
    classes: tuple[str, ...]  # their names
    about: Mapping[str, Any]  # command, date, machine, versions, gallery, checkpoint


def save_labelled(
    path: Path,
    embeddings: NDArray[np.float32],
    labels: NDArray[np.int64],
    classes: Sequence[str],
    about: Mapping[str, Any],
) -> None:
    """Write embeddings (N, D) as float16, and labels (N,).

    Raises:
        StoreError: the folder can't be written or is full.
    """
    tensors: dict[str, NDArray[Any]] = {
        "embeddings": embeddings.astype(np.float16),
        "labels": labels.astype(np.int64),
    }
    header = {"classes": json.dumps(list(classes)), "about": json.dumps(about)}
    files.write(path, save(tensors, metadata=header))


def load_labelled(path: Path) -> LabelledEmbeddings:
    """Read what ``save_labelled`` wrote.

    Raises:
        StoreError: the file is missing or damaged.
    """
    try:
        tensors = load_file(path)
        with safe_open(path, framework="numpy") as file:
            header = file.metadata()
        embeddings = tensors["embeddings"].astype(np.float32)
        embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
        return LabelledEmbeddings(
            embeddings,
            tensors["labels"],
            tuple(json.loads(header["classes"])),
            json.loads(header["about"]),
        )
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise StoreError(
            tr(
                "{path} is no file of labelled embeddings ({error}); write it again with "
                "{command} evaluate --all --only embeddings",
                path=path,
                error=error,
                command=COMMAND,
            )
        ) from error
