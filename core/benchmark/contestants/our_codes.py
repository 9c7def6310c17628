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
        """Bits of a code, for each hyperplane, and of the part that is its sketch; and cells."""
        index = self._index
        return {
            "bits": index.code_bits,
            "bits_per_hyperplane": index.lists.depth,
            "sketch_bits": 64 * len(index.sketches),
            "cells": len(index.centres),
        }
