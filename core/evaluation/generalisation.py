"""Does training still serve pictures of things that it never saw? Leave whole classes out.

The classes of a gallery are dealt into folds. For each fold a head is trained on all other
classes and judged on the fold's own: every image queries all others of the fold.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ..errors import SettingError
from ..model.attention import ATTENTION_MODES
from ..model.feature_maps import FeatureMaps
from ..model.network import RetrievalNetwork
from ..model.training import TrainingConfig, pool, start_head, through, train
from ..progress import Progress, silent
from .metrics import leave_one_out


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
    states: Path | None = None,
    progress: Progress = silent,
) -> list[Fold]:
    """Train and judge a copy of the network once per fold.

    Args:
        network: what training starts from.
        views: what the frozen stages give for all images, one array per view.
        labels: (N,) class names.
        config: the recipe that is judged.
        n_folds: how many times the classes are dealt.
        states: a folder that keeps each fold's training, so that a killed run goes on.
        progress: told after each training step.

    Raises:
        SettingError: a number of folds that the classes don't allow.
        GalleryError: too few images in a class.
    """
    names, numbers = np.unique(np.asarray(labels), return_inverse=True)
    _, untouched_late = network.split_backbone(config.learns)
    folds = []
    for number, held in enumerate(deal_classes(len(names), n_folds, config.seed), start=1):
        unseen = np.flatnonzero(np.isin(numbers, held))
        seen = np.flatnonzero(~np.isin(numbers, held))

        def report(done: int, total: int, what: str, number: int = number) -> None:
            progress(done, total, f"Fold {number} of {n_folds}, {what[0].lower()}{what[1:]}")

        learner = deepcopy(network)  # what one fold learns is no other fold's start
        _, late = learner.split_backbone(config.learns)
        start_head(learner, pool(views[0], seen, late), config.seed)
        start = judge(learner, late, views[0], unseen, numbers)["off"]
        state = states / f"fold-{number}.pt" if states else None
        train(learner, views, seen, numbers[seen], config, resume=state, progress=report)
        untouched = leave_one_out(pool(views[0], unseen, untouched_late).numpy(), numbers[unseen])
        folds.append(
            Fold(
                classes=tuple(names[held].tolist()),
                untouched=untouched.mean_average_precision,
                start=start,
                trained=judge(learner, late, views[0], unseen, numbers),
            )
        )
    return folds


@torch.inference_mode()
def judge(
    network: RetrievalNetwork,
    late: nn.Sequential,
    maps: FeatureMaps,
    ids: NDArray[np.intp],
    numbers: NDArray[np.int64],
) -> dict[str, float]:
    """Return the mAP of each attention mode when some images (n,) query one another.

    Args:
        network: whose CBAM and fc are judged.
        late: the stages behind those that gave ``maps``; empty where those are all.
        maps: what the frozen stages give for all images.
        ids: (n,) rows of ``maps``.
        numbers: (N,) class numbers of all images.
    """
    parts = [network.every_mode(features) for features in through(late, maps, ids)]
    embeddings = torch.cat(parts).numpy()  # (n, 4, D)
    return {
        mode: leave_one_out(embeddings[:, i], numbers[ids]).mean_average_precision
        for i, mode in enumerate(ATTENTION_MODES)
    }
