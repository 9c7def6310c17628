"""The door for files of our own kind: embeddings, training states, kept galleries, checkpoints."""

import io
import json
import pickle
import random
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import numpy as np
import torch
from safetensors.numpy import save as save_arrays

from core import locations
from core.errors import CheckpointError, StoreError
from core.galleries import kept, store
from core.galleries.uploads import GivenFile, gather
from core.model.checkpoint import Provenance, load_checkpoint, save_checkpoint
from core.model.network import NetworkConfig, RetrievalNetwork
from core.model.preprocess import PreprocessConfig
from core.model.resume import TrainingState
from tools.fake_gallery import FakeGallery
from tools.fuzz.damage import damaged
from tools.fuzz.doors import Attempt, Door, WrongAnswerError, answered
from tools.fuzz.pictures import samples

_MODES = ("off", "both")
_EMBEDDER = "e" * 64


class _Canary:
    """Unpickled, it writes a file: nothing may ever do that."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return Path.write_text, (self._path, "sung")


def doors(n: int = 300, n_checkpoints: int = 40) -> tuple[Door, ...]:
    """Make the doors: one for each kind of file."""
    kinds = {
        "embeddings on disk": (n, 2.0, 100, _embeddings),
        "training state": (n, 2.0, 100, _training),
        "kept gallery": (n, 2.0, 100, _kept),
        "checkpoint": (n_checkpoints, 15.0, 500, _checkpoint),
    }
    return tuple(
        Door(name=name, n=n, seconds=seconds, megabytes=megabytes, make=make)
        for name, (n, seconds, megabytes, make) in kinds.items()
    )


def _spoilt(rng: random.Random, sound: bytes, canary: Path) -> bytes:
    """Damaged, another program's, or a pickle in disguise."""
    kind = rng.random()
    if kind < 0.8:
        return damaged(rng, sound)
    foreign = (
        b"",
        rng.randbytes(1000),
        save_arrays({"ids": np.arange(3)}),
        sound + rng.randbytes(10),
        json.dumps({"a": 1}).encode(),
    )
    torch_file = io.BytesIO()
    torch.save({"parameters": _Canary(canary)}, torch_file)
    traps = (pickle.dumps(_Canary(canary)), torch_file.getvalue())
    return rng.choice(foreign if kind < 0.9 else traps)


def _guarded(canary: Path, attempt: Callable[[], str]) -> Attempt:
    def guarded() -> str:
        outcome = attempt()
        if canary.exists():
            raise WrongAnswerError("a pickle was run")
        return outcome

    return guarded


def _embeddings(rng: random.Random, folder: Path) -> Attempt:
    """What is read is what was written, or nothing."""
    gallery = FakeGallery(12)
    sound = _stored(gallery)
    path = store.save(sound, folder)
    path.write_bytes(_spoilt(rng, path.read_bytes(), folder / "canary"))

    def attempt() -> str:
        found = store.load(gallery, _EMBEDDER, home=folder / "none", shipped=(folder,))
        if found is None:
            return "refused"
        if found.modes != sound.modes or not np.array_equal(found.ids, sound.ids):
            raise WrongAnswerError("other embeddings than were written")
        if not np.allclose(found.embeddings, sound.embeddings, atol=1e-3):
            raise WrongAnswerError("other embeddings than were written")
        return "taken in"

    return _guarded(folder / "canary", attempt)


def _stored(gallery: FakeGallery) -> store.StoredGallery:
    rows = np.random.default_rng(0).standard_normal((len(_MODES), len(gallery.items), 8))
    rows /= np.linalg.norm(rows, axis=-1, keepdims=True)
    ids = np.arange(len(gallery.items))
    return store.StoredGallery(gallery.digest, _EMBEDDER, _MODES, ids, rows.astype(np.float32), {})


def _training(rng: random.Random, folder: Path) -> Attempt:
    path = folder / "state.pt"
    _state().save(path, finished=rng.random() < 0.5)
    path.write_bytes(_spoilt(rng, path.read_bytes(), folder / "canary"))

    def attempt() -> str:
        try:
            _state().load(path)
        except StoreError:
            return "refused"
        return "taken in"

    return _guarded(folder / "canary", attempt)


def _state() -> TrainingState:
    network = torch.nn.Linear(4, 3)
    optimiser = torch.optim.AdamW(network.parameters())
    schedule = torch.optim.lr_scheduler.ConstantLR(optimiser)
    return TrainingState(network, optimiser, schedule, np.random.default_rng(0))


def _kept(rng: random.Random, folder: Path) -> Attempt:
    """A gallery that was kept, of which one file is spoilt."""
    pictures = [it for them in samples().values() for it in them][:3]
    given = [GivenFile(f"{n}.jpg", data) for n, data in enumerate(pictures)]
    with mock.patch.object(locations, "home", return_value=folder):
        it = kept.keep(gather(given, key="own-fuzz", title="Kept"))
    path = folder / "kept" / it.key / rng.choice(["about.json", "about.json", "0"])
    path.write_bytes(_spoilt(rng, path.read_bytes(), folder / "canary"))

    def attempt() -> str:
        with mock.patch.object(locations, "home", return_value=folder):
            outcome = answered(lambda: kept.open_kept(it.key, key="own-again"))
            answered(lambda: kept.forget(it.key))
        return outcome

    return _guarded(folder / "canary", attempt)


@cache
def _sound_checkpoint() -> bytes:
    torch.manual_seed(0)
    network = RetrievalNetwork(NetworkConfig(dim=8, strides="v1")).eval()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sound.safetensors"
        save_checkpoint(path, network, PreprocessConfig(input_size=64), Provenance())
        return path.read_bytes()


def _checkpoint(rng: random.Random, folder: Path) -> Attempt:
    path = folder / "weights.safetensors"
    sound = _sound_checkpoint()
    if rng.random() < 0.5:  # of 50 MB, the header is what is read before anything is checked
        end = 8 + int.from_bytes(sound[:8], "little")
        path.write_bytes(damaged(rng, sound[:end]) + sound[end:])
    else:
        path.write_bytes(_spoilt(rng, sound, folder / "canary"))

    def attempt() -> str:
        try:
            return answered(partial(load_checkpoint, path))
        except CheckpointError:
            return "refused"
        finally:
            path.unlink()

    return _guarded(folder / "canary", attempt)
