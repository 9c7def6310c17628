"""The state of a training after an epoch, so that a killed one goes on where it was.

A state is this program's own file in its own cache. Even so it is read with PyTorch's
restricted reader, which builds tensors and plain values and runs nothing. A SHA-256 stands before
it: a flipped bit in a weight would go unnoticed otherwise.
"""

import io
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from torch import nn

from .. import files
from ..errors import StoreError
from ..language import tr
from ..progress import Progress

_DIGEST_BYTES = 32  # SHA-256


def one_at_a_time(path: Path | None, progress: Progress) -> AbstractContextManager[None]:
    """Let one of several equal trainings go on, and the others wait for its result.

    Args:
        path: where their state lies; None where it is not written.
        progress: called where another one has to be waited for.

    Raises:
        StoreError: the folder can't be written.
    """
    if path is None:
        return nullcontext()
    return files.lock(path, lambda: progress(0, 1, "Waiting for another process's training"))


@dataclass(slots=True, eq=False)
class TrainingState:
    """All that the next epoch depends on."""

    network: nn.Module
    optimiser: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LRScheduler
    rng: np.random.Generator
    history: list[dict[str, float]] = field(default_factory=list)  # figures by epoch

    def save(self, path: Path, *, finished: bool) -> None:
        """Write the state; an old one is replaced only by a whole new one.

        Args:
            path: where.
            finished: no epoch follows, so what only another epoch needs is left out. That is
                two thirds of it.

        Raises:
            StoreError: the folder can't be written or is full.
        """
        state: dict[str, Any] = {"parameters": self._learning(), "history": self.history}
        if not finished:
            state["optimiser"] = self.optimiser.state_dict()
            state["schedule"] = self.schedule.state_dict()
            state["rng"] = self.rng.bit_generator.state
        file = io.BytesIO()
        torch.save(state, file)
        content = file.getvalue()
        files.write(path, bytes.fromhex(files.file_digest(content)) + content)

    def load(self, path: Path) -> None:
        """Bring everything to where ``save`` found it.

        Raises:
            StoreError: the file is damaged or of another training.
        """
        try:
            state: dict[str, Any] = torch.load(_checked(path), weights_only=True)
            with torch.no_grad():
                for name, parameter in self._learning().items():
                    parameter.copy_(state["parameters"][name])
            self.history = list(state["history"])
            if "optimiser" in state:
                self.optimiser.load_state_dict(state["optimiser"])
                self.schedule.load_state_dict(state["schedule"])
                self.rng.bit_generator.state = state["rng"]
        except (OSError, EOFError, UnpicklingError, KeyError, ValueError, RuntimeError) as error:
            raise StoreError(
                tr(
                    "{path} is not the state of this training ({error}); remove the "
                    "file to train from the start.",
                    path=path,
                    error=type(error).__name__,
                )
            ) from error

    def _learning(self) -> dict[str, nn.Parameter]:
        """Return the parameters that the optimiser changes, by name."""
        groups = self.optimiser.param_groups
        changed = {id(parameter) for group in groups for parameter in group["params"]}
        return {name: p for name, p in self.network.named_parameters() if id(p) in changed}


def _checked(path: Path) -> io.BytesIO:
    """Read what follows the digest.

    Raises:
        ValueError: the digest is of other bytes.
        OSError: the file can't be read.
    """
    content = path.read_bytes()
    digest, content = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
    if digest.hex() != files.file_digest(content):
        raise ValueError("other bytes than were written")
    return io.BytesIO(content)
