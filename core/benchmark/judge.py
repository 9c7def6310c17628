"""What a search should have found: the exact scan, and distances computed by nobody else.

A method hands in ids only. The judge computes their similarities itself and counts those that
are no worse than the k-th best there is, so no method can flatter itself, and none is blamed
for the order of images that are equally near.

Needs NumPy only.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from .data import Matrix

BLOCK = 16_384  # gallery rows compared at once
MARGIN = 16  # more than k, in case float32 rounds the k-th and the next to the wrong sides
ALIKE = 1e-7  # similarities this close are those of equal neighbours: float32 holds 7 digits


def blocks(gallery: Matrix, size: int = BLOCK) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Yield the gallery (N, D) in float32, some rows at a time, each with its first id."""
    for start in range(0, len(gallery), size):
        yield start, gallery[start : start + size].astype(np.float32, copy=False)


def scan(
    gallery: Matrix, queries: NDArray[np.float32], k: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Find the k best of the whole gallery for each query: ids and similarities, (Q, k)."""
    ids = np.empty((len(queries), 0), dtype=np.int64)
    scores = np.empty((len(queries), 0), dtype=np.float32)
    for start, block in blocks(gallery):
        new = queries @ block.T  # (Q, B)
        nearest = _top(new, k)
        ids = np.concatenate([ids, start + nearest], axis=1)
        scores = np.concatenate([scores, np.take_along_axis(new, nearest, axis=1)], axis=1)
        best = _top(scores, k)
        ids = np.take_along_axis(ids, best, axis=1)
        scores = np.take_along_axis(scores, best, axis=1)
    order = np.argsort(-scores, axis=1, kind="stable")
    return np.take_along_axis(ids, order, axis=1), np.take_along_axis(scores, order, axis=1)


class Judge:
    """Knows the true neighbours of each query, up to the k-th."""

    def __init__(
        self, gallery: Matrix, queries: NDArray[np.float32], own: NDArray[np.int64], *, k: int
    ) -> None:
        self.gallery, self.queries, self.own = gallery, queries, own
        candidates, _ = scan(gallery, queries, min(k + 1 + MARGIN, len(gallery)))
        self.similarities = np.stack(  # (Q, k) descending: the best there are
            [
                np.sort(self._similarities(i, ids[ids != own[i]]))[::-1][:k]
                for i, ids in enumerate(candidates)
            ]
        )

    def recall(self, query: int, found: NDArray[np.int64], k: int) -> float:
        """Neighbour recall@k of what was found for a query, by its number."""
        ids = self.counted(query, found, k)
        best = self.similarities[query, :k]
        return float((self._similarities(query, ids) >= best[-1] - ALIKE).sum() / len(best))

    def counted(self, query: int, found: NDArray[np.int64], k: int) -> NDArray[np.int64]:
        """The first k ids found that count: in the gallery, not the query's own, none twice."""
        ids = found[(found >= 0) & (found < len(self.gallery)) & (found != self.own[query])]
        _, first = np.unique(ids, return_index=True)
        counted: NDArray[np.int64] = ids[np.sort(first)][:k]
        return counted

    def _similarities(self, query: int, ids: NDArray[np.int64]) -> NDArray[np.float64]:
        rows = self.gallery[ids].astype(np.float64)  # (n, D)
        result: NDArray[np.float64] = np.vecdot(rows, self.queries[query].astype(np.float64))
        return result


def _top(scores: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Columns of the k highest scores in each row, in no order; all where there are fewer."""
    n = scores.shape[1]
    if k >= n:
        return np.broadcast_to(np.arange(n), scores.shape)
    columns: NDArray[np.int64] = np.argpartition(scores, n - k, axis=1)[:, n - k :]
    return columns
