"""What each ingredient of the general training brings: leave it out, and train and judge again.

The recipe and each of its variants are judged as in ``generalisation``: on labels that training
never saw, a third of every gallery's at a time. The folds are the same for all variants, so a
variant is compared with the whole recipe fold by fold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..model.attention import ATTENTION_MODES, AttentionMode
from ..model.general import GeneralConfig, TrainingPictures
from ..model.network import RetrievalNetwork
from ..progress import Progress, silent
from .generalisation import Unseen, leave_labels_out
from .statistics import difference_over_runs

FOLDS = 3


@dataclass(frozen=True, slots=True)
class Ingredient:
    """One part of the recipe, and what settings it is gone with."""

    key: str  # in result files
    title: str  # of what is left out
    without: Mapping[str, Any]  # settings of GeneralConfig


INGREDIENTS = (
    Ingredient("start", "a spatial gate that starts where it helps", {"sharpness": 0.0}),
    Ingredient("softness", "a sharp gate that acts softly", {"exponent": 1.0}),
    Ingredient("restraint", "restraint of the channel gate", {"restraint_weight": 0, "dropout": 0}),
    Ingredient("foreign", "foreign places", {"foreign": 0.0}),
    Ingredient(
        "teacher",
        "untouched features as teacher",
        {"structure_weight": 0, "looking_weight": 0, "scenic_weight": 0},
    ),
    Ingredient("whitening", "partly whitened axes", {"whitening": 0.0}),
)


def measure_ingredients(
    network: RetrievalNetwork,
    pictures: TrainingPictures,
    config: GeneralConfig,
    *,
    galleries: Sequence[str],
    names: Sequence[str],
    n_folds: int = FOLDS,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Train and judge the recipe, and then without each ingredient; return the result's body.

    Args:
        network: what every training starts from.
        pictures: of all galleries.
        config: the whole recipe.
        galleries: the name of each gallery of ``pictures``.
        names: of the labels, by number.
        n_folds: 2 or more.
        progress: told after each training step.

    Raises:
        SettingError: a number of folds that the labels don't allow.
        GalleryError: too few labels.
    """

    def judged(recipe: GeneralConfig, what: str) -> list[Unseen]:
        return leave_labels_out(
            network,
            pictures,
            recipe,
            galleries=galleries,
            names=names,
            n_folds=n_folds,
            progress=lambda done, total, told: progress(done, total, f"{what}: {told}"),
        )

    whole = judged(config, "The whole recipe")
    found = by_fold(whole)
    rows = []
    for ingredient in INGREDIENTS:
        recipe = replace(config, **ingredient.without)
        left = by_fold(judged(recipe, f"Without {ingredient.title}"))
        rows.append(
            {
                "ingredient": ingredient.key,
                "title": ingredient.title,
                "without": dict(ingredient.without),
                "mean_average_precision": _means(left),
                "brings": {
                    mode: asdict(difference_over_runs(found[mode], left[mode])) for mode in found
                },
            }
        )
    return {
        "n_folds": n_folds,
        "untouched": float(np.mean([it.untouched for it in whole])),
        "mean_average_precision": _means(found),
        "ingredients": rows,
    }


def by_fold(unseen: Sequence[Unseen]) -> dict[AttentionMode, NDArray[np.float64]]:
    """Return the mAP of each fold, the mean over its galleries, by attention mode: (folds,)."""
    folds = sorted({it.fold for it in unseen})
    return {
        mode: np.array(
            [np.mean([it.trained[mode] for it in unseen if it.fold == fold]) for fold in folds]
        )
        for mode in ATTENTION_MODES
    }


def _means(found: Mapping[AttentionMode, NDArray[np.float64]]) -> dict[str, float]:
    return {mode: float(values.mean()) for mode, values in found.items()}
