"""Features of a whole gallery, gated and pooled, of the last stage and of the one before it.

From these few numbers every embedding can be made in no time, whatever is learnt after the pooling,
so each picture goes through the network once. They are kept on disk (float16, 31 kB an image).
"""

import hashlib
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import normalize

from ... import array_files, files
from ...galleries.base import Gallery
from ...model.attention import ATTENTION_MODES, AttentionLayer, AttentionMode
from ...model.detail import pool_earlier
from ...model.embedder import Embedder
from ...model.general import GeneralConfig
from ...progress import Progress, silent

BATCH = 16
START = "start"  # the spatial gate before any training, beside a checkpoint's attention modes
GATES = (*ATTENTION_MODES, START)


@dataclass(frozen=True, slots=True, eq=False)
class PooledFeatures:
    """Average pools of a gallery's images, each of unit length."""

    last: NDArray[np.float16]  # (M, N, 2048), by GATES
    earlier: NDArray[np.float16]  # (M, N, 1024)

    def under(self, gate: str) -> tuple[Tensor, Tensor]:
        """Return both under one gate: (N, 2048) and (N, 1024) float32."""
        row = GATES.index(gate)
        last, earlier = (it[row].astype(np.float32) for it in (self.last, self.earlier))
        return torch.from_numpy(last), torch.from_numpy(earlier)


def load_or_pool(
    gallery: Gallery, embedder: Embedder, folder: Path, *, progress: Progress = silent
) -> PooledFeatures:
    """Return the pooled features of every image of a gallery.

    Args:
        gallery: all its images must be readable.
        embedder: of a network with detail; what it has learnt after the pooling doesn't count.
        folder: where the file lies.
        progress: told after each batch.

    Raises:
        ImageError: an image can't be decoded.
        StoreError: the disk is full or the folder can't be written.
    """
    start = GeneralConfig()
    settings = (embedder.preprocess.describe(), start.sharpness, start.level, GATES)
    key = repr((gallery.digest, embedder.digest, *settings))
    path = folder / f"{hashlib.sha256(key.encode()).hexdigest()[:24]}.safetensors"
    what = f"Pooled features of {gallery.title}"
    with files.lock(path, lambda: progress(0, len(gallery.items), f"Waiting for {what}")):
        try:
            arrays, _ = array_files.read(path)
        except (FileNotFoundError, array_files.DamagedFileError):
            arrays = _pool(gallery, embedder, what, progress)
            array_files.write(path, arrays, {"gallery": gallery.digest})
    return PooledFeatures(arrays["last"], arrays["earlier"])


@torch.inference_mode()
def _pool(
    gallery: Gallery, embedder: Embedder, what: str, progress: Progress
) -> dict[str, NDArray[np.float16]]:
    trained = embedder.checkpoint.network.attention_layer
    gates: list[tuple[AttentionLayer, AttentionMode]] = [
        *((trained, mode) for mode in ATTENTION_MODES),
        (untrained(trained), "spatial"),
    ]
    total = len(gallery.items)
    batches = []
    for start in range(0, total, BATCH):
        ids = range(start, min(start + BATCH, total))
        F, earlier = embedder.stages([embedder.prepare(gallery.read(id)) for id in ids])
        assert earlier is not None  # the network has detail
        batches.append([_under(*gate, F, earlier) for gate in gates])
        progress(ids.stop, total, what)
    last, before = (
        np.stack([torch.cat(parts).half().numpy() for parts in zip(*halves, strict=True)])
        for halves in ([[pair[half] for pair in batch] for batch in batches] for half in (0, 1))
    )
    return {"last": last, "earlier": before}


def _under(
    layer: AttentionLayer, mode: AttentionMode, feature_map: Tensor, earlier: Tensor
) -> tuple[Tensor, Tensor]:
    """Pool both stages' maps under a layer's gates: (B, 2048) and (B, 1024)."""
    maps = layer(feature_map, attention=mode)
    gate = None if maps.spatial is None else maps.spatial.gate
    return normalize(maps.refined.mean(dim=(2, 3))), pool_earlier(earlier, gate)


def untrained(layer: AttentionLayer) -> AttentionLayer:
    """Return a layer of the same kind, where general training begins."""
    start, config = deepcopy(layer), GeneralConfig()
    with torch.random.fork_rng(devices=[]):
        start.start()
    start.look(config.sharpness, config.level)
    return start
