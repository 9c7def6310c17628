"""The engine's packed-code search: cells, sketches, codes, cosines."""

from collections.abc import Mapping
from typing import Any

from ...engine.codes import CodeIndex, CodeSearch
from .engine_index import EngineIndex


class OurCodes(EngineIndex):
    """``core.engine.codes``."""

    name = "ours: codes"
    _kind = CodeIndex
    _index: CodeIndex
    _search = CodeSearch

    def parameters(self) -> Mapping[str, Any]:
        """Bits of a code and of the part of it that is its sketch, and cells."""
        index = self._index
        return {
            "bits": 64 * index.n_words,
            "sketch_bits": 64 * len(index.sketches),
            "cells": len(index.cells),
        }
