"""Compile the engine before anyone waits for it: ``python -m core.engine.compilation``.

Compiling takes some twelve seconds of one processor, once per machine; after that numba finds
the result in its cache. In a server that must not happen while somebody waits for an answer, so
``load`` has it done by a process of its own, at the lowest priority. That process
builds and asks small indexes of every kind: numba compiles for the types that it is given, and
float32 rows, float16 rows and rows in a file are different types.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import HashlightError
from ..index.lsh import LSHConfig
from ..progress import Progress, silent
from .base import compiled_kernels
from .buckets import BucketIndex
from .calibration import Calibrator
from .codes import CodeConfig, CodeIndex
from .kernels import readable

ROOT = Path(__file__).resolve().parents[2]
NAME = f"{__package__}.compilation"  # where it is run, it is called __main__
WHAT = "Compiling the engine, once per machine"
NO_NUMBA = 3  # exit status
PERCENT = (24, 59, 60, 78, 82, 92, 93, 100)  # of the time: after each step

_N, _DIM = 64, 16
_NICENESS = 10  # steps down: everyone else's work goes first


def load(progress: Progress = silent) -> Any:
    """Return the compiled kernels once another process has compiled them.

    Without numba, return the readable ones.

    Args:
        progress: called with how far the other process is.

    Raises:
        HashlightError: compiling failed.
    """
    command = [sys.executable, "-m", NAME]
    with (
        tempfile.TemporaryFile("w+") as complaints,
        subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=complaints, text=True
        ) as process,
    ):
        assert process.stdout is not None
        for line in process.stdout:
            progress(int(line), 100, WHAT)
        if process.wait() == NO_NUMBA:
            return readable
        if process.returncode:
            complaints.seek(0)
            last = (complaints.read().strip().splitlines() or ["it said nothing"])[-1]
            raise HashlightError(f"The engine can't be compiled ({last}); restart the app.")
    kernels = compiled_kernels()
    for _ in steps(kernels):  # from the cache now: what is left is to read it
        pass
    return kernels


def steps(kernels: Any) -> Iterator[str]:
    """Use everything that is compiled, on the types that galleries come in; yield after each."""
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((_N, _DIM)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    for dtype in (np.float32, np.float16):
        given = rows.astype(dtype)
        yield from _kind(
            CodeIndex.build(given, config=CodeConfig(n_cells=4), kernels=kernels), rows
        )
        lsh = LSHConfig(n_bits=4, n_tables=2)
        yield from _kind(BucketIndex.build(given, config=lsh, kernels=kernels), rows)


def _kind(index: CodeIndex | BucketIndex, queries: NDArray[np.float32]) -> Iterator[str]:
    what = f"{type(index).__name__}, {index.rows.dtype}"
    yield f"{what}: built"
    Calibrator(index, k=2).choose(0.5)
    index.query(queries[0], k=2)
    if isinstance(index, BucketIndex):
        index.read(queries[0], index.margins_to_tables(queries[0]), 2, k=2)
    yield f"{what}: asked"


def main() -> int:
    """Compile, and print how far it is, in percent, a line each."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    try:
        kernels = compiled_kernels()
    except ModuleNotFoundError:
        return NO_NUMBA
    print(0, flush=True)
    for percent, _ in zip(PERCENT, steps(kernels), strict=True):
        print(percent, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
