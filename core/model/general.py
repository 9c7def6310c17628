"""Training of a general head: attention and fc for pictures of things never seen (section 3.2).

The backbone stays as ImageNet left it. The head learns from several sources at once:

* **Labels**, where pictures have them: images of one label lie close together and others apart
  (``contrastive_loss``).
* **Untouched features**, of every picture: the similarities that ImageNet training gave are
  kept (``structure_loss``), so that little of what it knew is lost. In scenic galleries, whose
  pictures are often wholly what they show, a shore or a mountain, the spatial gate may change
  less.
* **Every attention mode in every step**: with each gate alone, with both and with none the
  embedding must be good, so that attention can be switched and compared.
* **Foreign places**: in some pictures the places with the weakest features are replaced by such
  places of another picture. What the thing is stays; what stands around it must not count.
* **Restraint**: parts of the channel gate's MLP are left out at random, and gates that differ
  much from channel to channel are paid for. Without it channel attention learns its labels by
  heart.

The spatial gate doesn't start flat, because training leaves it there. It starts where it helps
already: see ``AttentionLayer.look``.
"""

from collections.abc import Collection, Iterator, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import normalize

from ..errors import GalleryError, SettingError
from ..language import tr
from ..progress import Progress, silent
from .attention import AttentionMode
from .feature_maps import FeatureMaps
from .network import RetrievalNetwork
from .resume import TrainingState, one_at_a_time
from .training import contrastive_loss, start_head, structure_loss

UNLABELLED = -1
BATCH = 64  # pictures pooled at once
MOST_FOREIGN = 0.5  # of a picture's places
MODE_WEIGHTS: dict[AttentionMode, float] = {"off": 0.5, "channel": 1, "spatial": 1, "both": 1}
LOOKING: tuple[AttentionMode, ...] = ("spatial", "both")  # modes with the spatial gate


@dataclass(frozen=True, kw_only=True, slots=True)
class GeneralConfig:
    """How a general head is trained; the defaults made the checkpoint that ships.

    Raises:
        SettingError: a number outside its range.
    """

    epochs: int = 4
    channel_rate: float = 5e-4  # learning rate of channel attention
    spatial_rate: float = 3e-5  # of spatial attention, whose start is good: slow
    fc_rate: float = 1e-4
    temperature: float = 0.1  # of the contrastive loss
    structure_weight: float = 40.0  # of changed similarities, without the spatial gate
    looking_weight: float = 6.0  # the same with it, which must change some
    scenic_weight: float = 150.0  # the same with it, beside that, within scenic galleries
    restraint_weight: float = 1.0  # of channels that are weighed differently
    dropout: float = 0.5  # of the channel gate's middle
    foreign: float = 0.5  # share of the pictures that get foreign places
    sharpness: float = 12.0  # of the spatial gate's start, per unit of the mean of F
    level: float = 0.8  # mean of F at which the gate starts at one half
    exponent: float = 0.4  # the power of the spatial gate by which places are multiplied
    whitening: float = 0.5  # of fc's start: 0 keeps the axes' variances, 1 makes all alike
    labels_per_batch: int = 32
    images_per_label: int = 4
    unlabelled_per_batch: int = 16
    seed: int = 0

    def __post_init__(self) -> None:
        rates = ("channel_rate", "spatial_rate", "fc_rate", "temperature", "exponent")
        for name in (*rates, "epochs"):
            if not getattr(self, name) > 0:
                raise SettingError(
                    tr(
                        "{name} is {value}; it must be above 0.",
                        name=name,
                        value=getattr(self, name),
                    )
                )
        weights = ("structure_weight", "looking_weight", "scenic_weight")
        counts = ("unlabelled_per_batch", "seed")
        for name in (*weights, *counts, "restraint_weight", "sharpness"):
            if not getattr(self, name) >= 0:
                raise SettingError(
                    tr(
                        "{name} is {value}; it must be 0 or more.",
                        name=name,
                        value=getattr(self, name),
                    )
                )
        for name in ("foreign", "whitening", "dropout"):
            if not 0 <= getattr(self, name) <= 1:
                raise SettingError(
                    tr(
                        "{name} is {value}; it must be 0 to 1.",
                        name=name,
                        value=getattr(self, name),
                    )
                )
        if self.labels_per_batch < 2 or self.images_per_label < 2:
            raise SettingError(
                tr(
                    "A batch of {labels_per_batch} labels × {images_per_label} images "
                    "has no pairs to compare; take at least 2 × 2.",
                    labels_per_batch=self.labels_per_batch,
                    images_per_label=self.images_per_label,
                )
            )

    def describe(self) -> dict[str, int | float]:
        """Return the settings as plain values for metadata."""
        return asdict(self)


@dataclass(frozen=True, slots=True, eq=False)
class TrainingPictures:
    """Pictures of one or several galleries as training sees them.

    Attributes:
        maps: of each gallery F, (N, 2048, H, W), H and W the same for all.
        labels: (n,) number of each picture's label, galleries one after the other, or
            ``UNLABELLED``.
        ids: which of them to train on, ascending; the others are never read.
        scenic: which of the galleries are.
    """

    maps: Sequence[FeatureMaps]
    labels: NDArray[np.int64]
    ids: NDArray[np.intp]
    scenic: Collection[int] = ()

    @classmethod
    def of(
        cls, maps: Sequence[FeatureMaps], labels: NDArray[np.int64], scenic: Collection[int] = ()
    ) -> Self:
        """Take all pictures of some galleries."""
        return cls(maps, labels, np.arange(len(labels)), scenic)

    def without(self, labels: NDArray[np.int64]) -> Self:
        """Leave out all pictures of some labels."""
        return replace(self, ids=self.ids[~np.isin(self.labels[self.ids], labels)])

    def features(self, ids: NDArray[np.intp], turned: NDArray[np.bool_] | None = None) -> Tensor:
        """Return F of some pictures, (n, 2048, H, W) float32.

        Args:
            ids: (n,) which.
            turned: (n,) in which of them left and right change places.
        """
        ends = np.cumsum([len(maps) for maps in self.maps])
        pairs = zip(self._galleries(ids), ids, strict=True)
        rows = [self.maps[gallery][id - ends[gallery]] for gallery, id in pairs]  # from its end
        if turned is not None:
            rows = [F[..., ::-1] if turn else F for F, turn in zip(rows, turned, strict=True)]
        return torch.from_numpy(np.stack(rows).astype(np.float32))

    def is_scenic(self, ids: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Tell which pictures are of a scenic gallery: (n,)."""
        return np.isin(self._galleries(ids), [*self.scenic])

    def _galleries(self, ids: NDArray[np.intp]) -> NDArray[np.intp]:
        ends = np.cumsum([len(maps) for maps in self.maps])
        return np.searchsorted(ends, ids, side="right")

    def pooled(self, ids: NDArray[np.intp] | None = None) -> Tensor:
        """Average-pool F of some pictures, or of all to train on: (n, 2048)."""
        ids = self.ids if ids is None else ids
        parts = np.split(ids, range(BATCH, len(ids), BATCH))
        return torch.cat([self.features(part).mean(dim=(2, 3)) for part in parts])


def start_general_head(
    network: RetrievalNetwork, pooled: Tensor, config: GeneralConfig
) -> nn.Linear:
    """Set attention and fc to where general training begins, from pooled features (n, 2048).

    Returns:
        A copy of fc: with it, pooled features have the similarities that are kept.
    """
    start_head(network, pooled, config.seed, whitening=config.whitening)
    network.attention_layer.look(config.sharpness, config.level)
    network.attention_layer.soften(config.exponent)
    return deepcopy(network.fc).requires_grad_(False)


def batches(
    pictures: TrainingPictures, config: GeneralConfig, rng: np.random.Generator
) -> Iterator[NDArray[np.intp]]:
    """Yield the batches of one epoch: which pictures.

    First come K pictures of each of P labels, then some without a label. A label with more
    pictures is drawn more often; a label with fewer than K pictures gives some of them twice.

    Args:
        pictures: to draw from.
        config: P and K, and how many without a label.
        rng: draws them.

    Raises:
        GalleryError: fewer than two labels.
    """
    labels = pictures.labels[pictures.ids]
    numbers, counts = np.unique(labels[labels != UNLABELLED], return_counts=True)
    if len(numbers) < 2:
        raise GalleryError(
            tr(
                "The pictures to train on have {n_labels} labels with two pictures or more; "
                "training needs at least 2.",
                n_labels=len(numbers),
            )
        )
    of_label = {number: pictures.ids[labels == number] for number in numbers.tolist()}
    without = pictures.ids[labels == UNLABELLED]
    P, K = min(config.labels_per_batch, len(numbers)), config.images_per_label
    extra = min(config.unlabelled_per_batch, len(without))
    for _ in range(max(1, int(counts.sum()) // (P * K))):
        drawn = rng.choice(numbers, P, replace=False, p=counts / counts.sum())
        some = [rng.choice(of_label[it], K, replace=len(of_label[it]) < K) for it in drawn.tolist()]
        yield np.concatenate([*some, rng.choice(without, extra, replace=False)]).astype(np.intp)


def with_foreign_places(
    features: Tensor, share: float, rng: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """Replace the weakest places of some pictures by the weakest of others.

    Weak is where the mean of F over its channels is low: background, in pictures of a thing.

    Args:
        features: (B, C, H, W).
        share: of the pictures that are changed.
        rng: draws which, how many of their places (up to half) and whose they get.

    Returns:
        (B, C, H, W), and which pictures are as they were, (B,) bool.
    """
    flat = features.flatten(2)  # (B, C, places)
    n, _, places = flat.shape
    order = flat.mean(dim=1).argsort(dim=1)  # (B, places) the weakest first
    changed, donors = rng.random(n) < share, rng.permutation(n)
    mixed = flat.clone()
    for i in np.flatnonzero(changed).tolist():
        k, donor = int(rng.integers(1, 1 + int(MOST_FOREIGN * places))), int(donors[i])
        mixed[i, :, order[i, :k]] = flat[donor, :, order[donor, :k]]
    return mixed.view_as(features), torch.from_numpy(~changed)


def restraint_loss(gate: Tensor) -> Tensor:
    """Mean over pictures of the variance of log M_c over its channels.

    Args:
        gate: M_c, (B, C, 1, 1). Its scale doesn't count: the pooled vector loses it.
    """
    return gate.flatten(1).log().var(dim=1).mean()


def train_general(
    network: RetrievalNetwork,
    pictures: TrainingPictures,
    config: GeneralConfig,
    *,
    teacher: nn.Linear,
    resume: Path | None = None,
    progress: Progress = silent,
) -> list[dict[str, float]]:
    """Train attention and fc in place, from where ``start_general_head`` set them.

    Args:
        network: whose backbone made the feature maps; it isn't used.
        pictures: what to train on.
        config: the recipe; the same seed and threads give the same weights.
        teacher: what ``start_general_head`` returned.
        resume: a file that keeps the state after each epoch. Where it exists, training goes on
            from it, to the same weights; it must be of the same training.
        progress: told after each step.

    Returns:
        For each epoch the mean ``contrastive``, ``structure`` and ``restraint`` loss, and the
        weighted sum of all, ``total``.

    Raises:
        GalleryError: too few labels.
        StoreError: the state can't be written.
    """
    network.eval()
    network.attention_layer.train()
    network.attention_layer.drop(config.dropout)
    rng = np.random.default_rng(config.seed)
    epochs = [list(batches(pictures, config, rng)) for _ in range(config.epochs)]
    steps = sum(map(len, epochs))
    optimiser, schedule = _optimiser(network, config, steps)
    state = TrainingState(network, optimiser, schedule, rng)
    losses = _Losses(network, pictures, config, teacher, rng)
    with one_at_a_time(resume, progress):
        if resume and resume.exists():
            state.load(resume)
        for number in range(len(state.history) + 1, config.epochs + 1):
            paid = []
            torch.manual_seed(config.seed + number)  # of what is dropped: so a killed run goes on
            for step, ids in enumerate(epochs[number - 1], start=1):
                parts = losses.of(ids)
                optimiser.zero_grad()
                parts["total"].backward()  # type: ignore[no-untyped-call]
                optimiser.step()
                schedule.step()
                paid.append({name: value.item() for name, value in parts.items()})
                done = (number - 1) * len(epochs[0]) + step
                told = f"Epoch {number} of {config.epochs}, loss {paid[-1]['total']:.2f}"
                progress(done, steps, told)
            state.history.append(
                {name: float(np.mean([it[name] for it in paid])) for name in paid[0]}
            )
            if resume:
                state.save(resume, finished=number == config.epochs)
    network.attention_layer.drop(0)
    network.eval()
    return state.history


@dataclass(frozen=True, slots=True, eq=False)
class _Losses:
    """What one training pays for."""

    network: RetrievalNetwork
    pictures: TrainingPictures
    config: GeneralConfig
    teacher: nn.Linear
    rng: np.random.Generator

    def of(self, ids: NDArray[np.intp]) -> dict[str, Tensor]:
        """Return the losses of one batch by name, and their weighted sum as ``total``."""
        config = self.config
        turned = self.rng.random(len(ids)) < 0.5
        features = self.pictures.features(ids, turned=turned)  # (B, 2048, H, W)
        with torch.no_grad():
            original = normalize(self.teacher(normalize(features.mean(dim=(2, 3)))))  # (B, D)
        features, whole = with_foreign_places(features, config.foreign, self.rng)
        labels = torch.from_numpy(self.pictures.labels[ids])
        known = labels != UNLABELLED
        scenic = (whole & torch.from_numpy(self.pictures.is_scenic(ids))).nonzero().flatten()
        parts = {"contrastive": torch.zeros(()), "structure": torch.zeros(())}
        total = torch.zeros(())
        for mode, weight in MODE_WEIGHTS.items():
            made = self.network.head(features, attention=mode)
            apart = contrastive_loss(made.embedding[known], labels[known], config.temperature)
            changed = structure_loss(made.embedding[whole], original[whole])
            kept = config.looking_weight if mode in LOOKING else config.structure_weight
            total = total + weight * (apart + kept * changed)
            if mode in LOOKING and len(scenic) > 1:
                within = structure_loss(made.embedding[scenic], original[scenic])
                total = total + weight * config.scenic_weight * within
            parts["contrastive"] += apart.detach() / len(MODE_WEIGHTS)
            parts["structure"] += changed.detach() / len(MODE_WEIGHTS)
            if mode == "channel" and made.maps.channel is not None:
                restraint = restraint_loss(made.maps.channel.gate)
                parts["restraint"] = restraint.detach()
                total = total + config.restraint_weight * restraint
        return {**parts, "total": total}


def _optimiser(
    network: RetrievalNetwork, config: GeneralConfig, steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    """AdamW with one rate for each part, all of them rising and falling once."""
    layer = network.attention_layer
    spatial = list(layer.spatial_parameters())
    slow = {id(parameter) for parameter in spatial}
    rest = [parameter for parameter in layer.parameters() if id(parameter) not in slow]
    parts = [
        (spatial, config.spatial_rate),
        (rest, config.channel_rate),
        (list(network.fc.parameters()), config.fc_rate),
    ]
    parts = [(parameters, rate) for parameters, rate in parts if parameters]
    optimiser = torch.optim.AdamW(
        [{"params": parameters, "lr": rate} for parameters, rate in parts], weight_decay=1e-4
    )
    rates = [rate for _, rate in parts]
    return optimiser, torch.optim.lr_scheduler.OneCycleLR(optimiser, rates, steps, pct_start=0.11)
