"""Does low-level detail help? The paper's future work (its section 5), measured without training.

The embedding of the stage before the last is put beside that of the last (``model.detail``). Its fc
layer is the partly whitened principal axes of some photographs' features, and its weight is chosen
on other labels of the same photographs. Then galleries that had a part in neither are searched,
every image a query. The photographs are split anew for each seed, so the intervals count splits as
well as queries.

Two networks are judged, each with its attention off and on:

* *untrained*: the principal axes of the same photographs as fc, and the spatial gate before
  training. It has seen no gallery that it is judged on.
* *trained*: a checkpoint as it is. It is judged only on galleries that it wasn't trained on.

Detail makes the embedding longer. So the untrained network is judged once more with as many numbers
of the last stage alone: what is gained against that is gained by detail and not by length.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import normalize

from ...language import later
from ...model.detail import Detail
from ...model.embedder import Embedder
from ...model.general import UNLABELLED, GeneralConfig
from ...model.network import CHANNELS, RetrievalNetwork
from ...model.training import start_at_axes
from ...progress import Progress, silent
from ..generalisation import deal_labels
from ..metrics import average_precisions
from ..statistics import difference_over_runs_and_queries
from .pooled import START, PooledFeatures

DIM = 64  # numbers of detail
WEIGHTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0)  # that are tried
SHOWN = (0.1, 0.3, 1.0)  # of them, told on every gallery, whichever is chosen
SPLITS = 5
PARTS = 3  # labels are dealt into so many; by one of them the weight is chosen
PASSES = 40  # that are timed

SYSTEMS = {
    later("untrained"): {"off": "off", later("on"): START},
    later("trained"): {"off": "off", "on": "both"},
}
"""Network -> attention -> the gate that its features are pooled under."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelledFeatures:
    """Pooled features of a gallery with the label of each image, or ``UNLABELLED``."""

    features: PooledFeatures
    labels: NDArray[np.int64]  # (N,)


@dataclass(frozen=True, slots=True, eq=False)
class JudgedGallery:
    """A gallery that is searched."""

    key: str
    title: str
    digest: str
    of: LabelledFeatures
    unseen: bool  # by the checkpoint's training

    @property
    def systems(self) -> list[str]:
        """The networks that may be judged by it."""
        return [name for name in SYSTEMS if self.unseen or name != "trained"]


@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    """What turns pooled features into an embedding, fitted on one split."""

    fc: nn.Module
    detail: Detail

    @torch.inference_mode()
    def embed(self, last: Tensor, earlier: Tensor, *, weight: float) -> NDArray[np.float32]:
        """Embed (N, 2048) and (N, 1024): (N, D); with weight 0 of the last stage alone."""
        embedding = normalize(self.fc(last))
        if weight:
            self.detail.weight = weight
            embedding = self.detail.join(embedding, earlier)
        return embedding.numpy()


def with_detail(network: RetrievalNetwork, dim: int) -> RetrievalNetwork:
    """Return a network that shares another one's layers and has detail, not yet fitted."""
    config = replace(network.config, dim=network.config.dim + dim, detail=dim)
    with torch.device("meta"):  # its own layers are not needed
        made = RetrievalNetwork(config)
    made.backbone, made.fc = network.backbone, network.fc
    made.add_module(config.attention_layer, network.attention_layer)
    made.detail = Detail(dim, config.detail_weight)
    return made.eval()


def measure_detail(
    network: RetrievalNetwork,
    fitted_on: Sequence[LabelledFeatures],
    judged: Sequence[JudgedGallery],
    *,
    n_splits: int,
    dim: int,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Fit, choose and judge on every split; return the body of the result file.

    Args:
        network: the checkpoint's; its fc and its size are used.
        fitted_on: photographs; pictures without a label are fitted on in every split.
        judged: none of them among the others.
        n_splits: 2 or more.
        dim: numbers of detail.
        progress: told what is at work.

    Raises:
        SettingError: fewer than 2 splits, or too few labels to split.
    """
    plan = _Plan(network, fitted_on, judged, dim)
    runs = []
    for seed in range(n_splits):

        def report(done: int, total: int, what: str, seed: int = seed) -> None:
            progress(done, total, f"Split {seed + 1} of {n_splits}: {what}")

        runs.append(plan.run(seed, report))
    rows = [
        {
            "gallery": gallery.key,
            "system": system,
            "attention": attention,
            **_compared([run.found[gallery.key, system, attention] for run in runs]),
        }
        for gallery in judged
        for system in gallery.systems
        for attention in SYSTEMS[system]
    ]
    return {
        "dim": network.config.dim,
        "detail": dim,
        "whitening": GeneralConfig().whitening,
        "weights": list(WEIGHTS),
        "n_splits": n_splits,
        "chosen": {name: [run.chosen[name] for run in runs] for name in SYSTEMS},
        "tried": {
            name: np.mean([run.tried[name] for run in runs], axis=0).tolist() for name in SYSTEMS
        },
        "galleries": [
            {"key": it.key, "title": it.title, "digest": it.digest, "images": len(it.of.labels)}
            for it in judged
        ],
        "rows": rows,
    }


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    """What one split gave."""

    chosen: Mapping[str, float]  # weight, by system
    tried: Mapping[str, list[float]]  # mAP of each of WEIGHTS on the labels that choose, by system
    found: Mapping[tuple[str, str, str], Mapping[str, NDArray[np.float64]]]
    """Gallery, system and attention -> average precision of each query, by kind of embedding."""


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """What every split has in common."""

    network: RetrievalNetwork
    fitted_on: Sequence[LabelledFeatures]
    judged: Sequence[JudgedGallery]
    dim: int

    def run(self, seed: int, progress: Progress) -> _Run:
        """Fit layers and choose their weights on one split, and search every gallery."""
        choosing = [_choosing(it.labels, seed) for it in self.fitted_on]
        pairs = list(zip(self.fitted_on, choosing, strict=True))
        progress(0, len(self.judged), "principal axes")
        flat = [[half[~chosen] for half in it.features.under("off")] for it, chosen in pairs]
        last, earlier = (torch.cat(halves) for halves in zip(*flat, strict=True))
        detail = Detail(self.dim, 1.0)
        start_at_axes(detail.fc, earlier, whitening=GeneralConfig().whitening)
        layers = {
            "untrained": Layers(principal_layer(last, self.network.config.dim), detail),
            "trained": Layers(self.network.fc, detail),
        }
        longer = Layers(principal_layer(last, self.network.config.dim + self.dim), detail)
        tried = {
            name: [_chosen_by(it, SYSTEMS[name]["on"], pairs, weight) for weight in WEIGHTS]
            for name, it in layers.items()
        }
        chosen = {name: WEIGHTS[int(np.argmax(values))] for name, values in tried.items()}
        found = {}
        for number, gallery in enumerate(self.judged):
            progress(number, len(self.judged), gallery.title)
            for name in gallery.systems:
                for attention, gate in SYSTEMS[name].items():
                    halves = gallery.of.features.under(gate)
                    made = {
                        "without": layers[name].embed(*halves, weight=0),
                        "with": layers[name].embed(*halves, weight=chosen[name]),
                    }
                    made |= {
                        _at(weight): layers[name].embed(*halves, weight=weight) for weight in SHOWN
                    }
                    if name == "untrained":
                        made["longer"] = longer.embed(*halves, weight=0)
                    found[gallery.key, name, attention] = {
                        kind: average_precisions(it, gallery.of.labels) for kind, it in made.items()
                    }
        return _Run(chosen, tried, found)


def _choosing(labels: NDArray[np.int64], seed: int) -> NDArray[np.bool_]:
    """Tell which pictures choose the weight: those of one in three labels; others are fitted on."""
    if (labels == UNLABELLED).all():
        return np.zeros(len(labels), bool)
    return np.isin(labels, deal_labels(labels, PARTS, seed)[0])


def principal_layer(pooled: Tensor, dim: int) -> nn.Linear:
    """Return the partly whitened axes of features (n, 2048), where training would start."""
    layer = nn.Linear(CHANNELS, dim)
    start_at_axes(layer, pooled, whitening=GeneralConfig().whitening)
    return layer


def _chosen_by(
    layers: Layers,
    gate: str,
    pairs: Sequence[tuple[LabelledFeatures, NDArray[np.bool_]]],
    weight: float,
) -> float:
    """The mAP of one weight on the labels that choose, the mean over their galleries."""
    figures = []
    for it, chosen in pairs:
        if chosen.any():
            halves = (half[chosen] for half in it.features.under(gate))
            embeddings = layers.embed(*halves, weight=weight)
            figures.append(average_precisions(embeddings, it.labels[chosen]).mean())
    return float(np.mean(figures))


def _compared(runs: Sequence[Mapping[str, NDArray[np.float64]]]) -> dict[str, Any]:
    """The mAP of each kind of embedding, and what detail brings, over splits and queries."""
    by_kind = {kind: np.stack([run[kind] for run in runs]) for kind in runs[0]}  # (T, Q)

    def brings(kind: str) -> dict[str, float]:
        return asdict(difference_over_runs_and_queries(by_kind[kind], by_kind["without"]))

    compared = {
        "mean_average_precision": {
            kind: float(by_kind[kind].mean()) for kind in ("without", "with")
        },
        "brings": brings("with"),
        "at_weight": {_at(weight): brings(_at(weight)) for weight in SHOWN},
    }
    if "longer" in by_kind:
        compared["beside_longer"] = asdict(
            difference_over_runs_and_queries(by_kind["with"], by_kind["longer"])
        )
    return compared


def _at(weight: float) -> str:
    return f"{weight:g}"


def time_of_detail(plain: Embedder, detailed: Embedder, image: Tensor) -> dict[str, float]:
    """Time a pass with and without detail, in turns: the median seconds of each.

    Args:
        plain: without.
        detailed: the same network with detail.
        image: prepared, (3, S, S).
    """
    seconds: dict[str, list[float]] = {"without": [], "with": []}
    for _ in range(PASSES):
        for name, embedder in (("without", plain), ("with", detailed)):
            started = perf_counter()
            embedder.embed([image])
            seconds[name].append(perf_counter() - started)
    return {name: median(values) for name, values in seconds.items()}
