"""The baseline of every comparison: average-pooled ImageNet features, nothing trained."""

import numpy as np
from numpy.typing import NDArray

from ..galleries.base import Gallery
from ..model.embedder import Embedder
from ..progress import Progress, silent

BATCH = 16


def pooled_features(
    gallery: Gallery, embedder: Embedder, ids: NDArray[np.int64], *, progress: Progress = silent
) -> NDArray[np.float32]:
    """Average-pool the backbone's feature maps of some images: (n, 2048).

    The backbone of a checkpoint that was trained with a frozen backbone is the one of
    ImageNet, so these are the features that training started from.

    Raises:
        ImageError: an image can't be decoded.
    """
    parts = []
    for start in range(0, len(ids), BATCH):
        batch = [embedder.prepare(gallery.read(int(id))) for id in ids[start : start + BATCH]]
        parts.append(embedder.feature_maps(batch).mean(dim=(2, 3)).numpy())
        progress(min(start + BATCH, len(ids)), len(ids), f"Untouched features of {gallery.title}")
    return np.concatenate(parts)
