"""The engine's packed-code search: cells, sketches, codes, cosines."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...engine.codes import CodeConfig, CodeIndex, CodeSearch
from ..data import Matrix
from .engine_index import EngineIndex


class OurCodes(EngineIndex):
    """``core.engine.codes``.

    Args:
        config: how the index is built; None for what suits the gallery.
        recalls: for which the engine chooses settings; None for the grid.
        kernels: compiled or readable; None for the compiled ones.
    """

    name = "ours: codes"
    _index: CodeIndex
    _search = CodeSearch

    def __init__(
        self,
        config: CodeConfig | None = None,
        *,
        recalls: Sequence[float] | None = None,
        kernels: Any = None,
    ) -> None:
        super().__init__(recalls=recalls, kernels=kernels)
        self._config = config

    def fit(self, vectors: Matrix, threads: int) -> None:
        """Hash, learn cells, fill them."""
        self._index = CodeIndex.build(
            vectors, config=self._config, threads=threads, kernels=self._kernels
        )

    def parameters(self) -> Mapping[str, Any]:
        """Bits of a code and of the part of it that is its sketch, and cells."""
        index = self._index
        return {
            "bits": 64 * index.n_words,
            "sketch_bits": 64 * len(index.sketches),
            "cells": len(index.cells),
        }
