"""How far a query has to go: found by asking a table for its own images' neighbours.

The exact answer is LanceDB's own, without an index: it reads every embedding, once for each of
some queries.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import StoreError
from ..index.exact import neighbour_recall
from ..language import tr
from .index import TableIndex, ranked
from .settings import WAYS, KeySearch, TableSearch

WANTED = 0.95  # neighbour recall@10

_QUERIES = 64
_K = 10
_MOST_ROWS = 12_800
_MOST_PARTITIONS = 4_096
_MOST_PROBES = 256


class KnownNeighbours:
    """Images of a table whose true neighbours are known."""

    def __init__(self, index: TableIndex, n_queries: int = _QUERIES) -> None:
        """Find the neighbours.

        Args:
            index: over a table with at least one row.
            n_queries: images of the table that are asked for.
        """
        self._index = index
        rows = index.table.sample(n_queries)
        self._own = rows.ids.tolist()
        self._queries = rows.embeddings
        self._truth = [
            exact(index, vector, own) for own, vector in zip(self._own, self._queries, strict=True)
        ]

    def recall(self, settings: TableSearch) -> float:
        """Mean neighbour recall@10."""
        recalls = []
        for own, vector, truth in zip(self._own, self._queries, self._truth, strict=True):
            hits = self._index.query(vector, k=_K, exclude=own, settings=settings)
            recalls.append(neighbour_recall(hits.ids, truth))
        return float(np.mean(recalls))

    def least(self, way: str, wanted: float = WANTED) -> TableSearch:
        """Return the least effort that gives a recall, or the most where none does."""
        if way == "keys":
            return self._first([KeySearch(n_probes=n) for n in _doubled(1, _MOST_PROBES)], wanted)
        # First how many rows to rank where all partitions are read, then how few of these do.
        kind: Any = WAYS[way]
        efforts = [
            kind(n_rerank=n, n_partitions=_MOST_PARTITIONS) for n in _doubled(25, _MOST_ROWS)
        ]
        rows: Any = self._first(efforts, wanted + (1 - wanted) / 3)
        return self._first(
            [replace(rows, n_partitions=n) for n in _doubled(1, _MOST_PARTITIONS)], wanted
        )

    def _first(self, efforts: Sequence[TableSearch], wanted: float) -> TableSearch:
        """Return the first of these that is enough, or the last."""
        return next((it for it in efforts if self.recall(it) >= wanted), efforts[-1])


def exact(index: TableIndex, vector: NDArray[np.float32], own: int) -> NDArray[np.int64]:
    """Return the ids of the ten true neighbours of an embedding (D,): (10,) or fewer."""
    rows = index.table.nearest_embeddings(vector, _K + 1, n_partitions=None)
    return ranked(vector, rows, k=_K, exclude=own).ids


def calibrate(index: TableIndex, wanted: float = WANTED) -> None:
    """Find how far Hamming search and the keys go, and keep that in the table."""
    known = KnownNeighbours(index)
    found = {way: asdict(known.least(way, wanted)) for way in ("hamming", "keys")}
    index.table.keep_settings(json.dumps(found))


def kept(index: TableIndex, way: str) -> TableSearch:
    """Return the calibrated settings of a way, or its defaults where it has none.

    Raises:
        StoreError: what the table holds can't be read.
    """
    try:
        found = json.loads(index.table.settings or "{}")
        return WAYS[way](**found.get(way, {}))
    except (ValueError, TypeError) as error:
        raise StoreError(
            tr(
                "The settings of {address} can't be read ({error}); import again.",
                address=index.table.address,
                error=error,
            )
        ) from error


def _doubled(start: int, most: int) -> list[int]:
    """Return start, twice that, and so on up to ``most``."""
    return [start << step for step in range((most // start).bit_length())]
