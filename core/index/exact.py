"""The exact scan (the paper's linear search), and reranking: the same ranking on a few ids."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .vectors import Vectors, checked_embedding, checked_ids, checked_whole, similarities


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """A ranked result, best first: ``ids[i]`` has rank i + 1; ties go to the lower id."""

    ids: NDArray[np.int64]  # (k,), or fewer where fewer were left to rank
    similarities: NDArray[np.float32]  # (k,) cosine to the query, descending

    def __len__(self) -> int:
        return len(self.ids)


def exact_scan(query: ArrayLike, vectors: Vectors, *, k: int, exclude: int | None = None) -> Hits:
    """Rank the whole gallery by cosine.

    Args:
        query: (D,) embedding of unit length.
        vectors: the gallery.
        k: how many hits at most, 1 or more.
        exclude: an id to leave out: the query's own, when it is in the gallery.

    Raises:
        SettingError: ``k`` is below 1, or the query is not an embedding of this gallery.
    """
    return _rank(query, vectors, vectors.ids, vectors.matrix, k=k, exclude=exclude)


def rerank(
    query: ArrayLike,
    vectors: Vectors,
    candidates: ArrayLike,
    *,
    k: int,
    exclude: int | None = None,
) -> Hits:
    """Rank only these candidates (n,) by cosine; with all ids it equals the exact scan.

    Raises:
        SettingError: as ``exact_scan``; or a candidate is not in the gallery.
    """
    ids = np.unique(checked_ids(candidates))
    return _rank(query, vectors, ids, vectors.rows(ids), k=k, exclude=exclude)


def neighbour_recall(found: ArrayLike, truth: ArrayLike) -> float:
    """Share of the exact scan's ids (``truth``) that are among ``found``; 1 if there are none."""
    wanted = checked_ids(truth)
    return float(np.isin(wanted, checked_ids(found)).mean()) if len(wanted) else 1.0


def best(ids: NDArray[np.int64], scores: NDArray[np.number], k: int) -> NDArray[np.intp]:
    """Positions of the k highest scores, best first; ties go to the lower id."""
    positions = np.arange(len(ids))
    if k < len(ids):
        kth = np.partition(scores, -k)[-k]
        positions = np.flatnonzero(scores >= kth)  # k, and whatever is tied with the k-th
    order = np.lexsort((ids[positions], -scores[positions]))[:k]
    return positions[order]


def _rank(
    query: ArrayLike,
    vectors: Vectors,
    ids: NDArray[np.int64],
    rows: NDArray[np.float32],
    *,
    k: int,
    exclude: int | None,
) -> Hits:
    k = checked_whole("k", k, low=1, high=2**31)
    scores = similarities(checked_embedding(query, vectors.dim), rows)  # (n,)
    if exclude is not None:
        kept = ids != exclude
        ids, scores = ids[kept], scores[kept]
    top = best(ids, scores, k)
    return Hits(ids=ids[top], similarities=scores[top])
