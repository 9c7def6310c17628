"""Settle a layout in a process of its own: ``python -m core.galleries.maps.settling N D``.

For a server: what t-SNE computes slows nobody's answer down, and what it imports never stands half
imported in front of another thread. The process reads N × D float32 from its input, and writes
N × 2 to its output.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...errors import HashlightError
from ...language import tr
from .layout import Layout, settle

ROOT = Path(__file__).resolve().parents[3]
NAME = f"{__package__}.settling"  # where it is run, it is called __main__

_NICENESS = 10  # steps down: everyone else's work goes first


def settle_apart(embeddings: NDArray[np.float32]) -> Layout:
    """Return what ``settle`` does, computed by another process.

    Raises:
        HashlightError: that process failed.
    """
    command = [sys.executable, "-m", NAME, *map(str, embeddings.shape)]
    given = np.ascontiguousarray(embeddings, np.float32).tobytes()
    done = subprocess.run(command, cwd=ROOT, input=given, capture_output=True, check=False)
    if done.returncode:
        last = (done.stderr.decode().strip().splitlines() or [tr("it said nothing")])[-1]
        raise HashlightError(tr("The map can't be drawn ({reason}); restart the app.", reason=last))
    return np.frombuffer(done.stdout, np.float32).reshape(-1, 2)


def main() -> None:
    """Settle what comes in."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    n, dim = map(int, sys.argv[1:])
    embeddings = np.frombuffer(sys.stdin.buffer.read(), np.float32).reshape(n, dim)
    sys.stdout.buffer.write(settle(embeddings).tobytes())


if __name__ == "__main__":
    main()
