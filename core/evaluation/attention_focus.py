"""Does attention look at the object? Measured on pictures whose objects have masks.

Painted scenes and photographs go the same way. Each place of the feature map covers a cell of
the squashed picture, and the mask tells which share of that cell is object. Two figures say how
well a map finds it:

    share_inside = sum over places of map × cell share / sum over places of map
    ratio        = mean share_inside / mean share of the area that the objects cover
    peak         = how often the greatest cell of the map is mostly object

A map that is the same everywhere has ratio 1. Only the map over its mean counts: the pooled
vector after it has its length removed, and all three are the same for a map and for its half.

M_s is judged as trained and at random weights (of several random CBAMs, the mean), behind channel
attention (mode both) and without it (mode spatial). What it has to beat, none of them trained: a
flat map, a Gaussian in the middle of the picture, and the mean of F over its channels, which is
what M_s is computed from. Grad-CAM of the trained network and of untouched ImageNet features
explains the similarity to the nearest other image of the same label, by the same features. The
true mask, laid on the same cells, is the best that a map of this size can do.

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
from ..language import later, tr
from ..model.attention import AttentionMode
from ..model.cbam import CBAM, as_cbam
from ..model.embedder import Embedder
from ..model.gradcam import similarity_map
from ..progress import Progress, silent
from .statistics import ConfidenceInterval, bootstrap_mean, bootstrap_ratio, paired_difference

BATCH = 16
N_UNTRAINED = 5  # random CBAMs that stand for an untrained one
TARGET = "the nearest other image of the same label, of all where there are no labels"
WIDTH = 0.25  # of the picture's sides: the deviation of the Gaussian in the middle

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


def peak_inside(maps: NDArray[np.floating], cells: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return whether the greatest cell of each map is mostly object: (N,), 1 or 0.

    Where several cells are equally great, it is the share of them that are mostly object: a
    flat map has the chance of a cell that is drawn blindly.

    Args:
        maps: (N, H, W).
        cells: (N, H, W) object share of each cell.
    """
    greatest = maps == maps.max(axis=(1, 2), keepdims=True)  # (N, H, W)
    found = (greatest & (cells > 0.5)).sum(axis=(1, 2))
    shares: NDArray[np.float64] = found / greatest.sum(axis=(1, 2))
    return shares


def gaussian(n_rows: int, n_columns: int) -> NDArray[np.float64]:
    """Return a map that looks at the middle of every picture: (n_rows, n_columns)."""
    vertical = np.exp(-((_middles(n_rows) / WIDTH) ** 2) / 2)
    horizontal = np.exp(-((_middles(n_columns) / WIDTH) ** 2) / 2)
    product: NDArray[np.float64] = np.outer(vertical, horizontal)
    return product


def _middles(n: int) -> NDArray[np.float64]:
    """How far the middle of each of n cells is from the picture's: (n,) in -0.5 … 0.5."""
    return (np.arange(n) + 0.5) / n - 0.5


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
        label = labels[alone.argmax()]
        raise GalleryError(
            tr(
                "Image {id} is the only one without a label, so Grad-CAM has nothing to compare it "
                "with; add another one or leave it out.",
                id=int(alone.argmax()),
            )
            if label is None
            else tr(
                "Image {id} is the only one labelled {label!r}, so Grad-CAM has nothing to compare "
                "it with; add another one or leave it out.",
                id=int(alone.argmax()),
                label=label,
            )
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
    """Judge the maps of one checkpoint on all images of a gallery whose object is to be seen.

    Args:
        gallery: with masks, and two or more images of every label.
        embedder: whose attention is judged.
        untouched: one whose backbone is that of ImageNet, for the row of untouched features;
            it is ``embedder`` itself where its backbone was frozen in training. None leaves
            the row out.
        seed: of the bootstrap, and the first one of the untrained CBAMs.
        progress: told after each batch.

    Returns:
        The body of the result file: ``n_images``, ``object_area_share``, ``rows`` with 95 %
        bootstrap intervals over the images, ``categories`` where there are labels, and how it
        was measured.

    Raises:
        GalleryError: a mask can't be read, all are empty, or an image is alone with its label.
        ImageError: an image can't be decoded.
        SettingError: the network's attention layer is not CBAM.
    """
    cbam = as_cbam(embedder.checkpoint.network.attention_layer)
    masks = {item.id: gallery.mask(item.id) for item in gallery.items}
    ids = [id for id, mask in masks.items() if mask.any()]  # a hidden object can't be found
    if not ids:
        raise GalleryError(
            tr("No mask of {title} shows an object; paint objects white.", title=gallery.title)
        )
    labels = [gallery.items[id].label for id in ids]
    features = _feature_maps(gallery, ids, embedder, progress)  # (N, 2048, H, W)
    n_rows, n_columns = features.shape[2:]
    cells = np.stack([cell_shares(masks[id], n_rows, n_columns) for id in ids])  # (N, H, W)

    def embed(features: Tensor) -> Tensor:
        return embedder.checkpoint.network.head(features).embedding

    random = [untrained_cbam(cbam, seed + n) for n in range(N_UNTRAINED)]
    maps: dict[
        str, list[NDArray[np.floating]]
    ] = {  # several for one name are several starts: their figures are averaged
        later("M_s, trained"): [_spatial_gates(cbam, features)],
        later("M_s without M_c, trained"): [_spatial_gates(cbam, features, after="off")],
        later("M_s, untrained"): [_spatial_gates(it, features) for it in random],
        later("M_s without M_c, untrained"): [
            _spatial_gates(it, features, after="off") for it in random
        ],
        later("Flat"): [np.ones_like(cells)],
        later("Gaussian in the middle"): [
            np.broadcast_to(gaussian(n_rows, n_columns), cells.shape)
        ],
        later("Mean of F"): [features.mean(dim=1).numpy()],
        later("Grad-CAM, trained"): [_grad_cams(embed, features, labels, progress)],
    }
    if untouched is not None:
        if untouched is not embedder:
            features = _feature_maps(gallery, ids, untouched, progress)
        cams = _grad_cams(average_pool, features, labels, progress)
        maps[later("Grad-CAM, untouched ImageNet")] = [cams]
    maps[later("True mask")] = [cells]
    inside = {
        name: np.mean([share_inside(one, cells) for one in several], axis=0)
        for name, several in maps.items()
    }
    peaks = {
        name: np.mean([peak_inside(one, cells) for one in several], axis=0)
        for name, several in maps.items()
    }
    area = cells.mean(axis=(1, 2))  # (N,)
    return {
        "n_images": len(ids),
        "n_without_object": len(masks) - len(ids),
        "grid": [n_rows, n_columns],
        "grad_cam_target": TARGET,
        "n_untrained": N_UNTRAINED,
        "gaussian_width": WIDTH,
        "object_area_share": float(area.mean()),
        "rows": [_row(name, inside[name], peaks[name], area, seed) for name in maps],
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


def _feature_maps(
    gallery: Gallery, ids: Sequence[int], embedder: Embedder, progress: Progress
) -> Tensor:
    """F of some images, (N, 2048, H, W): 8 kB for each place of each image."""
    parts = []
    for start in range(0, len(ids), BATCH):
        batch = [embedder.prepare(gallery.read(id)) for id in ids[start : start + BATCH]]
        parts.append(embedder.feature_maps(batch))
        progress(start + len(batch), len(ids), f"Feature maps of {gallery.title}")
    return torch.cat(parts)


@torch.inference_mode()
def _spatial_gates(
    cbam: CBAM, features: Tensor, *, after: AttentionMode = "channel"
) -> NDArray[np.float32]:
    """M_s of feature maps (N, C, H, W) after channel attention, or after none: (N, H, W)."""
    gates = []
    for part in torch.split(features, BATCH):
        refined = cbam(part, attention=after).refined  # (B, C, H, W)
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
    name: str,
    shares: NDArray[np.float64],
    peaks: NDArray[np.float64],
    area: NDArray[np.float64],
    seed: int,
) -> dict[str, Any]:
    """One map's figures with intervals; ``above_area`` is paired, image by image."""
    return {
        "map": name,
        "share_inside": _interval(bootstrap_mean(shares, seed=seed)),
        "ratio": _interval(bootstrap_ratio(shares, area, seed=seed)),
        "above_area": _interval(paired_difference(shares, area, seed=seed)),
        "peak": _interval(bootstrap_mean(peaks, seed=seed)),
    }


def _interval(measured: ConfidenceInterval) -> dict[str, float]:
    return {"mean": measured.mean, "low": measured.low, "high": measured.high}


def _by_category(
    labels: Sequence[str | None], figures: dict[str, NDArray[np.float64]]
) -> dict[str, dict[str, float]]:
    """Means over each category's images, in the gallery's order; none without labels."""
    names = np.asarray(labels)
    return {
        label: {name: float(values[names == label].mean()) for name, values in figures.items()}
        for label in dict.fromkeys(labels)
        if label is not None
    }
