"""How training is going: images that it doesn't see search those that it does."""

import numpy as np
from numpy.typing import NDArray

from ..errors import SettingError
from ..model.feature_maps import FeatureMaps
from ..model.network import RetrievalNetwork
from ..model.training import TrainingConfig, Validate, embed_maps
from .metrics import mean_average_precision


def hold_out(
    labels: NDArray[np.int64], per_class: int, seed: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Divide images (N,) into those to train on and those to validate with, both ascending.

    Args:
        labels: (N,) class numbers.
        per_class: images of each class to validate with; 0 or more.
        seed: equal seeds give equal divisions.

    Raises:
        SettingError: a class would have no image left to train on.
    """
    smallest = int(np.bincount(labels).min())
    if not 0 <= per_class < smallest:
        raise SettingError(
            f"{per_class} images of each class can't be held out: the smallest class has "
            f"{smallest}; choose 0 to {smallest - 1}."
        )
    rng = np.random.default_rng(seed)
    held = [
        rng.choice(np.flatnonzero(labels == label), per_class, replace=False)
        for label in np.unique(labels)
    ]
    out = np.sort(np.concatenate(held))
    return np.setdiff1d(np.arange(len(labels)), out), out


def validation(
    network: RetrievalNetwork,
    maps: FeatureMaps,
    labels: NDArray[np.int64],
    config: TrainingConfig,
    *,
    kept: NDArray[np.intp],
    held: NDArray[np.intp],
) -> Validate:
    """Return a function that judges a network as it stands: the mAP of ``held`` in ``kept``.

    Args:
        network: what is being trained.
        maps: what the frozen stages give for all images.
        labels: (N,) class numbers.
        config: the recipe.
        kept: ids that are searched.
        held: ids that search.
    """

    def judge() -> dict[str, float]:
        gallery = embed_maps(network, maps, kept, config)  # (n, D)
        queries = embed_maps(network, maps, held, config)  # (m, D)
        order = (queries @ gallery.T).numpy(force=True).argsort(axis=1)[:, ::-1]  # (m, n)
        relevant = labels[kept][order] == labels[held][:, np.newaxis]
        return {"validation mAP": mean_average_precision(relevant, relevant.sum(axis=1).tolist())}

    return judge
