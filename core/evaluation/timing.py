"""How fast, as ratios measured side by side in one run (section 4.4.2).

A machine's speed drifts from minute to minute, so contestants take turns, and what is
reported is the median over the rounds of the ratio within a round.
"""

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import torch
from torch import nn

from ..galleries.base import Gallery
from ..galleries.embedding import embed_in_batches
from ..model.embedder import Embedder
from ..model.network import RetrievalNetwork
from ..progress import Progress, silent


@dataclass(frozen=True, slots=True)
class Comparison:
    """Seconds of each contestant in each round, the first one being the reference."""

    seconds: dict[str, list[float]]

    def median(self, name: str) -> float:
        """Median seconds of one contestant."""
        return statistics.median(self.seconds[name])

    def speedup(self, name: str) -> float:
        """How many times faster than the reference: the median of the rounds' ratios."""
        reference = next(iter(self.seconds.values()))
        return statistics.median(a / b for a, b in zip(reference, self.seconds[name], strict=True))


def take_turns(
    contestants: Mapping[str, Callable[[], object]], rounds: int, progress: Progress = silent
) -> Comparison:
    """Time each contestant once per round, after one round that doesn't count."""
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for round_ in range(rounds + 1):
        for name, work in contestants.items():
            start = perf_counter()
            work()
            if round_:
                seconds[name].append(perf_counter() - start)
        progress(round_, rounds, "Rounds")
    return Comparison(seconds)


class PlainResNet50(nn.Module):
    """The reference: torchvision's network as it comes, float32, with its classifier."""

    def __init__(self) -> None:
        from torchvision.models import resnet50  # noqa: PLC0415  seconds, for this alone

        super().__init__()
        self.network = resnet50().eval()

    @torch.inference_mode()
    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Classify images, (B, 3, S, S): (B, 1000)."""
        scores: torch.Tensor = self.network(images)
        return scores


def compare_gallery(
    gallery: Gallery, embedder: Embedder, *, n_images: int, rounds: int, progress: Progress = silent
) -> Comparison:
    """Time the whole way from files to embeddings against plain forward passes alone.

    Ours reads, checks and decodes ``n_images`` files, and embeds them in all four attention
    modes; the reference only runs the network on tensors that are ready, 16 at a time.
    """
    items = gallery.items[:n_images]
    size = embedder.preprocess.input_size
    images = torch.rand(16, 3, size, size)
    plain = PlainResNet50()

    def reference() -> None:
        for start in range(0, len(items), 16):
            plain(images[: len(items) - start])

    def ours() -> None:
        for _ in embed_in_batches(gallery, embedder, items, 16):
            pass

    return take_turns(
        {"plain forward, batch 16": reference, "files to embeddings": ours}, rounds, progress
    )


def compare_query(data: bytes, embedder: Embedder, *, rounds: int) -> Comparison:
    """Time one query's preprocessing and embedding against one plain forward pass."""
    size = embedder.preprocess.input_size
    image = torch.rand(1, 3, size, size)
    plain = PlainResNet50()
    prepared = embedder.prepare(data)
    return take_turns(
        {
            "plain forward, batch 1": lambda: plain(image),
            "embed": lambda: embedder.trace(prepared),
            "decode, preprocess, embed": lambda: embedder.trace(embedder.prepare(data)),
        },
        rounds,
    )


def worst_cosine(
    gallery: Gallery, embedder: Embedder, network: RetrievalNetwork, n_images: int
) -> float:
    """Lowest cosine between the fast embedding and the plain float32 network's, all modes."""
    worst = 1.0
    for item in gallery.items[:n_images]:
        image = embedder.prepare(gallery.read(item.id))
        with torch.inference_mode():
            plain = network.every_mode(network.backbone(image[None])).numpy()  # (1, 4, D)
        cosines = np.vecdot(plain, embedder.embed([image]))
        worst = min(worst, float(cosines.min()))
    return worst
