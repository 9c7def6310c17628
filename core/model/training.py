"""Training of CBAM and fc on a frozen backbone (sections 3.1 and 3.2).

What is learned: that images of one class lie close together and others apart (supervised
contrastive loss; Khosla et al., NeurIPS 2020). What is kept: the similarities that ImageNet
training gave to all pairs, classes or not, because a general embedding must also serve
pictures of things that it never saw (a penalty on every pair's change of cosine).

The start is not random. The fc layer begins as the principal axes of the pooled features and
both gates at exactly one half everywhere, so that the untrained embedding is already as good
as the ImageNet features it comes from.

The paper doesn't give its loss, its rates or the number of its epochs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import normalize

from core.errors import GalleryError, SettingError
from core.model.feature_maps import FeatureMaps
from core.model.network import RetrievalNetwork
from core.progress import Progress, silent


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingConfig:
    """How CBAM and fc are trained; the defaults made the checkpoint that ships.

    Raises:
        SettingError: a number outside its range.
    """

    epochs: int = 3
    learning_rate: float = 3e-4  # of CBAM; fc starts at a good place and learns at a third
    temperature: float = 0.1  # of the contrastive loss
    structure_weight: float = 10.0  # of the penalty on changed similarities
    classes_per_batch: int = 16
    images_per_class: int = 4
    views: int = 2  # the picture itself, and views - 1 augmented ones
    seed: int = 0

    def __post_init__(self) -> None:
        positive = ("epochs", "learning_rate", "temperature", "views")
        for name in positive:
            if not getattr(self, name) > 0:
                raise SettingError(f"{name} is {getattr(self, name)}; it must be above 0.")
        for name in ("structure_weight", "seed"):
            if not getattr(self, name) >= 0:
                raise SettingError(f"{name} is {getattr(self, name)}; it must be 0 or more.")
        if self.classes_per_batch < 2 or self.images_per_class < 2:
            raise SettingError(
                f"A batch of {self.classes_per_batch} classes × {self.images_per_class} images "
                "has no pairs to compare; take at least 2 × 2."
            )

    def describe(self) -> dict[str, int | float]:
        """Return the settings as plain values for metadata."""
        return asdict(self)


def start_head(network: RetrievalNetwork, pooled: Tensor, seed: int) -> None:
    """Set CBAM and fc to where training begins, from pooled features (n, 2048).

    Nothing stays of what they were, so that no training can see another one's images.

    The fc layer becomes the principal axes of the features; its bias moves their mean to the
    origin, where hyperplanes cut the data into halves of about equal size. The last layer of
    either gate becomes 0, so that both gates are σ(0) = 1/2 everywhere and change nothing; the
    layer before it starts at random, from ``seed``.
    """
    pooled = normalize(pooled.double())
    mean = pooled.mean(dim=0)  # (2048,)
    centred = pooled - mean
    _, axes = torch.linalg.eigh(centred.T @ centred)  # columns, by ascending variance
    weight = axes[:, -network.config.dim :].flip(1).T  # (D, 2048)
    torch.manual_seed(seed)
    network.cbam.channel.narrow.reset_parameters()
    with torch.no_grad():
        network.fc.weight.copy_(weight)
        network.fc.bias.copy_(-weight @ mean)
        for last in (network.cbam.channel.widen, network.cbam.spatial.conv):
            for parameter in last.parameters():
                nn.init.zeros_(parameter)


def pool(maps: FeatureMaps, ids: NDArray[np.intp]) -> Tensor:
    """Average-pool the feature maps of some images: (n, 2048) float32."""
    return torch.stack([torch.from_numpy(maps[id].astype(np.float32)).mean((1, 2)) for id in ids])


def contrastive_loss(embeddings: Tensor, labels: Tensor, temperature: float) -> Tensor:
    """Supervised contrastive loss of a batch, (B, D) of unit length with labels (B,).

    For every image: the mean over the others of its class of -log softmax of their cosine
    among all others.
    """
    itself = torch.eye(len(labels), dtype=torch.bool)
    same = (labels[:, None] == labels) & ~itself  # (B, B)
    cosines = embeddings @ embeddings.T  # (B, B)
    log_share = (cosines / temperature).masked_fill(itself, -torch.inf).log_softmax(dim=1)
    return -(log_share.masked_fill(~same, 0).sum(dim=1) / same.sum(dim=1)).mean()


def structure_loss(embeddings: Tensor, original: Tensor) -> Tensor:
    """Mean squared change of the cosines of all pairs in a batch, both (B, D), unit length."""
    change = embeddings @ embeddings.T - original @ original.T  # (B, B)
    pairs = ~torch.eye(len(change), dtype=torch.bool)
    return change[pairs].square().mean()


def balanced_batches(
    labels: NDArray[np.int64], config: TrainingConfig, rng: np.random.Generator
) -> Iterator[NDArray[np.intp]]:
    """Yield the batches of one epoch: P classes, and K different images of each.

    Args:
        labels: (n,) class numbers.
        config: P = classes_per_batch (fewer where there are fewer), K = images_per_class.
        rng: draws classes and images.

    Raises:
        GalleryError: fewer than two classes, or a class with fewer than K images.
    """
    by_class = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    smallest = min(map(len, by_class))
    if len(by_class) < 2 or smallest < config.images_per_class:
        raise GalleryError(
            f"The gallery has {len(by_class)} classes, the smallest of {smallest} images; "
            f"training needs at least 2 classes of {config.images_per_class} images."
        )
    per_batch = min(config.classes_per_batch, len(by_class))
    for _ in range(max(1, len(labels) // (per_batch * config.images_per_class))):
        classes = rng.choice(len(by_class), per_batch, replace=False)
        yield np.concatenate(
            [rng.choice(by_class[c], config.images_per_class, replace=False) for c in classes]
        )


def train_head(
    network: RetrievalNetwork,
    views: Sequence[FeatureMaps],
    ids: NDArray[np.intp],
    labels: NDArray[np.int64],
    config: TrainingConfig,
    *,
    progress: Progress = silent,
) -> list[dict[str, float]]:
    """Train CBAM and fc in place, from where they stand: see ``start_head``.

    Args:
        network: its backbone is not used and stays as it is.
        views: feature maps (N, 2048, H, W) of all images, one array per view.
        ids: (n,) the images to train on, rows of ``views``; all others are never read.
        labels: (n,) their class numbers.
        config: the recipe; the same seed and threads give the same weights.
        progress: told after each step.

    Returns:
        For each epoch its mean ``contrastive`` and ``structure`` loss.

    Raises:
        GalleryError: too few classes, or images in a class.
    """
    rng = np.random.default_rng(config.seed)
    with torch.no_grad():  # gates of one half change no direction, so this is head() at the start
        original = normalize(network.fc(normalize(pool(views[0], ids))))  # (n, D)
    epochs = [list(balanced_batches(labels, config, rng)) for _ in range(config.epochs)]
    steps = sum(map(len, epochs))
    rates = [config.learning_rate, config.learning_rate / 3]
    optimiser = torch.optim.AdamW(
        [
            {"params": network.cbam.parameters(), "lr": rates[0]},
            {"params": network.fc.parameters(), "lr": rates[1]},
        ],
        weight_decay=1e-4,
    )
    # Not a tenth of the steps: where that is exactly one step, OneCycleLR divides by zero.
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rates, steps, pct_start=0.11)
    history, done = [], 0
    for number, batches in enumerate(epochs, start=1):
        losses = []
        for batch in batches:
            which = rng.integers(len(views), size=len(batch))
            maps = np.stack([views[v][ids[i]] for v, i in zip(which, batch, strict=True)])
            features = torch.from_numpy(maps.astype(np.float32))  # (B, 2048, H, W)
            embeddings = network.head(features).embedding  # (B, D)
            contrastive = contrastive_loss(
                embeddings, torch.from_numpy(labels[batch]), config.temperature
            )
            structure = structure_loss(embeddings, original[batch])
            optimiser.zero_grad()
            loss = contrastive + config.structure_weight * structure
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
            losses.append((contrastive.item(), structure.item()))
            done += 1
            progress(done, steps, f"Epoch {number} of {config.epochs}, loss {losses[-1][0]:.2f}")
        mean = np.mean(losses, axis=0)
        history.append({"contrastive": float(mean[0]), "structure": float(mean[1])})
    return history
