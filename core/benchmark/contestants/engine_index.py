"""What both modes of our engine share: the settings that they are tried with are their own choice.

From low recalls to high ones the engine chooses with images of the gallery that it was given, and
never sees a query of the race. Choosing is not part of the time to build.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from ...engine.base import compiled_kernels
from ...engine.buckets import BucketIndex, BucketSearch
from ...engine.calibration import Calibrator
from ...engine.codes import CodeConfig, CodeIndex, CodeSearch
from ...index.lsh import LSHConfig
from ..data import Matrix
from .base import Contestant, Ids, Queries, Setting


class EngineIndex(Contestant):
    """An index of the engine.

    Args:
        config: how it is built; None for what suits the gallery.
        recalls: for which the engine chooses settings; None for the grid.
        kernels: compiled or readable; None for the compiled ones.
    """

    # Wanted neighbour recalls. Around those that are compared they are as close as the values of
    # the others' grids.
    grid = (
        *(0.6, 0.8, 0.88, 0.9, 0.92, 0.94, 0.95, 0.955, 0.96, 0.965),
        *(0.97, 0.98, 0.985, 0.99, 0.993, 0.996, 0.998),
    )

    _kind: type[CodeIndex] | type[BucketIndex]
    _index: CodeIndex | BucketIndex
    _search: type[CodeSearch] | type[BucketSearch]

    def __init__(
        self,
        config: CodeConfig | LSHConfig | None = None,
        *,
        recalls: Sequence[float] | None = None,
        kernels: Any = None,
    ) -> None:
        self._config = config
        self._recalls = recalls or self.grid
        self._kernels = kernels or compiled_kernels()  # where numba is missing, it doesn't race
        self._made: dict[tuple[float, ...], Any] = {}

    def needs(self, n: int, dim: int) -> int:
        """Codes of a kilobit and a few ids; the vectors are everybody's."""
        return n * 256

    def fit(self, vectors: Matrix, threads: int) -> None:
        """Hash, and fill cells or tables."""
        self._index = self._kind.build(
            vectors,
            config=self._config,  # type: ignore[arg-type]
            threads=threads,
            kernels=self._kernels,
        )

    def ladders(self, k: int) -> Sequence[Sequence[Setting]]:
        """What the engine chooses for each recall that it may be asked for."""
        calibrator = Calibrator(self._index, k=k)
        chosen = [calibrator.choose(wanted).settings for wanted in self._recalls]
        return [[asdict(settings) for settings in dict.fromkeys(chosen)]]

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

    def add(self, ids: Ids, vectors: Queries) -> None:
        """Hash them, and put them into cells or buckets."""
        self._index.add(ids, vectors)

    def remove(self, ids: Ids) -> None:
        """Take them out."""
        self._index.remove(ids)

    def extra_bytes(self) -> int:
        """Ids, codes, and what leads to them."""
        return self._index.nbytes
