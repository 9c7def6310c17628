"""Search by hash codes, without hash tables: cells, sketches, codes, cosines.

    all N vectors, in C cells      read the few cells whose centres are nearest
    some thousand sketches         compare the first 256 bits or so, weighted by the margins
    some hundred codes             estimate the cosine from all bits, in the same way
    some dozen embeddings          rerank: the exact cosine

Each stage costs more per vector than the one before, and leaves it fewer. With C growing as the
root of N, the first two grow as the root of N and the last two hardly at all.

A code says on which side of each hyperplane a vector lies and, where embeddings are short, how far
from it (``graded_codes``). Two numbers a vector make its estimate right on average (RaBitQ), so
fewer embeddings need be reranked.

A cell is to this search what a bucket is to a hash table: a place where neighbours meet. Cells are
learnt (``cells``), so they follow the gallery where buckets follow chance. Of the gallery itself
nothing but the rerank needs an embedding: the codes are the index.
"""

from dataclasses import asdict, dataclass
from math import log2
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import SettingError
from ..index.families.structured import Rotations
from ..index.vectors import checked_whole
from ..language import tr
from ..progress import Progress, silent
from . import cells, persistence
from .base import (
    LONG,
    MAX_CODE_BITS,
    WORD,
    CodedVectors,
    compiled_kernels,
    given_rows,
    in_lines,
    in_threads,
    n_threads,
    rows_to_read,
)
from .kernels.structures import AT_ONCE, CellLists, CellStore

CELLS_PAY = 8_000  # vectors: below, reading every sketch is as fast
MAX_CELLS = 65_536
MAX_DEPTH = 4
_BLOCK = 4_096  # embeddings that are turned into points at once
_TRAINING = 64  # embeddings per cell that the cells are learnt from


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeConfig:
    """How an index is built; a change means building it again."""

    n_bits: int | None = None  # of a code: more, and fewer embeddings need be read; None: suited
    depth: int | None = None  # of these for each hyperplane: its side, and how far; None: suited
    n_sketch_bits: int | None = None  # used as a sketch; None: 256, or 320 from D = 1,024
    # None: one below CELLS_PAY, else about the root of N, or twice that from D = 1,024 on.
    n_cells: int | None = None
    seed: int = 0  # of the hyperplanes, and of the sample that the cells are learnt from

    def bits_for(self, dim: int) -> tuple[int, int]:
        """How many bits a code has, and how many of these each hyperplane gets.

        As many hyperplanes as an embedding has numbers tell it from all others as well as more
        would; bits beyond say how far from each it lies. Of long ones, codes have the sides alone.

        Raises:
            SettingError: they don't fit together.
        """
        suited = 2 if dim <= LONG // 2 else 1
        depth = checked_whole("depth", self.depth or suited, low=1, high=MAX_DEPTH)
        n_bits = self.n_bits or (256 * depth if dim <= 256 else 1_024)
        if checked_whole("n_bits", n_bits, low=1, high=MAX_CODE_BITS) % (depth * WORD):
            raise SettingError(
                tr(
                    "Codes of {n_bits} bits, {depth} for each hyperplane, don't fill words; take "
                    "a multiple of {multiple}.",
                    n_bits=n_bits,
                    depth=depth,
                    multiple=depth * WORD,
                )
            )
        return n_bits, depth

    def sketch_words_for(self, dim: int, n_hyperplanes: int) -> int:
        """How many words of each code's sides, of so many hyperplanes, make its sketch."""
        bits = self.n_sketch_bits or min(n_hyperplanes, 320 if dim >= LONG else 256)
        return checked_whole("n_sketch_bits", bits, low=WORD, high=n_hyperplanes) // WORD

    def cells_for(self, n: int, dim: int) -> int:
        """How many cells a gallery of n vectors of ``dim`` numbers gets: below CELLS_PAY one.

        Of long embeddings the sketches are longer and more of them are read, so it pays to compare
        more centres.
        """
        if self.n_cells is not None:
            return min(max(n, 1), checked_whole("n_cells", self.n_cells, low=1, high=MAX_CELLS))
        return 1 if n < CELLS_PAY else 2 ** round(log2(n) / 2 + (1.25 if dim >= LONG else 0.25))


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
        n_bits, depth = config.bits_for(rows.shape[1])
        n_hyperplanes = n_bits // depth
        super().__init__(rows, ids, n_hyperplanes, config.seed)
        n_sketch_words = config.sketch_words_for(self.dim, n_hyperplanes)
        self._n_numbers = min(self.dim, cells.MOST_NUMBERS)  # E, of a centre
        self.lists = CellLists(
            order=np.empty(0, np.int32),
            codes=np.empty((0, depth * self.n_words), np.uint64),
            scales=np.empty((0, 2), np.float32),
            sketches=np.empty((n_sketch_words, 0), np.uint64),
            starts=np.zeros(1, np.int64),
            centres=cells.in_tiles(np.empty((0, self._n_numbers), np.float32)),
            depth=depth,
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
        codes, scales = index.graded(rows, index.lists.depth, threads, progress)
        centres = index._learnt_centres(progress)
        of_each = index._cells_of(rows, centres, threads, progress)
        all_rows = np.arange(len(rows), dtype=np.int32)
        index.lists = index._arranged(all_rows, codes, scales, of_each, centres)
        return index

    def __len__(self) -> int:
        return len(self._lists.order)

    @property
    def lists(self) -> CellLists:
        """All codes, cell by cell."""
        return self._lists

    @lists.setter
    def lists(self, lists: CellLists) -> None:
        self._lists = lists
        self._search_in(
            CellStore(self.rotations, self.gallery, lists),
            len(lists.order) + 8 * (len(lists.starts) + AT_ONCE),
        )

    @property
    def code_bits(self) -> int:
        """Bits of a code."""
        return WORD * int(self.lists.codes.shape[1])

    @property
    def order(self) -> NDArray[np.int32]:
        """(N,) the row at each position, cell by cell."""
        return self.lists.order

    @property
    def sketches(self) -> NDArray[np.uint64]:
        """(S, N) the sketch at each position, word by word."""
        return self.lists.sketches[:, : len(self)]

    @property
    def centres(self) -> NDArray[np.float32]:
        """(C, E) the centre of each cell, of unit length: among embeddings, or their points."""
        n_cells = len(self.lists.starts) - 1
        return cells.out_of_tiles(self.lists.centres)[:n_cells, : self._n_numbers]

    @property
    def nbytes(self) -> int:
        """Bytes beyond the embeddings themselves."""
        arrays = (it for it in self.lists if isinstance(it, np.ndarray))
        return self.ids.nbytes + sum(array.nbytes for array in arrays)

    def search(
        self,
        n_queries: int,
        settings: CodeSearch | None,
        ids: NDArray[np.int64],
        cosines: NDArray[np.float32],
    ) -> int:
        """Search with the first queries on this thread's desk, for k hits each."""
        _, bound = self._own_desk()
        n: int = self.kernels.search_cells(
            bound, n_queries, settings or self.settings, ids, cosines
        )
        return n

    def add(self, ids: ArrayLike, embeddings: ArrayLike) -> None:
        """Add embeddings (n, D) under new ids (n,): all of them, or none after an error.

        The cells stay as they were learnt. All codes are copied once per call, so add many at
        a time.

        Raises:
            SettingError: an id is there already, or not embeddings of this gallery.
        """
        new_ids, new = self.checked_growth(ids, embeddings)
        (codes, scales), rows = self.graded(new, self.lists.depth), self.store(new)
        centres = self.centres
        lists = self._arranged(
            np.concatenate([self.order, rows]),
            np.concatenate([self.lists.codes, codes]),
            np.concatenate([self.lists.scales, scales]),
            np.concatenate([self._cell_by_position(), self._cells_of(new, centres)]),
            centres,
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
            self.lists.scales[stays],
            self._cell_by_position()[stays],
            self.centres,
        )
        self.ids[~in_use], self.lists = -1, lists

    def save(self, folder: Path) -> None:
        """Write the index and its embeddings into a folder.

        Raises:
            StoreError: it can't be written.
        """
        arrays: dict[str, NDArray[Any]] = {
            "codes": self.lists.codes,
            "scales": self.lists.scales,
            "centres": np.ascontiguousarray(self.centres),
            "starts": self.lists.starts,
            "centre": self.rotations.centre,
        }
        sizes = {
            "n_bits": self.code_bits,
            "depth": self.lists.depth,
            "n_sketch_bits": WORD * len(self.sketches),
        }
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
        codes, scales, centres = (arrays[it] for it in ("codes", "scales", "centres"))
        index.lists = index._arranged(order, codes, scales, of_each, centres)
        return index

    def points_of(self, embeddings: NDArray[np.floating]) -> NDArray[np.float32]:
        """Where embeddings (n, D) lie among the centres of cells: (n, E), of unit length."""
        if self._n_numbers == self.dim:
            return np.asarray(embeddings, np.float32)
        first = self.rotations._replace(signs=self.rotations.signs[:1])
        rows = rows_to_read(self.kernels, embeddings)
        return cells.unit(self.kernels.margins(rows, first)[:, : self._n_numbers])

    def _learnt_centres(self, progress: Progress) -> NDArray[np.float32]:
        """Centres of the cells (C, E), learnt from a sample."""
        n_cells = self.config.cells_for(*self.rows.shape)
        rng = np.random.default_rng(self.config.seed)
        sample = rng.permutation(len(self.rows))[: _TRAINING * n_cells]
        if n_cells == 1 or len(sample) == 0:
            return np.zeros((n_cells, self._n_numbers), np.float32)
        blocks = np.split(sample, range(_BLOCK, len(sample), _BLOCK))
        points = np.concatenate([self.points_of(self.rows[block]) for block in blocks])
        return cells.learnt(points, n_cells, progress)

    def _cells_of(
        self,
        embeddings: NDArray[np.floating],
        centres: NDArray[np.float32],
        threads: int = 1,
        progress: Progress = silent,
    ) -> NDArray[np.int32]:
        """The nearest cell of each embedding: (n,)."""
        nearest = np.empty(len(embeddings), np.int32)

        def assign_some(some: slice) -> None:
            nearest[some] = cells.nearest(self.points_of(embeddings[some]), centres)

        in_threads(assign_some, len(nearest), threads, progress=progress, what=tr("Filling cells"))
        return nearest

    def _cell_by_position(self) -> NDArray[np.int64]:
        sizes = np.diff(self.lists.starts)
        return np.repeat(np.arange(len(sizes)), sizes)

    def _arranged(
        self,
        rows: NDArray[np.int32],
        codes: NDArray[np.uint64],
        scales: NDArray[np.float32],
        of_each: NDArray[np.integer],
        centres: NDArray[np.float32],
    ) -> CellLists:
        """Put rows (n,) and their graded codes in the order of the cells that each is in (n,)."""
        by_cell = np.argsort(of_each, kind="stable")
        n, arranged = len(codes), in_lines(codes.shape)
        np.take(codes, by_cell, axis=0, out=arranged, mode="clip")
        sketches = np.zeros((len(self.sketches), n + AT_ONCE - 1), np.uint64)
        sketches[:, :n] = arranged[:, : len(sketches)].T
        return CellLists(
            order=rows[by_cell],
            codes=arranged,
            scales=scales[by_cell],
            sketches=sketches,
            starts=np.searchsorted(of_each[by_cell], np.arange(len(centres) + 1)).astype(np.int64),
            centres=cells.in_tiles(centres),
            depth=self.lists.depth,
        )
