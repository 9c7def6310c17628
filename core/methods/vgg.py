"""VGG-N [18]: a plain convolutional network, trained from nothing on the gallery alone.

    picture -> stages of 3 × 3 convolutions -> fc -> fc -> unit length = embedding -> exact scan
                                                      |
                                                      +--> class (while training)

The paper's tables say VGG-N, its text says LeNet-L, "an improvement of the LeNet-5 model". It
gives neither depth nor input size nor how long it was trained. Ours has the layout of VGG-13
(Simonyan & Zisserman, ICLR 2015) at a quarter of its width and less than half its input, which
two processor cores train in minutes. Beyond VGG there is batch norm, without which ten
convolutions hardly start to learn from a thousand pictures.

What it has in common with the paper's own system is the augmentation (section 3.1); what it
lacks is ImageNet, attention and hashing.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, ClassVar
from zlib import crc32

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize

from ..errors import GalleryError, SettingError
from ..index.vectors import checked_whole, similarities
from ..language import tr
from ..model.augment import augment
from ..model.embedder import fold_batch_norm, has_bfloat16
from ..model.preprocess import normalise, squash
from ..progress import Progress
from .base import Pictures, Pixels, User

Vector = NDArray[np.float32]  # (D,) of unit length, or all 0
Views = NDArray[np.uint8]  # (V, S, S, 3) one image: itself first, then augmented


@dataclass(frozen=True, kw_only=True, slots=True)
class VggConfig:
    """The network, and how it is trained.

    Raises:
        SettingError: a number outside its range, or an input that can't be halved often enough.
    """

    input_size: int = 96  # px, both sides
    channels: tuple[int, ...] = (16, 32, 64, 128, 256)  # of each stage; each halves the sides
    dim: int = 256  # D, of both fc layers
    dropout: float = 0.5  # share of the fc layers' values that a training step leaves out
    views: int = 8  # the picture itself, and views - 1 augmented ones
    epochs: int = 30
    batch: int = 32  # images in a step
    learning_rate: float = 1e-3
    weight_decay: float = 0.05

    def __post_init__(self) -> None:
        checked_whole("input_size", self.input_size, low=8, high=512)
        checked_whole("number of stages", len(self.channels), low=1, high=8)
        for n in self.channels:
            checked_whole("channels", n, low=1, high=1024)
        if self.input_size % 2 ** len(self.channels):
            raise SettingError(
                tr(
                    "input_size is {input_size}, which {n_stages} stages can't halve; "
                    "choose a multiple of {multiple}.",
                    input_size=self.input_size,
                    n_stages=len(self.channels),
                    multiple=2 ** len(self.channels),
                )
            )
        checked_whole("dim", self.dim, low=2, high=4096)
        checked_whole("views", self.views, low=1, high=100)
        checked_whole("epochs", self.epochs, low=1, high=1_000)
        checked_whole("batch", self.batch, low=2, high=1_024)
        if not 0 <= self.dropout < 1:
            raise SettingError(
                tr("dropout is {dropout}; choose a share from 0 to below 1.", dropout=self.dropout)
            )
        if not (math.isfinite(self.learning_rate) and self.learning_rate > 0):
            raise SettingError(
                tr(
                    "learning_rate is {learning_rate}; it must be a number above 0.",
                    learning_rate=self.learning_rate,
                )
            )
        if not 0 <= self.weight_decay <= 1:
            raise SettingError(
                tr("weight_decay is {weight_decay}; choose 0 to 1.", weight_decay=self.weight_decay)
            )


DEFAULT = VggConfig()


class PlainNetwork(nn.Module):
    """Stages of two 3 × 3 convolutions and a max pooling each, and two fc layers."""

    def __init__(self, config: VggConfig) -> None:
        super().__init__()
        widths = (3, *config.channels)
        self.stages = nn.Sequential(*(_stage(n_in, n_out) for n_in, n_out in pairwise(widths)))
        side = config.input_size // 2 ** len(config.channels)
        self.fc = nn.Sequential(
            nn.Flatten(),
            nn.Linear(widths[-1] * side**2, config.dim),
            nn.ReLU(),
            nn.Dropout(config.dropout),
            nn.Linear(config.dim, config.dim),
            nn.ReLU(),
        )
        self.to(memory_format=torch.channels_last)

    def forward(self, pictures: Views) -> Tensor:
        """Activations of the last fc layer, (B, D) float32, of pictures (B, S, S, 3)."""
        images = torch.tensor(pictures).permute(0, 3, 1, 2) / 255  # (B, 3, S, S) float32
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=has_bfloat16()):
            features = self.stages(normalise(images, "imagenet"))  # (B, C, S/2^n, S/2^n)
            activations: Tensor = self.fc(features)  # (B, D)
        return activations.float()


class VggN:
    """The system of the tables: its own small network, and an exact scan of the embeddings.

    Attributes, once fitted:
        network: as trained.
        embeddings: (N, D) of the gallery; one without any activation is all 0.
    """

    key: ClassVar[str] = "vgg"
    title: ClassVar[str] = "VGG-N [18]"

    def __init__(self, config: VggConfig = DEFAULT) -> None:
        self.config = config

    def settings(self) -> dict[str, Any]:
        """Return every setting as plain values."""
        return {
            "network": "stages of two 3 × 3 convolutions with batch norm, two fc layers",
            "start": "random",
            "loss": "cross-entropy",
            "optimiser": "AdamW, one cycle",
            "normalisation": "imagenet",
            "search": "exact scan",
            **asdict(self.config),
        }

    def fit(
        self, gallery: Pictures, labels: NDArray[np.int64], *, seed: int, progress: Progress
    ) -> None:
        """Train a network on the gallery and its labels, then embed the gallery with it.

        The state of PyTorch's own random numbers is the same before and after.

        Args:
            gallery: N images; their views are drawn once and shared by all fits.
            labels: (N,) class numbers.
            seed: of the start, the order, the choice of views and the dropout.
            progress: told after each view and each step.

        Raises:
            GalleryError: fewer than two classes.
        """
        views = gallery.compute(
            f"{self.config.views} views at {self.config.input_size} px",
            self._views,
            progress=progress,
        )
        with torch.random.fork_rng(devices=()):
            torch.manual_seed(seed)
            self.network = train(views, labels, self.config, seed=seed, progress=progress)
        # One by one, as queries come: a batch of another size may round differently.
        self.embeddings = np.stack([self._embed(view[0]) for view in views])  # (N, D)

    def rank(self, queries: Pictures, user: User, *, progress: Progress) -> list[NDArray[np.intp]]:
        """Rank the whole gallery by cosine for each query; the user is never asked."""
        rankings = []
        for row in range(len(queries)):
            rankings.append(self.rank_vector(self.describe(queries.pixels(row))))
            progress(row + 1, len(queries), f"Searching with {self.title}")
        return rankings

    def describe(self, pixels: Pixels) -> Vector:
        """Embed one picture (H, W, 3) as the gallery's pictures are embedded: (D,)."""
        return self._embed(squash(pixels, self.config.input_size))

    def rank_vector(self, vector: Vector) -> NDArray[np.intp]:
        """Rank the gallery by cosine to what ``describe`` returned: (N,) rows, best first."""
        return np.argsort(-similarities(vector, self.embeddings), kind="stable")

    @torch.inference_mode()
    def _embed(self, picture: Pixels) -> Vector:
        """Embed a picture of the input's size, (S, S, 3)."""
        embedding: Vector = normalize(self.network(picture[np.newaxis]))[0].numpy()
        return embedding

    def _views(self, pixels: Pixels) -> Views:
        """Draw the views of one picture from itself, so that equal pictures have equal ones."""
        rng = np.random.default_rng(crc32(pixels.tobytes()))
        pictures = [pixels, *(augment(pixels, rng) for _ in range(self.config.views - 1))]
        return np.stack([squash(picture, self.config.input_size) for picture in pictures])


def train(
    views: Sequence[Views],
    labels: NDArray[np.int64],
    config: VggConfig,
    *,
    seed: int,
    progress: Progress,
) -> PlainNetwork:
    """Return a network that has learned to tell the classes apart, ready for use.

    Each epoch shows every image once, in one of its views. The layer that gives the classes is
    thrown away in the end, and batch norm is folded into the convolutions.

    Args:
        views: of N images.
        labels: (N,) their class numbers.
        config: the network and how it is trained.
        seed: of the order and the choice of views; the start and the dropout are drawn from
            PyTorch's own random numbers.
        progress: told after each step.

    Raises:
        GalleryError: fewer than two classes.
    """
    classes, numbers = np.unique(labels, return_inverse=True)
    if len(classes) < 2:
        raise GalleryError(
            tr(
                "The gallery has {n_classes} classes; a network that tells classes apart needs "
                "at least 2.",
                n_classes=len(classes),
            )
        )
    network = PlainNetwork(config)
    to_classes = nn.Sequential(nn.Dropout(config.dropout), nn.Linear(config.dim, len(classes)))
    targets = torch.from_numpy(numbers)
    rng = np.random.default_rng(seed)
    n_batches = max(1, len(views) // config.batch)  # none is smaller: batch norm needs a few
    steps = config.epochs * n_batches
    parameters = [*network.parameters(), *to_classes.parameters()]
    optimiser = torch.optim.AdamW(
        parameters, lr=config.learning_rate, weight_decay=config.weight_decay
    )
    # Not a tenth of the steps: where that is exactly one step, OneCycleLR divides by zero.
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, config.learning_rate, steps, pct_start=0.11
    )
    for epoch in range(config.epochs):
        batches = np.array_split(rng.permutation(len(views)), n_batches)
        for step, batch in enumerate(batches, start=1):
            which = rng.integers(config.views, size=len(batch))
            shown = np.stack([views[i][v] for i, v in zip(batch, which, strict=True)])
            loss = cross_entropy(to_classes(network(shown)), targets[batch])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
            state = f"Epoch {epoch + 1} of {config.epochs}, loss {loss.item():.2f}"
            progress(epoch * n_batches + step, steps, state)
    network.eval()
    for stage in network.stages:
        fold_batch_norm(stage)
    return network.to(memory_format=torch.channels_last)


def _stage(n_in: int, n_out: int) -> nn.Sequential:
    """Two convolutions, the first of which changes the number of channels; half the sides."""
    layers: list[nn.Module] = []
    for channels in (n_in, n_out):
        layers += [
            nn.Conv2d(channels, n_out, 3, padding=1, bias=False),
            nn.BatchNorm2d(n_out),
            nn.ReLU(inplace=True),
        ]
    return nn.Sequential(*layers, nn.MaxPool2d(2))
