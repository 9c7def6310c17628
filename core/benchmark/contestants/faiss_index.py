"""What contestants from faiss share."""

from abc import abstractmethod
from typing import Any

import numpy as np

from ..data import Matrix
from ..judge import blocks
from .base import Contestant, Ids, Queries, Setting, as_float32

MOST_TRAINING = 160_000  # vectors that k-means sees, forty for each of 4,000 cells


class FaissIndex(Contestant):
    """An index of faiss, whose settings are attributes of it."""

    _index: Any
    _setting: Setting | None = None

    @abstractmethod
    def __init__(self) -> None:
        import faiss  # noqa: PLC0415  optional: a peer

        self._faiss = faiss

    def batch(self, queries: Queries, k: int, setting: Setting, threads: int) -> Ids:
        """Set the index up, and search."""
        self._use(setting)
        ids: Ids = self._index.search(queries, k)[1]
        return ids

    def _use(self, setting: Setting) -> None:
        """Set the index up for a setting, once for all its queries."""
        if setting is not self._setting:
            self._setting = setting
            for name, value in setting.items():
                setattr(self._index, name, value)

    def _learn_and_add(self, vectors: Matrix) -> None:
        """Train with vectors from the whole gallery, then add all."""
        self._index.train(as_float32(vectors[:: -(-len(vectors) // MOST_TRAINING)]))
        self._add(vectors)

    def _add(self, vectors: Matrix) -> None:
        """Add float32 vectors in one go, so that faiss takes no more memory than they need."""
        if vectors.dtype == np.float32:
            self._index.add(vectors)
        else:
            for _, block in blocks(vectors):
                self._index.add(block)

    def add(self, ids: Ids, vectors: Queries) -> None:
        """Add; faiss numbers the vectors itself, from the last id on."""
        self._index.add(vectors)

    def remove(self, ids: Ids) -> None:
        """Remove, where this kind of index can."""
        try:
            self._index.remove_ids(ids)
        except RuntimeError as error:
            raise NotImplementedError from error
