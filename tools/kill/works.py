"""What is killed: a download, indexing, training, saving weights, keeping a gallery."""

import contextlib
import hashlib
import http.server
import os
import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from unittest import mock

import numpy as np
import torch
from numpy.typing import NDArray

from core import array_files, locations
from core.errors import StoreError
from core.files import file_digest
from core.galleries import kept, store
from core.galleries.remote.downloads import RemoteFile, fetch
from core.galleries.uploads import GivenFile, UploadedGallery, gather
from core.model.checkpoint import Provenance, save_checkpoint
from core.model.network import NetworkConfig, RetrievalNetwork
from core.model.preprocess import PreprocessConfig
from core.model.resume import TrainingState, one_at_a_time
from tools.fake_gallery import FakeGallery
from tools.fuzz.pictures import samples
from tools.kill.trials import CorruptStateError, Work

_FILE = random.Random(0).randbytes(6_000_000)
_BLOCK = 2**18  # bytes that a download may lose: they were not given to the system yet
_MODES = ("off", "both")


# Download ---------------------------------------------------------------------------------


class _Server(http.server.BaseHTTPRequestHandler):
    """Sends the file from any byte on, no faster than a good line does."""

    def do_GET(self) -> None:  # the name that the base class calls
        """Send what is asked for."""
        start = int((re.findall(r"\d+", self.headers.get("Range", "")) or ["0"])[0])
        if start >= len(_FILE):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(_FILE) - start))
        self.end_headers()
        with contextlib.suppress(OSError):  # who asked was killed
            for at in range(start, len(_FILE), _BLOCK):
                self.wfile.write(_FILE[at : at + _BLOCK])
                time.sleep(0.002)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """Serve the file from a process of its own, on 127.0.0.1; yield its address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    child = os.fork()
    if not child:
        server.serve_forever()
        os._exit(0)
    port = server.server_address[1]
    server.server_close()
    try:
        yield f"http://127.0.0.1:{port}/photos.bin"
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)


def download(address: str) -> Work:
    """A download that goes on where it was."""
    remote = RemoteFile(address, md5=hashlib.md5(_FILE, usedforsecurity=False).hexdigest())

    def do(folder: Path, finished: Callable[[int], None]) -> None:
        fetch(remote, folder, progress=lambda done, total, what: finished(done - _BLOCK))

    def judge(folder: Path) -> int:
        whole, part = folder / remote.name, folder / f"{remote.name}.part"
        if whole.exists():
            judge_result(folder)
            return len(_FILE)
        there = part.read_bytes() if part.exists() else b""
        if there != _FILE[: len(there)]:
            raise CorruptStateError("the part is not the beginning of the file")
        return len(there)

    def judge_result(folder: Path) -> None:
        if (folder / remote.name).read_bytes() != _FILE:
            raise CorruptStateError("the file is another one")

    return Work(name="download", do=do, judge=judge, judge_result=judge_result)


# Indexing ---------------------------------------------------------------------------------


class FakeEmbedder:
    """Draws an embedding from a file's digest."""

    digest, modes, dim = "e" * 64, _MODES, 32

    def prepare(self, data: bytes) -> bytes:
        """Decode nothing."""
        return data

    def embed(self, batch: Sequence[bytes]) -> NDArray[np.float32]:
        """Embed B files: (B, 2, 32)."""
        time.sleep(0.001)
        rows = np.stack([_row(data) for data in batch])  # (B, M, D)
        rows /= np.linalg.norm(rows, axis=-1, keepdims=True)
        return rows


def _row(data: bytes) -> NDArray[np.float32]:
    seed = int.from_bytes(hashlib.sha256(data).digest()[:8], "big")
    return np.random.default_rng(seed).standard_normal((2, 32), dtype=np.float32)


def indexing(at_once: int = 1) -> Work:
    """The embedding of a gallery, batch by batch; several at once share one cache directory."""
    gallery, embedder = FakeGallery(200), FakeEmbedder()

    def do(folder: Path, finished: Callable[[int], None]) -> None:
        store.load_or_build(
            gallery,
            embedder,
            home=folder,
            shipped=(),
            batch_size=4,
            progress=lambda done, total, what: finished(done),
        )

    def judge(folder: Path) -> int:
        if (folder / "embeddings").is_dir():
            for path in (folder / "embeddings").rglob("*.safetensors"):
                try:
                    array_files.read(path)
                except array_files.DamagedFileError as error:
                    raise CorruptStateError(f"{path.name}: {error}") from error
        whole = store.load(gallery, embedder.digest, home=folder, shipped=())
        if whole is not None:
            return len(gallery.items)
        parts = (folder / "embeddings").glob("*.parts/*.safetensors")
        return sum(len(array_files.read(path)[0]["ids"]) for path in parts)

    def judge_result(folder: Path) -> None:
        stored = store.load(gallery, embedder.digest, home=folder, shipped=())
        if stored is None or stored.ids.tolist() != list(range(len(gallery.items))):
            raise CorruptStateError("not all of the gallery is there")
        exact = embedder.embed([gallery.read(id) for id in range(len(gallery.items))])
        if np.abs(stored.embeddings.swapaxes(0, 1) - exact).max() > 1e-3:
            raise CorruptStateError("other embeddings than without a kill")
        left = [it.name for it in (folder / "embeddings").iterdir() if it.suffix == ".tmp"]
        if left or any((folder / "embeddings").glob("*.parts")):
            raise CorruptStateError(f"left behind: {left} or parts")

    name = "indexing" if at_once == 1 else f"indexing, {at_once} processes at once"
    return Work(name=name, do=do, judge=judge, judge_result=judge_result, at_once=at_once)


# Training ---------------------------------------------------------------------------------

_EPOCHS = 30


def training() -> Work:
    """A training that goes on after its last whole epoch, to the same weights."""

    def do(folder: Path, finished: Callable[[int], None]) -> None:
        _train(folder / "state.pt", finished)

    def judge(folder: Path) -> int:
        return len(_loaded(folder / "state.pt").history)

    def judge_result(folder: Path) -> None:
        state = _loaded(folder / "state.pt")
        for one, other in zip(
            state.network.parameters(), _undisturbed().network.parameters(), strict=True
        ):
            if not torch.equal(one, other):
                raise CorruptStateError("other weights than without a kill")

    return Work(name="training", do=do, judge=judge, judge_result=judge_result)


def _train(path: Path | None, finished: Callable[[int], None]) -> TrainingState:
    """Learn a linear map; all that a training keeps is in its state."""
    state = _new_state()
    targets = torch.linspace(-1, 1, 64 * 8).view(64, 8)
    with one_at_a_time(path, lambda *_: None):
        if path and path.exists():
            state.load(path)
        for _ in range(len(state.history), _EPOCHS):
            inputs = torch.from_numpy(state.rng.standard_normal((64, 256), dtype=np.float32))
            loss = (state.network(inputs) - targets).square().mean()
            state.optimiser.zero_grad()
            loss.backward()
            state.optimiser.step()
            state.schedule.step()
            state.history.append({"loss": loss.item()})
            if path:
                state.save(path, finished=len(state.history) == _EPOCHS)
                finished(len(state.history))
    return state


def _new_state() -> TrainingState:
    torch.manual_seed(0)
    network = torch.nn.Linear(256, 8)
    optimiser = torch.optim.AdamW(network.parameters())
    schedule = torch.optim.lr_scheduler.LinearLR(optimiser, total_iters=_EPOCHS)
    return TrainingState(network, optimiser, schedule, np.random.default_rng(0))


@cache
def _undisturbed() -> TrainingState:
    return _train(None, lambda done: None)


def _loaded(path: Path) -> TrainingState:
    state = _new_state()
    if path.exists():
        try:
            state.load(path)
        except StoreError as error:
            raise CorruptStateError(str(error)) from error
    return state


# Saving -----------------------------------------------------------------------------------


def saving(folder: Path) -> Work:
    """Weights of 50 MB that replace others: there are always the old ones or the new ones."""
    torch.manual_seed(0)
    network = RetrievalNetwork(NetworkConfig(dim=8)).eval()

    def save(path: Path, version: int) -> None:
        provenance = Provenance(training={"version": version})
        save_checkpoint(path, network, PreprocessConfig(input_size=64), provenance)

    save(folder / "sound.safetensors", 0)
    sound = _weights(folder / "sound.safetensors")

    def do(folder: Path, finished: Callable[[int], None]) -> None:
        for version in range(2):
            save(folder / "weights.safetensors", version)
            finished(1)

    def judge(folder: Path) -> int:
        path = folder / "weights.safetensors"
        if not path.exists():
            return 0
        if _weights(path) != sound:
            raise CorruptStateError("the weights are neither the old ones nor the new ones")
        return 1

    def judge_result(folder: Path) -> None:
        if [it.name for it in folder.iterdir()] != ["weights.safetensors"]:
            raise CorruptStateError("something is left behind")
        judge(folder)

    return Work(name="saving weights", do=do, judge=judge, judge_result=judge_result)


def _weights(path: Path) -> str:
    """Digest of all numbers in a safetensors file; the names before them have no fixed order."""
    content = path.read_bytes()
    return file_digest(content[8 + int.from_bytes(content[:8], "little") :])


def keeping() -> Work:
    """A visitor's gallery that is kept on disk, as a whole or not at all."""
    gallery = _visitors()

    def do(folder: Path, finished: Callable[[int], None]) -> None:
        with mock.patch.object(locations, "home", return_value=folder):
            kept.keep(gallery)
            finished(1)

    def judge(folder: Path) -> int:
        with mock.patch.object(locations, "home", return_value=folder):
            found = kept.kept()
            for it in found:
                if kept.open_kept(it.key, key="own-again").digest != gallery.digest:
                    raise CorruptStateError("another gallery than was kept")
        return len(found)

    def judge_result(folder: Path) -> None:
        if judge(folder) != 1 or any((folder / "kept").glob("*.tmp")):
            raise CorruptStateError("it is not kept, or something is left behind")

    return Work(name="keeping a gallery", do=do, judge=judge, judge_result=judge_result)


def _visitors() -> UploadedGallery:
    pictures = sorted({it for them in samples().values() for it in them})
    given = [GivenFile(f"{n}.jpg", data) for n, data in enumerate(pictures)]
    return gather(given, key="own-kept", title="Kept")
