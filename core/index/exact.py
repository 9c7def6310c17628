"""The exact scan (the paper's linear search), and reranking: the same ranking on a few ids."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import persistence
from .vectors import (
    Embedding,
    UnitVector,
    Vectors,
    checked_embedding,
    checked_embeddings,
    checked_exclusion,
    checked_exclusions,
    checked_ids,
    checked_whole,
    similarities,
)

MAX_K = 2**31

Excluded = int | Sequence[int] | None
"""Ids that a ranking leaves out."""


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """A ranked result, best first: ``ids[i]`` has rank i + 1; ties go to the lower id."""

    ids: NDArray[np.int64]  # (k,), or fewer where fewer were left to rank
    similarities: NDArray[np.float32]  # (k,) cosine to the query, descending

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True, eq=False)
class HitsBatch:
    """The hits of many queries, a row each; k is at most the size of the gallery."""

    ids: NDArray[np.int64]  # (Q, k), -1 where there are fewer
    similarities: NDArray[np.float32]  # (Q, k) cosines, descending; -2 where there are fewer


class ExactIndex:
    """The exact scan as an index: every query looks at the whole gallery."""

    def __init__(self, vectors: Vectors) -> None:
        self.vectors = vectors

    @classmethod
    def build(cls, embeddings: ArrayLike, ids: ArrayLike | None = None) -> Self:
        """Copy a gallery of embeddings (N, D).

        Raises:
            SettingError: as ``Vectors.from_matrix``.
        """
        return cls(Vectors.from_matrix(embeddings, ids))

    def __len__(self) -> int:
        return len(self.vectors)

    def add(self, ids: ArrayLike, embeddings: ArrayLike) -> None:
        """Add embeddings (n, D) under new ids (n,): ``Vectors.add``."""
        self.vectors.add(ids, embeddings)

    def remove(self, ids: ArrayLike) -> None:
        """Remove these ids (n,): ``Vectors.remove``."""
        self.vectors.remove(ids)

    def query(self, embedding: Embedding, *, k: int, exclude: int | None = None) -> Hits:
        """Rank the whole gallery by cosine: ``exact_scan``."""
        return exact_scan(embedding, self.vectors, k=k, exclude=exclude)

    def query_batch(
        self, embeddings: ArrayLike, *, k: int, exclude: ArrayLike | None = None
    ) -> HitsBatch:
        """Answer many queries (Q, D); each gets what ``query`` gives it.

        Raises:
            SettingError: as ``query``.
        """

        def query(vector: Embedding, own: int) -> Hits:
            return self.query(vector, k=k, exclude=own)

        return query_each(query, embeddings, self.vectors, k=k, exclude=exclude)

    def save(self, folder: Path) -> None:
        """Write the embeddings into a folder.

        Raises:
            StoreError: it can't be written.
        """
        persistence.save_vectors(folder, type(self).__name__, self.vectors, {})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote.

        Raises:
            StoreError: there is none, or it is damaged.
        """
        return cls(persistence.load_vectors(folder, cls.__name__)[0])


def query_each(
    query: Callable[[UnitVector, int], Hits],
    embeddings: ArrayLike,
    vectors: Vectors,
    *,
    k: int,
    exclude: ArrayLike | None,
) -> HitsBatch:
    """Answer queries (Q, D) one after the other, each with the id that it leaves out.

    Raises:
        SettingError: ``k`` is below 1; not embeddings of this gallery, or not an id for each.
    """
    queries = checked_embeddings(embeddings, vectors.dim)
    left_out = checked_exclusions(exclude, len(queries)).tolist()
    width = min(checked_whole("k", k, low=1, high=MAX_K), len(vectors))
    batch = HitsBatch(
        np.full((len(queries), width), -1), np.full((len(queries), width), -2, np.float32)
    )
    for row, (vector, own) in enumerate(zip(queries, left_out, strict=True)):
        hits = query(UnitVector(vector), own)
        batch.ids[row, : len(hits)] = hits.ids
        batch.similarities[row, : len(hits)] = hits.similarities
    return batch


def exact_scan(query: Embedding, vectors: Vectors, *, k: int, exclude: Excluded = None) -> Hits:
    """Rank the whole gallery by cosine.

    Args:
        query: (D,) embedding of unit length.
        vectors: the gallery.
        k: how many hits at most, 1 or more.
        exclude: an id to leave out, or several: the query's own, when it is in the gallery, and
            those of its copies.

    Raises:
        SettingError: ``k`` is below 1, or the query is not an embedding of this gallery.
    """
    return _rank(query, vectors, vectors.ids, vectors.matrix, k=k, exclude=exclude)


def rerank(
    query: Embedding,
    vectors: Vectors,
    candidates: ArrayLike,
    *,
    k: int,
    exclude: Excluded = None,
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


def left_out(exclude: Excluded) -> Sequence[int]:
    """Return the ids that are no hits: none, one or several.

    Raises:
        SettingError: they aren't whole numbers.
    """
    if exclude is None:
        return ()
    several = exclude if isinstance(exclude, Sequence | np.ndarray) else (exclude,)
    return [checked_exclusion(id) for id in several]


def _rank(
    query: Embedding,
    vectors: Vectors,
    ids: NDArray[np.int64],
    rows: NDArray[np.float32],
    *,
    k: int,
    exclude: Excluded,
) -> Hits:
    k = checked_whole("k", k, low=1, high=MAX_K)
    scores = similarities(checked_embedding(query, vectors.dim), rows)  # (n,)
    for id in left_out(exclude):  # one, almost always: faster than a search in all of them
        others = ids != id
        ids, scores = ids[others], scores[others]
    top = best(ids, scores, k)
    return Hits(ids=ids[top], similarities=scores[top])
