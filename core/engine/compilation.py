"""Compile the engine before anyone waits for it: ``python -m core.engine.compilation``.

Compiling takes ten to twenty seconds of one processor, once per machine; after that numba finds
the result in its cache. In a server that must not happen while somebody waits for an answer, so
``load`` has it done by a process of its own, at the lowest priority. That process
builds and asks small indexes of every kind: numba compiles for the types that it is given.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import HashlightError
from ..index.families.hyperplanes import Hyperplanes
from ..index.lsh import LSHConfig
from ..language import later, tr
from ..progress import Progress, silent
from .base import compiled_kernels
from .buckets import BucketIndex
from .calibration import Calibrator
from .codes import CodeConfig, CodeIndex
from .kernels import readable

ROOT = Path(__file__).resolve().parents[2]
NAME = f"{__package__}.compilation"  # where it is run, it is called __main__
WHAT = later("Compiling the engine, once per machine")
NO_NUMBA = 3  # exit status
PERCENT = (25, 70, 87, 100)  # of the time: after each step

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
            progress(int(line), 100, tr(WHAT))
        if process.wait() == NO_NUMBA:
            return readable
        if process.returncode:
            complaints.seek(0)
            last = (complaints.read().strip().splitlines() or [tr("it said nothing")])[-1]
            raise HashlightError(
                tr("The engine can't be compiled ({reason}); restart the app.", reason=last)
            )
    kernels = compiled_kernels()
    for _ in steps(kernels):  # from the cache now: what is left is to read it
        pass
    return kernels


def steps(kernels: Any) -> Iterator[str]:
    """Use everything that is compiled; yield after each.

    The kernels are told the bytes of the rows, so what float32 compiles is right for float16 too.
    """
    rows = np.random.default_rng(0).standard_normal((_N, _DIM)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    codes = CodeIndex.build(rows, config=CodeConfig(n_cells=4), kernels=kernels)
    yield "codes built"
    Calibrator(codes, k=2).choose(0.5)
    yield "codes calibrated"
    lsh = LSHConfig(n_bits=4, n_tables=2)
    buckets = BucketIndex.build(rows, config=lsh, kernels=kernels)
    Calibrator(buckets, k=2).choose(0.5)
    yield "buckets calibrated"
    tables = BucketIndex.build(rows, config=lsh, family=Hyperplanes, kernels=kernels)
    tables.read(rows[0], tables.margins_to_tables(rows[0]), 2, k=2)
    yield "tables read"


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
