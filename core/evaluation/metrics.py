"""How good a ranking is: precision, recall (equation 9), MAP (equation 10) and standard mAP.

Each function takes ``relevant_in_order``: for one query, whether the gallery image at rank
1, 2, 3 … is relevant, that is, has the query's label; the query itself is left out.

Equation 10 is called MAP in the paper and is the mean of precision@n. Today mAP means the
mean of average precision. Both are here, each under its own name.

Needs NumPy and ``core.errors`` only.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import SettingError
from ..language import tr

_BLOCK = 256  # queries ranked at once: 5,000 images make 256 × 5,000 similarities, 5 MB


@dataclass(frozen=True, kw_only=True, slots=True)
class LeaveOneOut:
    """Means over queries, each image of a gallery in turn searching all others."""

    n_queries: int  # images whose label another image shares: recall needs a relevant one
    precision: dict[int, float]  # n -> mean precision@n, which is MAP (paper), equation 10
    recall: dict[int, float]  # n -> mean recall@n, equation 9
    mean_average_precision: float  # mAP, over the whole ranking


def precision_at(relevant_in_order: ArrayLike, n: int) -> float:
    """Share of the top n that is relevant (inside equation 10); a missing hit is a miss.

    Raises:
        SettingError: ``n`` is below 1.
    """
    return _relevant_in_top(relevant_in_order, n) / n


def recall_at(relevant_in_order: ArrayLike, n: int, n_relevant: int) -> float:
    """Share of all ``n_relevant`` images that is in the top n (equation 9).

    Raises:
        SettingError: ``n`` is below 1, or ``n_relevant`` below 1 or below what the ranking holds.
    """
    _check_relevant(relevant_in_order, n_relevant)
    return _relevant_in_top(relevant_in_order, n) / n_relevant


def average_precision(relevant_in_order: ArrayLike, n_relevant: int) -> float:
    """Mean over all relevant images of the precision at their rank; 0 for one not ranked.

    Raises:
        SettingError: ``n_relevant`` is below 1 or below what the ranking holds.
    """
    _check_relevant(relevant_in_order, n_relevant)
    ranks = np.flatnonzero(relevant_in_order) + 1  # where the 1st, 2nd, 3rd … relevant one is
    return float((np.arange(1, len(ranks) + 1) / ranks).sum() / n_relevant)


def mean_average_precision(
    relevant_in_order: Sequence[ArrayLike], n_relevant: Sequence[int]
) -> float:
    """Return mAP: the mean of average precision over queries, one ranking for each.

    Raises:
        SettingError: there is no query, or as ``average_precision``.
    """
    _check_queries(len(relevant_in_order))
    pairs = zip(relevant_in_order, n_relevant, strict=True)
    return float(np.mean([average_precision(ranking, m) for ranking, m in pairs]))


def map_paper(relevant_in_order: Sequence[ArrayLike], n: int) -> float:
    """Return MAP (paper): the mean over queries of precision@n (equation 10).

    Raises:
        SettingError: there is no query, or ``n`` is below 1.
    """
    _check_queries(len(relevant_in_order))
    return float(np.mean([precision_at(ranking, n) for ranking in relevant_in_order]))


def average_precisions(embeddings: ArrayLike, labels: ArrayLike) -> NDArray[np.float64]:
    """Return the average precision of each query when every image searches all others: (Q,).

    Args and errors as in ``leave_one_out``.
    """
    unit = _unit_rows(embeddings)  # (N, D)
    n_relevant, queries, classes = _queries(labels, len(unit))
    rankings = _rankings(unit, classes, queries)
    return np.array(
        [average_precision(it, m) for it, m in zip(rankings, n_relevant.tolist(), strict=True)]
    )


def leave_one_out(
    embeddings: ArrayLike, labels: ArrayLike, *, at: Sequence[int] = (5, 10, 20, 30)
) -> LeaveOneOut:
    """Let each image search all others by cosine, and average over the queries.

    An image whose label no other image shares stays in the gallery but is no query.

    Args:
        embeddings: (N, D), rows of any length but 0.
        labels: (N,) one label per image.
        at: the n of precision@n and recall@n.

    Raises:
        SettingError: shapes that don't fit, a row of length 0 or with a NaN or infinite value,
            an ``n`` below 1, or no two images with the same label.
    """
    unit = _unit_rows(embeddings)  # (N, D)
    n_relevant, queries, classes = _queries(labels, len(unit))
    precision: dict[int, list[float]] = {n: [] for n in at}
    recall: dict[int, list[float]] = {n: [] for n in at}
    average: list[float] = []
    for m, ranking in zip(n_relevant.tolist(), _rankings(unit, classes, queries), strict=True):
        average.append(average_precision(ranking, m))
        for n in at:
            precision[n].append(precision_at(ranking, n))
            recall[n].append(recall_at(ranking, n, m))
    return LeaveOneOut(
        n_queries=len(queries),
        precision={n: float(np.mean(values)) for n, values in precision.items()},
        recall={n: float(np.mean(values)) for n, values in recall.items()},
        mean_average_precision=float(np.mean(average)),
    )


def _queries(
    labels: ArrayLike, n: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.int64]]:
    """Return how many images are relevant to each query, (Q,), its row, and all classes, (N,)."""
    classes = _classes(labels, n)
    n_relevant = np.bincount(classes)[classes] - 1  # (N,) without the query
    queries = np.flatnonzero(n_relevant)
    _check_queries(len(queries))
    return n_relevant[queries], queries, classes


def _rankings(
    unit: NDArray[np.float32], classes: NDArray[np.int64], queries: NDArray[np.intp]
) -> Iterator[NDArray[np.bool_]]:
    """``relevant_in_order`` (N-1,) of each query; ties go to the lower row."""
    for start in range(0, len(queries), _BLOCK):
        block = queries[start : start + _BLOCK]
        similarities = unit[block] @ unit.T  # (B, N)
        similarities[np.arange(len(block)), block] = -np.inf  # the query itself comes last …
        order = np.argsort(-similarities, axis=1, kind="stable")[:, :-1]  # … and is cut off
        yield from classes[order] == classes[block, np.newaxis]  # (B, N-1)


def _relevant_in_top(relevant_in_order: ArrayLike, n: int) -> int:
    if n < 1:
        raise SettingError(tr("n is {n}; count the top 1 or more.", n=n))
    return int(np.count_nonzero(np.asarray(relevant_in_order)[:n]))


def _check_relevant(relevant_in_order: ArrayLike, n_relevant: int) -> None:
    ranked = int(np.count_nonzero(relevant_in_order))
    if n_relevant < max(1, ranked):
        raise SettingError(
            tr(
                "n_relevant is {n_relevant} and the ranking holds {ranked} relevant images; "
                "count all of the gallery's, and leave out a query that has none.",
                n_relevant=n_relevant,
                ranked=ranked,
            )
        )


def _check_queries(n_queries: int) -> None:
    if n_queries < 1:
        raise SettingError(
            tr("There are 0 queries to average over; give at least one that has a relevant image.")
        )


def _unit_rows(embeddings: ArrayLike) -> NDArray[np.float32]:
    with np.errstate(over="ignore"):  # what is too large becomes infinite and is refused
        matrix = np.asarray(embeddings, dtype=np.float32)
    if matrix.ndim != 2:
        raise SettingError(
            tr("The embeddings have shape {shape}; give one row per image.", shape=matrix.shape)
        )
    with np.errstate(over="ignore"):
        lengths = np.sqrt(np.vecdot(matrix, matrix))[:, np.newaxis]  # (N, 1)
    usable = np.isfinite(lengths) & (lengths > 0)
    if not usable.all():
        row = int(np.argmin(usable))
        raise SettingError(
            tr(
                "Embedding {row} has length {length}, which has no direction; "
                "compute it again from its image.",
                row=row,
                length=lengths[row, 0],
            )
        )
    unit: NDArray[np.float32] = matrix / lengths
    return unit


def _classes(labels: ArrayLike, n_images: int) -> NDArray[np.int64]:
    """Number the labels: (N,), equal numbers for equal labels."""
    names = np.asarray(labels).tolist()
    if not isinstance(names, list) or len(names) != n_images:
        raise SettingError(
            tr(
                "Labels of shape {shape} came with {n_images} embeddings; give one label for each.",
                shape=np.shape(labels),
                n_images=n_images,
            )
        )
    if None in names:
        raise SettingError(tr("Image {index} has no label; leave it out.", index=names.index(None)))
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return np.array([numbers[name] for name in names], dtype=np.int64)
