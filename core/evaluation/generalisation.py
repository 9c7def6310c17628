"""Does training still serve pictures of things that it never saw? Leave whole classes out.

The classes of a gallery are dealt into folds. For each fold a head is trained on all other
classes and judged on the fold's own: every image queries all others of the fold.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import SettingError
from core.evaluation.metrics import leave_one_out
from core.model.cbam import ATTENTION_MODES
from core.model.feature_maps import FeatureMaps
from core.model.network import RetrievalNetwork
from core.model.training import TrainingConfig, pool, start_head, train_head
from core.progress import Progress, silent

BATCH = 128


@dataclass(frozen=True, slots=True)
class Fold:
    """mAP on classes that were left out of training."""

    classes: tuple[str, ...]  # those left out
    untouched: float  # average-pooled ImageNet features, 2048 numbers
    start: float  # before training: D principal axes, neutral gates
    trained: dict[str, float]  # by attention mode


def deal_classes(n_classes: int, n_folds: int, seed: int) -> list[NDArray[np.intp]]:
    """Deal class numbers into folds of about equal size, each class into exactly one.

    Raises:
        SettingError: fewer than 2 classes would be in a fold, or fewer than 2 folds.
    """
    if not 2 <= n_folds <= n_classes // 2:
        raise SettingError(
            f"{n_classes} classes can't be dealt into {n_folds} folds: there must be 2 or more, "
            "of at least 2 classes each."
        )
    return np.array_split(np.random.default_rng(seed).permutation(n_classes), n_folds)


def leave_classes_out(
    network: RetrievalNetwork,
    views: Sequence[FeatureMaps],
    labels: Sequence[str],
    config: TrainingConfig,
    *,
    n_folds: int,
    progress: Progress = silent,
) -> list[Fold]:
    """Train and judge once per fold; ``network``'s head is overwritten.

    Args:
        network: the architecture to train; its backbone is not used.
        views: feature maps (N, 2048, H, W) of all images, one array per view.
        labels: (N,) class names.
        config: the recipe that is judged.
        n_folds: how many times the classes are dealt.
        progress: told after each training step.

    Raises:
        SettingError: a number of folds that the classes don't allow.
        GalleryError: too few images in a class.
    """
    names, numbers = np.unique(np.asarray(labels), return_inverse=True)
    folds = []
    for number, held in enumerate(deal_classes(len(names), n_folds, config.seed), start=1):
        unseen = np.flatnonzero(np.isin(numbers, held))
        seen = np.flatnonzero(~np.isin(numbers, held))

        def report(done: int, total: int, what: str, number: int = number) -> None:
            progress(done, total, f"Fold {number} of {n_folds}, {what[0].lower()}{what[1:]}")

        start_head(network, pool(views[0], seen), config.seed)
        start = judge(network, views[0], unseen, numbers)["off"]
        train_head(network, views, seen, numbers[seen], config, progress=report)
        untouched = leave_one_out(pool(views[0], unseen).numpy(), numbers[unseen])
        folds.append(
            Fold(
                classes=tuple(names[held].tolist()),
                untouched=untouched.mean_average_precision,
                start=start,
                trained=judge(network, views[0], unseen, numbers),
            )
        )
    return folds


@torch.inference_mode()
def judge(
    network: RetrievalNetwork,
    maps: FeatureMaps,
    ids: NDArray[np.intp],
    numbers: NDArray[np.int64],
) -> dict[str, float]:
    """Return the mAP of each attention mode when some images (n,) query one another.

    Args:
        network: whose CBAM and fc are judged.
        maps: feature maps (N, 2048, H, W) of all images.
        ids: (n,) rows of ``maps``.
        numbers: (N,) class numbers of all images.
    """
    parts = [
        network.every_mode(torch.from_numpy(maps[ids[start : start + BATCH]].astype(np.float32)))
        for start in range(0, len(ids), BATCH)
    ]
    embeddings = torch.cat(parts).numpy()  # (n, 4, D)
    return {
        mode: leave_one_out(embeddings[:, i], numbers[ids]).mean_average_precision
        for i, mode in enumerate(ATTENTION_MODES)
    }
