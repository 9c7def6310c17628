"""How softly should the spatial gate act? The same checkpoint with other powers of M_s.

M_s^p multiplies places in place of M_s (``model.cbam``). With p = 0 the gate does nothing, with
p = 1 it is the paper's, and beyond it is sharper still. A sharp gate is for pictures of a thing
with something else around it, a soft one for pictures that are wholly what they show.

Nothing is trained again: everything but p is as the checkpoint's training, with its own p, left it.
So there is one training behind a curve, and its intervals count queries alone.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...galleries.base import Gallery
from ...model.attention import AttentionMode
from ...model.cbam import as_cbam
from ...model.embedder import Embedder
from ...model.network import RetrievalNetwork
from ...progress import Progress, silent
from ..metrics import average_precisions
from ..protocol import class_numbers
from ..statistics import paired_difference

EXPONENTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0, 1.5, 2.0)  # p
MODES: tuple[AttentionMode, ...] = ("spatial", "both")  # those with a spatial gate
BATCH = 16


def measure_softness(
    gallery: Gallery, embedder: Embedder, *, progress: Progress = silent
) -> dict[str, Any]:
    """Let every image of a gallery search all others, with each power of the spatial gate.

    Args:
        gallery: with a label for every image; the checkpoint was not trained on it.
        embedder: of a checkpoint with CBAM. Its own p is judged too, wherever it lies.
        progress: told after each batch.

    Returns:
        What a result file says of the gallery: the mAP of untouched features, and by attention mode
        that of each p, with the difference to the checkpoint's own.

    Raises:
        SettingError: another attention layer.
        GalleryError: an image has no label.
        ImageError: an image can't be decoded.
    """
    labels = class_numbers(gallery)
    own = as_cbam(embedder.checkpoint.network.attention_layer).spatial.exponent
    exponents = sorted({*EXPONENTS, own})
    untouched, embeddings = _embed(gallery, embedder, exponents, progress)
    curves = {}
    for mode, by_exponent in zip(MODES, embeddings, strict=True):
        precisions = [average_precisions(it, labels) for it in by_exponent]
        curves[mode] = _curve(dict(zip(exponents, precisions, strict=True)), own)
    return {
        "key": gallery.key,
        "title": gallery.title,
        "digest": gallery.digest,
        "images": len(labels),
        "untouched": float(average_precisions(untouched, labels).mean()),
        "curves": curves,
    }


def _embed(
    gallery: Gallery, embedder: Embedder, exponents: Sequence[float], progress: Progress
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return untouched features (N, 2048), and embeddings by mode and exponent (M, P, N, D)."""
    softened = deepcopy(embedder.checkpoint.network)
    total = len(gallery.items)
    untouched, embeddings = [], []
    for start in range(0, total, BATCH):
        ids = range(start, min(start + BATCH, total))
        F, earlier = embedder.stages([embedder.prepare(gallery.read(id)) for id in ids])
        untouched.append(F.mean(dim=(2, 3)))
        embeddings.append(embed_softly(softened, exponents, F, earlier))
        progress(ids.stop, total, f"Powers of the spatial gate on {gallery.title}")
    return torch.cat(untouched).numpy(), torch.cat(embeddings, dim=2).numpy()


@torch.inference_mode()
def embed_softly(
    network: RetrievalNetwork,
    exponents: Sequence[float],
    feature_map: Tensor,
    earlier: Tensor | None = None,
) -> Tensor:
    """Embed what ``network.stages`` returns in each mode with each exponent: (M, P, B, D).

    Args:
        network: one that nobody else uses: the power of its spatial gate is changed.
        exponents: P of them, each 0 or more.
        feature_map: F, (B, 2048, H, W).
        earlier: the map of the stage before, in a network with detail.
    """
    by_exponent = []
    for exponent in exponents:
        network.attention_layer.soften(exponent)
        passes = [network.head(feature_map, earlier, attention=mode) for mode in MODES]
        by_exponent.append(torch.stack([it.embedding for it in passes]))  # (M, B, D)
    return torch.stack(by_exponent, dim=1)


def _curve(precisions: Mapping[float, NDArray[np.float64]], own: float) -> list[dict[str, Any]]:
    """The mAP of each exponent, and how far it is from that of the checkpoint's own."""
    return [
        {
            "exponent": exponent,
            "mean_average_precision": float(of_queries.mean()),
            "difference": asdict(paired_difference(of_queries, precisions[own])),
        }
        for exponent, of_queries in precisions.items()
    ]
