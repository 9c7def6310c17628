"""Our engine in both of its modes, as it sets itself.

Its settings are those that it chooses for itself, from low recalls to high ones: it asks for
images of the gallery that it was given, and never sees a query of the race. Choosing is not part
of the time to build.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from ..engine.base import compiled_kernels
from ..engine.buckets import BucketIndex, BucketSearch
from ..engine.calibration import Calibrator
from ..engine.codes import CodeConfig, CodeIndex, CodeSearch
from .contestants import Ids, Queries, Setting
from .data import Matrix

WANTED = (0.6, 0.8, 0.9, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99, 0.995)


class _Ours:
    """What both modes share."""

    _index: CodeIndex | BucketIndex
    _search: type[CodeSearch] | type[BucketSearch]

    def __init__(self) -> None:
        compiled_kernels()  # where numba is missing, it doesn't race
        self._made: dict[tuple[float, ...], Any] = {}

    def refusal(self, n: int, dim: int) -> str | None:
        """Race always."""
        return None

    def settings(self) -> Sequence[Setting]:
        """What the engine chooses for each recall that it may be asked for."""
        calibrator = Calibrator(self._index)
        chosen = [calibrator.choose(wanted).settings for wanted in WANTED]
        return [asdict(settings) for settings in dict.fromkeys(chosen)]

    def query(self, query: Queries, k: int, setting: Setting) -> Ids:
        """Ask for one."""
        return self._index.query(query, k=k, settings=self._settings(setting)).ids

    def batch(self, queries: Queries, k: int, setting: Setting, threads: int) -> Ids:
        """Ask for many."""
        settings = self._settings(setting)
        return self._index.query_batch(queries, k=k, settings=settings, threads=threads).ids

    def candidates(self, query: Queries, k: int, setting: Setting) -> int | None:
        """What is reranked."""
        settings = self._settings(setting)
        answers = self._index.query_batch(query[np.newaxis], k=k, settings=settings)
        return int(answers.looked_at[0, -1])

    def _settings(self, setting: Setting) -> Any:
        """Make the engine's settings once: to check four numbers takes as long as to hash."""
        numbers = tuple(setting.values())
        if numbers not in self._made:
            self._made[numbers] = self._search(**setting)  # type: ignore[arg-type]
        return self._made[numbers]

    def extra_bytes(self) -> int:
        """Ids, codes, and what leads to them."""
        return self._index.nbytes


class OurCodes(_Ours):
    """The engine's packed-code search: cells, sketches, codes, cosines."""

    _search = CodeSearch

    def __init__(self, config: CodeConfig | None = None) -> None:
        super().__init__()
        self._config = config

    def fit(self, vectors: Matrix, threads: int) -> None:
        """Hash, learn cells, fill them."""
        self._index = CodeIndex.build(vectors, config=self._config, threads=threads)

    def parameters(self) -> Mapping[str, Any]:
        """Bits of a code and of what is kept of it as sketches, and cells."""
        index = self._index
        assert isinstance(index, CodeIndex)
        return {
            "bits": 64 * index.n_words,
            "sketch_bits": 64 * len(index.sketches),
            "cells": len(index.cells),
        }


class OurBuckets(_Ours):
    """The engine's hash tables: the paper's, with codes between buckets and rerank."""

    _search = BucketSearch
    LARGEST = 2_000_000  # vectors: sixteen tables more of 8 bytes each are 256 MB by then

    def refusal(self, n: int, dim: int) -> str | None:
        """Race where the tables take less than the vectors."""
        if n > self.LARGEST:
            return f"Its tables are kept to {self.LARGEST:,} vectors."
        return None

    def fit(self, vectors: Matrix, threads: int) -> None:
        """Hash into tables."""
        self._index = BucketIndex.build(vectors, threads=threads)

    def parameters(self) -> Mapping[str, Any]:
        """K and L, and bits of a code."""
        index = self._index
        assert isinstance(index, BucketIndex)
        config = index.config
        return {"K": config.n_bits, "L": config.n_tables, "bits": 64 * index.n_words}
