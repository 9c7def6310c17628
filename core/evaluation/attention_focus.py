"""Does attention look at the object? Measured on painted scenes, whose objects have exact masks.

Each place of the feature map covers a cell of the squashed picture, and the mask tells which
share of that cell is object. A map's share inside the object is then

    share_inside = sum over places of map × cell share / sum over places of map

A map that is the same everywhere has the object's own share of the area, so that is what every
figure is held against. Only the map over its mean counts: the pooled vector after it has its
length removed, and ``share_inside`` is the same for a map and for its half.

Four maps are judged: M_s as trained; M_s of CBAM at random weights (the start of our training
is a gate of one half everywhere, which is the area share by definition); Grad-CAM of the
trained network, and of untouched ImageNet features without CBAM. Grad-CAM explains the
similarity to the nearest other image of the same category, by the same features.

The paper claims that attention finds the key regions and shows no measurement of it.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import normalize

from ..errors import GalleryError
from ..galleries.base import Gallery
from ..model.cbam import CBAM, as_cbam
from ..model.embedder import Embedder
from ..model.gradcam import similarity_map
from ..progress import Progress, silent
from .statistics import bootstrap_mean, paired_difference

BATCH = 16
N_UNTRAINED = 5  # random CBAMs that stand for an untrained one
TARGET = "the nearest other image of the same category"

Embed = Callable[[Tensor], Tensor]
"""Feature maps, (B, 2048, H, W), to embeddings, (B, D)."""


class MaskedGallery(Gallery, Protocol):
    """A gallery that knows where its objects are."""

    def mask(self, id: int) -> NDArray[np.bool_]:
        """Return where the object of one image is visible: (H, W)."""


def cell_shares(mask: NDArray[np.bool_], n_rows: int, n_columns: int) -> NDArray[np.float64]:
    """Average a mask over the cells of a feature map: (n_rows, n_columns), exactly.

    A cell may end inside a pixel; repeating each pixel makes all cells end between two.

    Args:
        mask: (H, W) of the picture before it was squashed; squashing moves no border of a cell.
        n_rows: H of the feature map.
        n_columns: W of the feature map.
    """
    height, width = mask.shape
    fine = mask.repeat(n_rows, axis=0).repeat(n_columns, axis=1)
    shares: NDArray[np.float64] = fine.reshape(n_rows, height, n_columns, width).mean(axis=(1, 3))
    return shares


def share_inside(maps: NDArray[np.floating], cells: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return which share of each map lies inside the object: (N,) in [0, 1].

    Args:
        maps: (N, H, W), 0 or more. One of zeros prefers no place, as one of ones.
        cells: (N, H, W) object share of each cell.
    """
    empty = maps.sum(axis=(1, 2), keepdims=True) == 0
    weights = np.where(empty, 1.0, maps.astype(np.float64))
    shares: NDArray[np.float64] = (weights * cells).sum(axis=(1, 2)) / weights.sum(axis=(1, 2))
    return shares


def nearest_of_category(
    embeddings: NDArray[np.float32], labels: Sequence[str | None]
) -> NDArray[np.intp]:
    """Return the row of each image's nearest other image of its category by cosine: (N,).

    Args:
        embeddings: (N, D) of unit length.
        labels: (N,).

    Raises:
        GalleryError: an image is alone in its category.
    """
    names = np.asarray(labels)
    others = (names[:, None] == names) & ~np.eye(len(names), dtype=bool)  # (N, N)
    alone = ~others.any(axis=1)
    if alone.any():
        raise GalleryError(
            f"Image {int(alone.argmax())} is the only one labelled {labels[alone.argmax()]!r}, so "
            "Grad-CAM has nothing to compare it with; add another one or leave it out."
        )
    cosines = np.where(others, embeddings @ embeddings.T, -np.inf)  # (N, N)
    nearest: NDArray[np.intp] = cosines.argmax(axis=1)
    return nearest


def measure_focus(
    gallery: MaskedGallery,
    embedder: Embedder,
    *,
    untouched: Embedder | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Judge the maps of one checkpoint on all images of a gallery.

    Args:
        gallery: with masks, and two or more images in every category.
        embedder: whose attention is judged.
        untouched: one whose backbone is that of ImageNet, for the row of untouched features;
            it is ``embedder`` itself where its backbone was frozen in training. None leaves
            the row out.
        seed: of the bootstrap, and the first one of the untrained CBAMs.
        progress: told after each batch.

    Returns:
        The body of the result file: ``n_images``, ``object_area_share``, ``rows`` with 95 %
        bootstrap intervals over the images, ``categories``, and how it was measured.

    Raises:
        GalleryError: a mask can't be read, or an image is alone in its category.
        ImageError: an image can't be decoded.
        SettingError: the network's attention layer is not CBAM.
    """
    labels = [item.label for item in gallery.items]
    network = embedder.checkpoint.network
    cbam = as_cbam(network.attention_layer)
    features = _feature_maps(gallery, embedder, progress)  # (N, 2048, H, W)
    cells = np.stack(
        [cell_shares(gallery.mask(i), *features.shape[2:]) for i in range(len(labels))]
    )

    def embed(features: Tensor) -> Tensor:
        return network.head(features).embedding

    def random_cbam(seed: int) -> CBAM:
        return untrained_cbam(cbam, seed)

    inside = {
        "M_s, trained": share_inside(_spatial_gates(cbam, features), cells),
        "M_s, untrained": np.mean(
            [
                share_inside(_spatial_gates(random_cbam(seed + i), features), cells)
                for i in range(N_UNTRAINED)
            ],
            axis=0,
        ),
        "Grad-CAM, trained": share_inside(_grad_cams(embed, features, labels, progress), cells),
    }
    if untouched is not None:
        if untouched is not embedder:
            features = _feature_maps(gallery, untouched, progress)
        maps = _grad_cams(average_pool, features, labels, progress)
        inside["Grad-CAM, untouched ImageNet"] = share_inside(maps, cells)
    area = cells.mean(axis=(1, 2))  # (N,)
    return {
        "n_images": len(labels),
        "grad_cam_target": TARGET,
        "n_untrained": N_UNTRAINED,
        "object_area_share": float(area.mean()),
        "rows": [_row(name, shares, area, seed) for name, shares in inside.items()],
        "categories": _by_category(labels, {"area": area, **inside}),
    }


def untrained_cbam(like: CBAM, seed: int) -> CBAM:
    """Return a CBAM of the same shape at random weights; nobody else's chance is touched."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return CBAM(
            like.channel.narrow.in_features,
            reduction=like.channel.narrow.in_features // like.channel.narrow.out_features,
            kernel_size=like.spatial.conv.kernel_size[0],
        )


def average_pool(features: Tensor) -> Tensor:
    """Untouched features: the mean of (B, C, H, W) over its places, (B, C)."""
    return features.mean(dim=(2, 3))


def _feature_maps(gallery: Gallery, embedder: Embedder, progress: Progress) -> Tensor:
    """F of all images, (N, 2048, H, W): 295 kB for each at 192 × 192."""
    n_images, parts = len(gallery.items), []
    for start in range(0, n_images, BATCH):
        ids = range(start, min(start + BATCH, n_images))
        parts.append(embedder.feature_maps([embedder.prepare(gallery.read(id)) for id in ids]))
        progress(ids.stop, n_images, f"Feature maps of {gallery.title}")
    return torch.cat(parts)


@torch.inference_mode()
def _spatial_gates(cbam: CBAM, features: Tensor) -> NDArray[np.float32]:
    """M_s of feature maps (N, C, H, W), with channel attention before it: (N, H, W)."""
    gates = []
    for part in torch.split(features, BATCH):
        refined = cbam.channel(part).gate * part  # (B, C, H, W)
        gates.append(cbam.spatial(refined).gate[:, 0])  # (B, H, W)
    joined: NDArray[np.float32] = torch.cat(gates).numpy()
    return joined


def _grad_cams(
    embed: Embed, features: Tensor, labels: Sequence[str | None], progress: Progress
) -> NDArray[np.float32]:
    """Grad-CAM of each image's similarity to its nearest of the same category: (N, H, W)."""
    with torch.inference_mode():
        embedded = [normalize(embed(part)) for part in torch.split(features, BATCH)]
    embeddings = torch.cat(embedded)  # (N, D)
    targets = embeddings[nearest_of_category(embeddings.numpy(), labels)]  # (N, D)
    maps, done = [], 0
    for part, wanted in zip(torch.split(features, BATCH), torch.split(targets, BATCH), strict=True):
        maps.append(similarity_map(embed, part, wanted))
        done += len(part)
        progress(done, len(features), "Grad-CAM")
    return np.concatenate(maps)


def _row(
    name: str, shares: NDArray[np.float64], area: NDArray[np.float64], seed: int
) -> dict[str, Any]:
    """One map's figures; ``above_area`` is paired, image by image."""
    inside = bootstrap_mean(shares, seed=seed)
    above = paired_difference(shares, area, seed=seed)
    return {
        "map": name,
        "share_inside": inside.mean,
        "low": inside.low,
        "high": inside.high,
        "over_area": inside.mean / float(area.mean()),
        "above_area": {"mean": above.mean, "low": above.low, "high": above.high},
    }


def _by_category(
    labels: Sequence[str | None], figures: dict[str, NDArray[np.float64]]
) -> dict[str, dict[str, float]]:
    """Means over each category's images, in the gallery's order."""
    names = np.asarray(labels)
    return {
        str(label): {name: float(values[names == label].mean()) for name, values in figures.items()}
        for label in dict.fromkeys(labels)
    }
