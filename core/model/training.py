"""Training of attention and fc, the backbone frozen up to its last stage or whole (section 3.2).

This is the training of the paper's experiment: a network for one gallery. The checkpoint that
ships is trained for pictures of any kind: see ``general``, which shares what is below.

What is learned: that images of one class lie close together and others apart (supervised
contrastive loss; Khosla et al., NeurIPS 2020). What is kept: the similarities that ImageNet
training gave to all pairs, classes or not, because a general embedding must also serve
pictures of things that it never saw (a penalty on every pair's change of cosine).

The start is not random. The fc layer begins as the principal axes of the pooled features, and
the attention layer where it says itself: CBAM with both gates at exactly one half everywhere,
so that the untrained embedding is already as good as the ImageNet features it comes from.

How much learns is a setting: the head alone, or with it the backbone's last stage, which fits one
gallery better. All stages before what learns are computed once, ahead: see
``core.model.feature_maps``.

The paper doesn't give its loss, its rates or the number of its epochs.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import normalize

from ..errors import GalleryError, SettingError
from ..language import tr
from ..progress import Progress, silent
from .attention import ATTENTION_MODES, AttentionMode
from .embedder import has_bfloat16
from .feature_maps import FeatureMaps
from .network import Learns, RetrievalNetwork
from .resume import TrainingState, one_at_a_time

CPU = torch.device("cpu")
BATCH = 64  # images pooled or embedded at once
LOSSES = ("contrastive", "structure")


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingConfig:
    """How a network is trained for one gallery.

    Raises:
        SettingError: a number outside its range.
    """

    learns: Learns = "head"
    attention: AttentionMode = "both"  # what is trained with; "off" leaves the layer out
    epochs: int = 3
    learning_rate: float = 3e-4  # of attention; fc starts at a good place and learns at a third
    stage_rate: float = 1e-4  # of the backbone's last stage, where that learns
    temperature: float = 0.1  # of the contrastive loss
    structure_weight: float = 10.0  # of the penalty on changed similarities
    classes_per_batch: int = 16
    images_per_class: int = 4
    views: int = 2  # the picture itself, and views - 1 augmented ones
    mirror: bool = False  # turn left and right round in half of all maps; no paper's idea
    seed: int = 0

    def __post_init__(self) -> None:
        for name, choices in (("learns", get_args(Learns)), ("attention", ATTENTION_MODES)):
            if getattr(self, name) not in choices:
                raise SettingError(
                    tr(
                        "{name} is {value!r}; choose one of {choices}.",
                        name=name,
                        value=getattr(self, name),
                        choices=", ".join(choices),
                    )
                )
        positive = ("epochs", "learning_rate", "stage_rate", "temperature", "views")
        for name in positive:
            if not getattr(self, name) > 0:
                raise SettingError(
                    tr(
                        "{name} is {value}; it must be above 0.",
                        name=name,
                        value=getattr(self, name),
                    )
                )
        for name in ("structure_weight", "seed"):
            if not getattr(self, name) >= 0:
                raise SettingError(
                    tr(
                        "{name} is {value}; it must be 0 or more.",
                        name=name,
                        value=getattr(self, name),
                    )
                )
        if self.classes_per_batch < 2 or self.images_per_class < 2:
            raise SettingError(
                tr(
                    "A batch of {classes_per_batch} classes × {images_per_class} images "
                    "has no pairs to compare; take at least 2 × 2.",
                    classes_per_batch=self.classes_per_batch,
                    images_per_class=self.images_per_class,
                )
            )

    def describe(self) -> dict[str, int | float | str]:
        """Return the settings as plain values for metadata."""
        return asdict(self)


def start_head(
    network: RetrievalNetwork, pooled: Tensor, seed: int, *, whitening: float = 0.0
) -> None:
    """Set attention and fc to where training begins, from pooled features (n, 2048).

    Nothing stays of what they were, so that no training can see another one's images.

    The fc layer becomes the principal axes of the features; its bias moves their mean to the
    origin, where hyperplanes cut the data into halves of about equal size. The attention layer
    goes to its own start; what of it is random comes from ``seed``.

    Args:
        network: whose attention and fc are set.
        pooled: (n, 2048).
        seed: of what is random.
        whitening: power of each axis' deviation that it is divided by. 0 keeps the variances as
            they are; with 1 every axis counts alike, the noise of the last ones too.
    """
    start_at_axes(network.fc, pooled, whitening=whitening)
    torch.manual_seed(seed)
    network.attention_layer.start()


@torch.no_grad()
def start_at_axes(layer: nn.Linear, pooled: Tensor, *, whitening: float) -> None:
    """Set a layer to the principal axes of pooled features, (n, C), and move their mean to 0.

    Args:
        layer: from C numbers to as many axes as it has outputs.
        pooled: (n, C).
        whitening: as ``start_head``.
    """
    pooled = normalize(pooled.double())
    mean = pooled.mean(dim=0)  # (C,)
    centred = pooled - mean
    variances, axes = torch.linalg.eigh(centred.T @ centred)  # columns, by ascending variance
    axes, variances = (it[..., -layer.out_features :].flip(-1) for it in (axes, variances))
    variances = variances.clamp_min(1e-12)  # of fewer pictures than axes some are 0
    scale = (variances.sum() / (variances ** (1 - whitening)).sum()).sqrt()  # the sum is kept
    weight = (scale * axes * variances ** (-whitening / 2)).T  # (D, C)
    layer.weight.copy_(weight)
    layer.bias.copy_(-weight @ mean)


@torch.no_grad()
def pool(
    maps: FeatureMaps,
    ids: NDArray[np.intp],
    late: nn.Sequential | None = None,
    device: torch.device = CPU,
) -> Tensor:
    """Average-pool the feature maps of some images: (n, 2048) float32.

    Args:
        maps: F of all images or, with ``late``, the last stage's input.
        ids: (n,) rows of ``maps``.
        late: the last stage.
        device: where that is, and where the features will be.
    """
    features = through(late or nn.Sequential(), maps, ids, device)
    return torch.cat([F.mean(dim=(2, 3)) for F in features])


@torch.no_grad()
def embed_maps(
    network: RetrievalNetwork, maps: FeatureMaps, ids: NDArray[np.intp], config: TrainingConfig
) -> Tensor:
    """Embed images from what the frozen stages gave, as trained: (n, D) of unit length."""
    _, late = network.split_backbone(config.learns)
    features = through(late, maps, ids, network.fc.weight.device)
    return torch.cat([network.head(F, attention=config.attention).embedding for F in features])


def contrastive_loss(embeddings: Tensor, labels: Tensor, temperature: float) -> Tensor:
    """Supervised contrastive loss of a batch, (B, D) of unit length with labels (B,).

    For every image: the mean over the others of its class of -log softmax of their cosine
    among all others.
    """
    itself = torch.eye(len(labels), dtype=torch.bool, device=labels.device)
    same = (labels[:, None] == labels) & ~itself  # (B, B)
    cosines = embeddings @ embeddings.T  # (B, B)
    log_share = (cosines / temperature).masked_fill(itself, -torch.inf).log_softmax(dim=1)
    return -(log_share.masked_fill(~same, 0).sum(dim=1) / same.sum(dim=1)).mean()


def structure_loss(embeddings: Tensor, original: Tensor) -> Tensor:
    """Mean squared change of the cosines of all pairs in a batch, both (B, D), unit length."""
    change = embeddings @ embeddings.T - original @ original.T  # (B, B)
    pairs = ~torch.eye(len(change), dtype=torch.bool, device=change.device)
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
            tr(
                "The gallery has {n_classes} classes, the smallest of {smallest} images; "
                "training needs at least 2 classes of {images_per_class} images.",
                n_classes=len(by_class),
                smallest=smallest,
                images_per_class=config.images_per_class,
            )
        )
    per_batch = min(config.classes_per_batch, len(by_class))
    for _ in range(max(1, len(labels) // (per_batch * config.images_per_class))):
        classes = rng.choice(len(by_class), per_batch, replace=False)
        yield np.concatenate(
            [rng.choice(by_class[c], config.images_per_class, replace=False) for c in classes]
        )


def train(
    network: RetrievalNetwork,
    views: Sequence[FeatureMaps],
    ids: NDArray[np.intp],
    labels: NDArray[np.int64],
    config: TrainingConfig,
    *,
    resume: Path | None = None,
    progress: Progress = silent,
) -> list[dict[str, float]]:
    """Train a network in place, from where it stands: see ``start_head``.

    It runs on a GPU where PyTorch finds one, and comes back to the processor.

    Args:
        network: what ``config.learns`` doesn't name is not used and stays as it is; so do the
            statistics of batch norm.
        views: for all images what the frozen stages give, one array per view; see
            ``core.model.feature_maps``.
        ids: (n,) the images to train on, rows of ``views``; all others are never read.
        labels: (n,) their class numbers.
        config: the recipe; the same seed and threads give the same weights.
        resume: a file that keeps the state after each epoch. Where it exists, training goes on
            from it, to the same weights; it must be of the same training. Where another process
            has the same training under way, its result is waited for.
        progress: told after each step.

    Returns:
        For each epoch its mean ``contrastive`` and ``structure`` loss.

    Raises:
        GalleryError: too few classes, or images in a class.
        StoreError: the state can't be written.
    """
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network.eval().to(device)
    _, late = network.split_backbone(config.learns)
    rng = np.random.default_rng(config.seed)
    with torch.no_grad():  # without attention; where it starts neutral, this is head() at the start
        original = normalize(network.fc(normalize(pool(views[0], ids, late, device))))  # (n, D)
    epochs = [list(balanced_batches(labels, config, rng)) for _ in range(config.epochs)]
    steps = sum(map(len, epochs))
    optimiser, schedule = _optimiser(network, config, steps)
    state = TrainingState(network, optimiser, schedule, rng)
    with one_at_a_time(resume, progress):
        if resume and resume.exists():
            state.load(resume)
        first = len(state.history)
        for number, batches in enumerate(epochs[first:], start=first + 1):
            losses = []
            for step, batch in enumerate(batches, start=1):
                which = rng.integers(len(views), size=len(batch))
                maps = np.stack([views[v][ids[i]] for v, i in zip(which, batch, strict=True)])
                if config.mirror:
                    turned = rng.random(len(batch)) < 0.5
                    maps[turned] = maps[turned, :, :, ::-1]
                features = _forward(late, maps, device)  # (B, 2048, H, W)
                embeddings = network.head(features, attention=config.attention).embedding  # (B, D)
                classes = torch.from_numpy(labels[batch]).to(device)
                contrastive = contrastive_loss(embeddings, classes, config.temperature)
                structure = structure_loss(embeddings, original[batch])
                optimiser.zero_grad()
                loss = contrastive + config.structure_weight * structure
                loss.backward()  # type: ignore[no-untyped-call]
                optimiser.step()
                schedule.step()
                losses.append((contrastive.item(), structure.item()))
                done = (number - 1) * len(batches) + step
                told = f"Epoch {number} of {config.epochs}, loss {losses[-1][0]:.2f}"
                progress(done, steps, told)
            mean = np.mean(losses, axis=0)
            state.history.append(dict(zip(LOSSES, mean.tolist(), strict=True)))
            if resume:
                state.save(resume, finished=number == config.epochs)
    network.cpu()
    return state.history


def _optimiser(
    network: RetrievalNetwork, config: TrainingConfig, steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    """AdamW with one rate for each part, all of them rising and falling once."""
    parts: list[tuple[nn.Module, float]] = [
        (network.attention_layer, config.learning_rate),
        (network.fc, config.learning_rate / 3),
    ]
    if config.learns == "last stage":
        _, late = network.split_backbone(config.learns)
        parts.append((late.to(memory_format=torch.channels_last), config.stage_rate))
    optimiser = torch.optim.AdamW(
        [{"params": part.parameters(), "lr": rate} for part, rate in parts], weight_decay=1e-4
    )
    # Not a tenth of the steps: where that is exactly one step, OneCycleLR divides by zero.
    rates = [rate for _, rate in parts]
    return optimiser, torch.optim.lr_scheduler.OneCycleLR(optimiser, rates, steps, pct_start=0.11)


def _forward(late: nn.Sequential, maps: FeatureMaps, device: torch.device) -> Tensor:
    """Go on from what the frozen stages gave, (B, C, h, w): F, (B, 2048, H, W) float32."""
    inputs = torch.from_numpy(maps.astype(np.float32)).to(device)
    if len(late) == 0:
        return inputs
    inputs = inputs.contiguous(memory_format=torch.channels_last)
    with _autocast(device):
        features: Tensor = late(inputs)
    return features.float()


def through(
    late: nn.Sequential, maps: FeatureMaps, ids: NDArray[np.intp], device: torch.device = CPU
) -> Iterator[Tensor]:
    """Yield F, (B, 2048, H, W), of some images in batches, from what the frozen stages gave."""
    for start in range(0, len(ids), BATCH):
        yield _forward(late, maps[ids[start : start + BATCH]], device)


def _autocast(device: torch.device) -> AbstractContextManager[None]:
    """Multiply in bfloat16 where the hardware does."""
    fast = device.type == "cuda" or has_bfloat16()
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=fast)
