"""Search by hash codes, without hash tables: cells, sketches, codes, cosines.

    all N vectors, in C cells      read the few cells whose own codes are nearest
    some thousand sketches         compare the first 128 bits or so of each code
    some hundred codes             compare all 1,024 bits, each weighted by the query's margin
    some dozen embeddings          rerank: the exact cosine

Each stage costs more per vector than the one before, and leaves it fewer. With C growing as the
root of N, the first two grow as the root of N and the last two hardly at all.

A cell is to this search what a bucket is to a hash table: a place where neighbours meet. Its code
is, bit by bit, what most of its members have (k-majority: k-means for bits), so cells follow the
gallery where buckets follow chance. Nothing but the rerank needs an embedding: the codes are the
index.
"""

from dataclasses import asdict, dataclass
from math import log2
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..index.families.structured import Rotations
from ..index.vectors import checked_whole
from ..progress import Progress, silent
from . import persistence
from .base import (
    LONG,
    WORD,
    CodedVectors,
    Found,
    compiled_kernels,
    given_rows,
    in_threads,
    n_threads,
    suited_bits,
)
from .kernels.structures import Asked, CellLists

CELLS_PAY = 8_000  # vectors: below, reading every sketch is as fast
MAX_CELLS = 65_536
_TRAINING = 64  # codes per cell that the cells are learnt from
_ITERATIONS = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeConfig:
    """How an index is built; a change means building it again."""

    n_bits: int | None = None  # of a code: more, and fewer embeddings need be read; None: suited
    n_sketch_bits: int | None = None  # used as a sketch; None: 512, or 256 below D = 1,024
    n_cells: int | None = None  # None: about the root of N, or one below CELLS_PAY
    seed: int = 0  # of the hyperplanes, and of the sample that the cells are learnt from

    def sketch_words_for(self, dim: int, n_bits: int) -> int:
        """How many words of each code, of so many bits, make its sketch."""
        bits = self.n_sketch_bits or min(n_bits, 512 if dim >= LONG else 256)
        return checked_whole("n_sketch_bits", bits, low=WORD, high=n_bits) // WORD

    def cells_for(self, n: int) -> int:
        """How many cells a gallery of n vectors gets."""
        if self.n_cells is not None:
            return min(max(n, 1), checked_whole("n_cells", self.n_cells, low=1, high=MAX_CELLS))
        return 1 if n < CELLS_PAY else 2 ** round(log2(n) / 2 + 0.25)


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeSearch:
    """How far a query goes; a change costs nothing. ``calibration`` chooses these."""

    n_cells: int = 16  # cells that are read
    n_words: int = 2  # words of 64 bits that make a sketch
    n_sketch: int = 1_000  # vectors that go on by their sketches
    n_rerank: int = 100  # embeddings whose cosine is computed

    def __post_init__(self) -> None:
        for name in ("n_cells", "n_words", "n_sketch", "n_rerank"):
            checked_whole(name, getattr(self, name), low=1, high=2**31)


class CodeIndex(CodedVectors):
    """Codes and cells over one set of embeddings.

    Make one with ``build`` or ``load``.
    """

    def __init__(self, config: CodeConfig, rows: Any, ids: NDArray[np.int64], kernels: Any) -> None:
        self.kernels = kernels
        self.config = config
        self.settings = CodeSearch()
        n_bits = config.n_bits or suited_bits(*rows.shape)
        super().__init__(rows, ids, n_bits, config.seed)
        n_sketch_words = config.sketch_words_for(self.dim, n_bits)
        self.lists = CellLists(
            order=np.empty(0, np.int32),
            codes=np.empty((0, self.n_words), np.uint64),
            sketches=np.empty((n_sketch_words, 0), np.uint64),
            starts=np.zeros(1, np.int64),
            cells=np.empty((0, self.n_words), np.uint64),
        )

    @classmethod
    def build(
        cls,
        embeddings: ArrayLike,
        ids: ArrayLike | None = None,
        *,
        config: CodeConfig | None = None,
        threads: int | None = None,
        progress: Progress = silent,
        kernels: Any = None,
    ) -> Self:
        """Hash a gallery, learn its cells, and put every vector into one.

        Args:
            embeddings: (N, D), rows of unit length; float32 and float16 are not copied, so a
                file that is mapped into memory stays one.
            ids: (N,) whole numbers, 0 or more; 0 … N-1 where left out.
            config: sizes and seed.
            threads: None for as many as the machine has cores.
            progress: called with how far it is.
            kernels: ``readable`` to run on NumPy alone.

        Raises:
            SettingError: not embeddings, or a number outside its range.
        """
        rows, checked = given_rows(embeddings, ids)
        index = cls(config or CodeConfig(), rows, checked, kernels or compiled_kernels())
        threads = threads or n_threads()
        codes = index.codes_of(rows, threads, progress)
        cells = index._learnt_cells(codes, threads, progress)
        of_each = index._cells_of(codes, cells, threads, progress)
        all_rows = np.arange(len(rows), dtype=np.int32)
        index.lists = index._arranged(all_rows, codes, of_each, cells)
        return index

    def __len__(self) -> int:
        return len(self.lists.order)

    @property
    def order(self) -> NDArray[np.int32]:
        """(N,) the row at each position, cell by cell."""
        return self.lists.order

    @property
    def sketches(self) -> NDArray[np.uint64]:
        """(S, N) the sketch at each position, word by word."""
        return self.lists.sketches

    @property
    def cells(self) -> NDArray[np.uint64]:
        """(C, W) the code of each cell."""
        return self.lists.cells

    @property
    def nbytes(self) -> int:
        """Bytes beyond the embeddings themselves."""
        return self.ids.nbytes + sum(array.nbytes for array in self.lists)

    def answers(self, asked: Asked, settings: CodeSearch | None) -> Found:
        """Search with queries that have been checked, in the caller's thread."""
        reach, workspace = settings or self.settings, self.workspace(len(self) + 8)
        found: Found = self.kernels.search_cells(
            asked, self.rotations, self.gallery, self.lists, reach, workspace
        )
        return found

    def add(self, ids: ArrayLike, embeddings: ArrayLike) -> None:
        """Add embeddings (n, D) under new ids (n,): all of them, or none after an error.

        The cells stay as they were learnt. All codes are copied once per call, so add many at
        a time.

        Raises:
            SettingError: an id is there already, or not embeddings of this gallery.
        """
        new_ids, new = self.checked_growth(ids, embeddings)
        codes, rows = self.codes_of(new), self.store(new)
        lists = self._arranged(
            np.concatenate([self.order, rows]),
            np.concatenate([self.lists.codes, codes]),
            np.concatenate([self._cell_by_position(), self._cells_of(codes, self.cells)]),
            self.cells,
        )
        self.ids[rows], self.lists = new_ids, lists

    def remove(self, ids: ArrayLike) -> None:
        """Remove these ids (n,): all of them, or none after an error.

        Raises:
            SettingError: an id is not in the gallery, or twice in ``ids``.
        """
        in_use = self.in_use_without(ids)
        stays = in_use[self.order]
        lists = self._arranged(
            self.order[stays],
            self.lists.codes[stays],
            self._cell_by_position()[stays],
            self.cells,
        )
        self.ids[~in_use], self.lists = -1, lists

    def save(self, folder: Path) -> None:
        """Write the index and its embeddings into a folder.

        Raises:
            StoreError: it can't be written.
        """
        arrays: dict[str, NDArray[Any]] = {
            "codes": self.lists.codes,
            "cells": self.cells,
            "starts": self.lists.starts,
            "centre": self.rotations.centre,
        }
        sizes = {"n_bits": WORD * self.n_words, "n_sketch_bits": WORD * len(self.sketches)}
        persistence.save_index(folder, self, arrays, asdict(self.config) | sizes)

    @classmethod
    def load(cls, folder: Path, *, mapped: bool = True, kernels: Any = None) -> Self:
        """Read an index that ``save`` wrote.

        Args:
            folder: where it lies.
            mapped: leave the embeddings in their file, from which the few that a query reranks
                are read; nothing can be added then.
            kernels: ``readable`` to run on NumPy alone.

        Raises:
            StoreError: there is none, or it is damaged.
        """
        saved = persistence.load_index(folder, cls.__name__, mapped=mapped)
        rows, arrays = saved.rows, saved.arrays
        index = cls(CodeConfig(**saved.config), rows, saved.ids, kernels or compiled_kernels())
        index.settings = CodeSearch(**saved.settings)
        index.rotations = Rotations(arrays["centre"], index.rotations.signs)
        order = np.arange(len(rows), dtype=np.int32)  # written cell by cell
        sizes = np.diff(arrays["starts"])
        of_each = np.repeat(np.arange(len(sizes)), sizes)
        index.lists = index._arranged(order, arrays["codes"], of_each, arrays["cells"])
        return index

    def _learnt_cells(
        self, codes: NDArray[np.uint64], threads: int, progress: Progress
    ) -> NDArray[np.uint64]:
        """Codes of the cells (C, W): k-majority on a sample, from codes drawn at random."""
        n_cells = self.config.cells_for(len(codes))
        rng = np.random.default_rng(self.config.seed)
        sample = codes[rng.permutation(len(codes))[: _TRAINING * n_cells]]
        cells = np.zeros((n_cells, self.n_words), np.uint64)
        cells[: len(sample)] = sample[:n_cells]
        for iteration in range(_ITERATIONS if n_cells > 1 else 1):
            progress(iteration, _ITERATIONS, "Learning cells")
            of_each = self._cells_of(sample, cells, threads)
            cells = self.kernels.majority(sample, of_each, cells)
        return cells

    def _cells_of(
        self,
        codes: NDArray[np.uint64],
        cells: NDArray[np.uint64],
        threads: int = 1,
        progress: Progress = silent,
    ) -> NDArray[np.int32]:
        """The nearest cell of each code: (n,)."""
        nearest = np.empty(len(codes), np.int32)

        def assign_some(some: slice) -> None:
            nearest[some] = self.kernels.nearest_cells(codes[some], cells)

        in_threads(assign_some, len(codes), threads, progress=progress, what="Filling cells")
        return nearest

    def _cell_by_position(self) -> NDArray[np.int64]:
        return np.repeat(np.arange(len(self.cells)), np.diff(self.lists.starts))

    def _arranged(
        self,
        rows: NDArray[np.int32],
        codes: NDArray[np.uint64],
        of_each: NDArray[np.integer],
        cells: NDArray[np.uint64],
    ) -> CellLists:
        """Put rows (n,) and their codes in the order of the cells that each is in (n,)."""
        by_cell = np.argsort(of_each, kind="stable")
        arranged = codes[by_cell]
        return CellLists(
            order=rows[by_cell],
            codes=arranged,
            sketches=np.ascontiguousarray(arranged[:, : len(self.sketches)].T),
            starts=np.searchsorted(of_each[by_cell], np.arange(len(cells) + 1)).astype(np.int64),
            cells=cells,
        )
