"""Does training still serve pictures of things that it never saw? Leave whole labels out.

The labels of every gallery are dealt into folds. For each fold a head is trained on all other
labels and judged on the fold's own, gallery by gallery: every image of a gallery's unseen labels
queries all others of them. Each fold is a training of its own, so the spread over folds counts
trainings as well as pictures.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ..errors import SettingError
from ..language import tr
from ..model.attention import ATTENTION_MODES
from ..model.general import (
    UNLABELLED,
    GeneralConfig,
    TrainingPictures,
    start_general_head,
    train_general,
)
from ..model.network import RetrievalNetwork
from ..progress import Progress, silent
from .metrics import leave_one_out

BATCH = 64


@dataclass(frozen=True, slots=True)
class Unseen:
    """mAP on those labels of one gallery that one training did not see."""

    fold: int  # from 1
    gallery: str
    labels: tuple[str, ...]
    n_images: int
    untouched: float  # average-pooled ImageNet features, 2048 numbers
    start: float  # before training: D principal axes, without attention
    trained: dict[str, float]  # by attention mode


def deal_labels(labels: NDArray[np.int64], n_folds: int, seed: int) -> list[NDArray[np.int64]]:
    """Deal the labels of one gallery into folds of about equal size, each into exactly one.

    Args:
        labels: (n,) label numbers; ``UNLABELLED`` is none.
        n_folds: how many.
        seed: equal seeds deal alike.

    Raises:
        SettingError: fewer than 2 labels would be in a fold, or fewer than 2 folds.
    """
    numbers = np.unique(labels[labels != UNLABELLED])
    if not 2 <= n_folds <= len(numbers) // 2:
        raise SettingError(
            tr(
                "{n_numbers} labels can't be dealt into {n_folds} folds: there must be 2 or more, "
                "of at least 2 labels each.",
                n_numbers=len(numbers),
                n_folds=n_folds,
            )
        )
    return np.array_split(np.random.default_rng(seed).permutation(numbers), n_folds)


def leave_labels_out(
    network: RetrievalNetwork,
    pictures: TrainingPictures,
    config: GeneralConfig,
    *,
    galleries: Sequence[str],
    names: Sequence[str],
    n_folds: int,
    states: Path | None = None,
    progress: Progress = silent,
) -> list[Unseen]:
    """Train and judge a copy of the network once per fold.

    Args:
        network: what training starts from.
        pictures: of all galleries.
        config: the recipe that is judged; each fold has a seed of its own.
        galleries: the name of each gallery of ``pictures``.
        names: of the labels, by number.
        n_folds: how many times the labels are dealt.
        states: a folder that keeps each fold's training, so that a killed run goes on.
        progress: told after each training step.

    Returns:
        For each fold one entry for each gallery that has labels.

    Raises:
        SettingError: a number of folds that the labels don't allow.
        GalleryError: too few labels.
    """
    parts = np.split(pictures.labels, np.cumsum([len(maps) for maps in pictures.maps])[:-1])
    dealt = [
        deal_labels(part, n_folds, config.seed) if (part != UNLABELLED).any() else None
        for part in parts
    ]
    results = []
    for number in range(1, n_folds + 1):
        held = [folds[number - 1] for folds in dealt if folds is not None]

        def report(done: int, total: int, what: str, number: int = number) -> None:
            progress(done, total, f"Fold {number} of {n_folds}, {what[0].lower()}{what[1:]}")

        learner = deepcopy(network)  # what one fold learns is no other fold's start
        recipe = replace(config, seed=config.seed + number)
        seen = pictures.without(np.concatenate([*held, np.zeros(0, np.int64)]))
        start = start_general_head(learner, seen.pooled(), recipe)
        untrained = deepcopy(learner)
        state = states / f"fold-{number}.pt" if states else None
        train_general(learner, seen, recipe, teacher=start, resume=state, progress=report)
        for gallery, folds in zip(galleries, dealt, strict=True):
            if folds is not None:
                unseen = np.flatnonzero(np.isin(pictures.labels, folds[number - 1]))
                results.append(
                    Unseen(
                        fold=number,
                        gallery=gallery,
                        labels=tuple(names[it] for it in folds[number - 1].tolist()),
                        n_images=len(unseen),
                        untouched=_untouched(pictures, unseen),
                        start=judge(untrained, pictures, unseen)["off"],
                        trained=judge(learner, pictures, unseen),
                    )
                )
    return results


@torch.inference_mode()
def judge(
    network: RetrievalNetwork, pictures: TrainingPictures, ids: NDArray[np.intp]
) -> dict[str, float]:
    """Return the mAP of each attention mode when some pictures, (n,), query one another."""
    batches = np.split(ids, range(BATCH, len(ids), BATCH))
    parts = [network.every_mode(pictures.features(batch)) for batch in batches]
    embeddings = torch.cat(parts).numpy()  # (n, 4, D)
    return {
        mode: leave_one_out(embeddings[:, i], pictures.labels[ids]).mean_average_precision
        for i, mode in enumerate(ATTENTION_MODES)
    }


def _untouched(pictures: TrainingPictures, ids: NDArray[np.intp]) -> float:
    pooled = pictures.pooled(ids).numpy()
    return leave_one_out(pooled, pictures.labels[ids]).mean_average_precision
