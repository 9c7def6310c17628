"""What both of the engine's indexes have in common: embeddings by row, and their hash codes.

Every embedding has a code of some hundred bits (``structured``). The number of different bits
estimates the angle between two embeddings, at an eighth of a kilobyte instead of several, and a
processor counts it in nanoseconds. So an index first compares codes and reads only the embeddings
whose codes are near: *rerank*.

The embeddings may be float32, float16, or a file mapped into memory: the rerank reads a few dozen
rows per query, and the rest need not be in memory at all.
"""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import SettingError
from ..index.exact import MAX_K, Hits, HitsBatch
from ..index.families.structured import draw_rotations
from ..index.vectors import (
    MAX_DIM,
    Embedding,
    Scalar,
    as_matrix,
    check_lengths,
    check_one_id_each,
    checked_additions,
    checked_embedding,
    checked_embeddings,
    checked_exclusion,
    checked_exclusions,
    checked_ids,
    checked_new_ids,
    checked_whole,
    id_is_taken,
    id_is_unknown,
    mean_of,
)
from ..language import tr
from ..progress import Progress, silent
from .kernels import readable
from .kernels.structures import AT_A_TIME, Desk, GalleryRows

WORD = readable.WORD
MAX_CODE_BITS = 8_192
SMALL = 20_000  # vectors, among which a query is found as fast as it is hashed
LONG = 1_024  # numbers of an embedding that are dear to read
MAX_THREADS = 256

_NOBODY = -1  # is left out
_INT, _FLOAT = np.dtype(np.int64), np.dtype(np.float32)  # made once: one query is so fast
_BLOCK = 4_096  # rows that one thread takes at once
_LINE = 64  # bytes


@dataclass(frozen=True, slots=True, eq=False)
class Answers(HitsBatch):
    """The hits of many queries, and what they cost."""

    looked_at: NDArray[np.int64]  # (Q, 3) how many vectors each stage looked at


class CodedVectors:
    """Embeddings by row, ids by row, and the hyperplanes that give their codes.

    Changing it while another thread reads is not safe.
    """

    kernels: Any = readable
    """The module whose kernels are used; ``compiled_kernels()`` returns the fast one."""

    def __init__(
        self, rows: NDArray[np.floating], ids: NDArray[np.int64], n_bits: int, seed: int
    ) -> None:
        n_bits = checked_whole("n_bits", n_bits, low=128, high=MAX_CODE_BITS)
        if n_bits % WORD:
            raise SettingError(
                tr("Codes of {n_bits} bits don't fill words; take a multiple of 64.", n_bits=n_bits)
            )
        self._hold(rows, ids)
        self._owns_rows = False  # whose they are who gave them, until something is added
        self.n_words = n_bits // WORD
        self.rotations = draw_rotations(n_bits=n_bits, centre=mean_of(rows), seed=seed)

    def _hold(self, rows: NDArray[np.floating], ids: NDArray[np.int64]) -> None:
        self.rows = rows  # (≥ N, D) float32 or float16
        self.dim = int(rows.shape[1])  # D, numbers of an embedding
        self.ids = ids  # (≥ N,), -1 where a row is not in use
        self.gallery = GalleryRows(rows_to_read(self.kernels, rows), ids)  # for the kernels

    def _search_in(self, store: Any, n_bytes: int) -> None:
        """Search in this from now on; a desk takes so many bytes of memory."""
        self._store, self._n_bytes = store, n_bytes
        self._desks = threading.local()

    def _own_desk(self) -> tuple[Desk, Any]:
        """The desk of this thread, and what the kernels take: the index bound to that desk."""
        try:
            own: tuple[Desk, Any] = self._desks.own
        except AttributeError:
            desk = Desk(
                queries=np.empty((AT_A_TIME, self.dim), _FLOAT),
                exclude=np.empty(AT_A_TIME, _INT),
                looked_at=np.empty((AT_A_TIME, 3), _INT),
                memory=np.zeros(self._n_bytes // 8 + 1, np.uint64),
            )
            to_read = desk._replace(queries=read_only(desk.queries))
            own = self._desks.own = desk, self.kernels.bind(self._store, to_read)
        return own

    # Hashing --------------------------------------------------------------------------

    def margins(self, embeddings: NDArray[np.floating]) -> NDArray[np.float32]:
        """Signed distances, up to one factor, to all hyperplanes: (n, M)."""
        margins: NDArray[np.float32] = self.kernels.margins(
            rows_to_read(self.kernels, embeddings), self.rotations
        )
        return margins

    def graded(
        self,
        embeddings: NDArray[np.floating],
        depth: int,
        threads: int = 1,
        progress: Progress = silent,
    ) -> tuple[NDArray[np.uint64], NDArray[np.float32]]:
        """Codes (n, B W) of embeddings (n, D), B = ``depth`` bits for each hyperplane, and scales.

        Returns:
            the codes, the sides first, and what makes estimates by them right (n, 2).
        """
        codes = in_lines((len(embeddings), depth * self.n_words))
        scales = np.empty((len(embeddings), 2), np.float32)

        def hash_some(some: slice) -> None:
            rows = rows_to_read(self.kernels, embeddings[some])
            codes[some], scales[some] = self.kernels.graded_codes(
                rows, self.rotations, self.n_words, depth
            )

        in_threads(hash_some, len(embeddings), threads, progress=progress, what=tr("Hashing"))
        return codes, scales

    # Asking ---------------------------------------------------------------------------

    def search(
        self,
        n_queries: int,
        settings: Any,
        ids: NDArray[np.int64],
        cosines: NDArray[np.float32],
    ) -> int:
        """Search with the first queries on this thread's desk, for k hits each.

        Args:
            n_queries: Q; they have been checked.
            settings: how far to go; None for the index's own.
            ids: (Q k,) where the hits are written, -1 where there are fewer.
            cosines: (Q k,) theirs, -2 there.

        Returns:
            how many hits the last query has.
        """
        raise NotImplementedError

    def query(
        self,
        embedding: Embedding,
        *,
        k: int = 10,
        exclude: int | None = None,
        settings: Any = None,
    ) -> Hits:
        """Return the k best of what the stages before the rerank leave.

        Args:
            embedding: (D,) of unit length.
            k: how many hits at most; there are fewer where fewer are left.
            exclude: an id to leave out: the query's own, when it is in the gallery.
            settings: how far to go (``CodeSearch`` or ``BucketSearch``); by default the index's
                own, as calibrated.

        Raises:
            SettingError: a number outside its range, or not an embedding of this gallery.
        """
        ids, cosines = self.room_for(k)
        self.lay(embedding, exclude)
        n = self.search(1, settings, ids, cosines)
        return Hits(ids, cosines) if n == len(ids) else Hits(ids[:n], cosines[:n])

    def room_for(self, k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return where k hits are written, or as many as there can be: ids and cosines.

        Raises:
            SettingError: k is outside its range.
        """
        k = min(checked_whole("k", k, low=1, high=MAX_K), len(self))
        return np.empty(k, _INT), np.empty(k, _FLOAT)

    def lay(self, embedding: Embedding, exclude: int | None) -> tuple[Desk, Any]:
        """Check one query, and lay it on this thread's desk: ``_own_desk``.

        Raises:
            SettingError: as ``query``.
        """
        desk, _ = own = self._own_desk()
        desk.queries[0] = checked_embedding(embedding, self.dim)
        desk.exclude[0] = _NOBODY if exclude is None else checked_exclusion(exclude)
        return own

    def query_batch(
        self,
        embeddings: ArrayLike,
        *,
        k: int = 10,
        exclude: ArrayLike | None = None,
        settings: Any = None,
        threads: int = 1,
    ) -> Answers:
        """Answer many queries (Q, D); each gets what ``query`` gives it.

        Raises:
            SettingError: as ``query``.
        """
        k = min(checked_whole("k", k, low=1, high=MAX_K), len(self))
        checked_whole("threads", threads, low=1, high=MAX_THREADS)
        queries = checked_embeddings(embeddings, self.dim)
        left_out = checked_exclusions(exclude, len(queries))
        ids = np.empty((len(queries), k), np.int64)
        cosines = np.empty((len(queries), k), np.float32)
        looked_at = np.empty((len(queries), 3), np.int64)

        def answer_some(some: slice) -> None:
            desk, _ = self._own_desk()
            n = some.stop - some.start
            desk.queries[:n], desk.exclude[:n] = queries[some], left_out[some]
            self.search(n, settings, ids[some].reshape(-1), cosines[some].reshape(-1))
            looked_at[some] = desk.looked_at[:n]

        in_threads(answer_some, len(queries), threads, block=AT_A_TIME)
        return Answers(ids, cosines, looked_at)

    def __len__(self) -> int:
        raise NotImplementedError

    # Growing --------------------------------------------------------------------------

    def checked_growth(
        self, ids: ArrayLike, embeddings: ArrayLike
    ) -> tuple[NDArray[np.int64], NDArray[np.floating]]:
        """Return new ids (n,) and their embeddings (n, D) as they will be stored.

        Raises:
            SettingError: as ``checked_additions``; an id is taken; or the embeddings are a file
                that can only be read.
        """
        new_ids, new = checked_additions(ids, embeddings, self.dim)
        taken = np.isin(new_ids, self.ids)
        if taken.any():
            raise id_is_taken(int(new_ids[taken][0]))
        if isinstance(self.rows, np.memmap):
            raise SettingError(
                tr(
                    "These embeddings lie in a file that is only read; to add to them, load the "
                    "index with mapped=False, or build it of an array in memory."
                )
            )
        return new_ids, new.astype(self.rows.dtype, copy=False)

    def store(self, new: NDArray[np.floating]) -> NDArray[np.int32]:
        """Write embeddings (n, D) into rows that are free, and stay so: returns these (n,).

        Whoever gives them ids brings them into use. The first addition copies all embeddings: what
        ``build`` was given stays the caller's.
        """
        self._reserve(len(new))
        rows = np.flatnonzero(self.ids < 0)[: len(new)]
        self.rows[rows] = new
        return rows.astype(np.int32)

    def _reserve(self, n: int) -> None:
        """Have rows that are free, of our own, for n more embeddings."""
        missing = n - int(np.count_nonzero(self.ids < 0))
        if missing <= 0 and self._owns_rows:
            return
        more = max(missing, len(self.ids) // 2) if missing > 0 else 0  # few, large steps
        empty = np.empty((more, self.dim), self.rows.dtype)
        self._hold(
            np.concatenate([self.rows, empty]), np.concatenate([self.ids, np.full(more, -1)])
        )
        self._owns_rows = True

    def in_use_without(self, ids: ArrayLike) -> NDArray[np.bool_]:
        """Which rows will be in use without these ids: (≥ N,).

        Raises:
            SettingError: an id is not in the gallery, or twice in ``ids``.
        """
        wanted = checked_ids(ids, distinct=True)
        unknown = (wanted < 0) | ~np.isin(wanted, self.ids)
        if unknown.any():
            raise id_is_unknown(int(wanted[unknown][0]), len(self))
        stays: NDArray[np.bool_] = (self.ids >= 0) & ~np.isin(self.ids, wanted)
        return stays


def compiled_kernels() -> Any:
    """Return the compiled kernels; the first time, this takes numba's time to load."""
    from .kernels import compiled  # noqa: PLC0415  who only reads codes needn't have numba

    return compiled


def suited_bits(n: int, dim: int) -> int:
    """How many bits the codes of n embeddings of ``dim`` numbers should have.

    In a small gallery of short embeddings, to hash a query takes as long as all the rest.
    """
    return 512 if n < SMALL and dim < LONG else 1_024


def n_threads() -> int:
    """How many threads use the machine fully."""
    return os.cpu_count() or 1


def in_threads(
    work: Callable[[slice], None],
    n: int,
    threads: int,
    *,
    progress: Progress = silent,
    what: str = "",
    block: int = _BLOCK,
) -> None:
    """Do the work for 0 … n-1, block by block; the kernels inside don't hold the GIL."""
    blocks = [slice(start, min(start + block, n)) for start in range(0, n, block)]
    if threads == 1 or len(blocks) < 2:
        for done, some in enumerate(blocks, start=1):
            work(some)
            progress(done, len(blocks), what)
        return
    with ThreadPoolExecutor(threads) as pool:
        for done, _ in enumerate(pool.map(work, blocks), start=1):
            progress(done, len(blocks), what)


def given_rows(embeddings: ArrayLike, ids: ArrayLike | None) -> tuple[Any, NDArray[np.int64]]:
    """Check a whole gallery, block by block: a mapped file is never read at once.

    Returns:
        rows (N, D), the very array where it holds float32 or float16, and ids (N,).

    Raises:
        SettingError: not (N, D) numbers of unit length, or the ids don't fit.
    """
    rows: Any = as_matrix(embeddings)
    checked_whole(tr("The dimension"), rows.shape[1], low=1, high=MAX_DIM)
    if rows.dtype not in (np.float32, np.float16) or not rows.flags.c_contiguous:
        rows = checked_embeddings(rows, rows.shape[1])
    check_lengths(rows)
    checked = np.arange(len(rows)) if ids is None else checked_new_ids(ids)
    check_one_id_each(checked, len(rows))
    return rows, checked


def in_lines(shape: tuple[int, ...]) -> NDArray[np.uint64]:
    """Return an array of words, not filled, that begins with a line of memory.

    So a code of eight words is one line, and takes one look at the memory.
    """
    n_bytes = 8 * int(np.prod(shape))
    memory = np.empty(n_bytes + _LINE, np.uint8)
    first = -memory.ctypes.data % _LINE
    return memory[first : first + n_bytes].view(np.uint64).reshape(shape)


def rows_to_read(kernels: Any, rows: NDArray[np.floating]) -> NDArray[Any]:
    """Return rows (n, D) as the kernels take them: the compiled ones are told their bytes."""
    plain = np.asarray(rows)
    return plain if kernels is readable else read_only(plain.view(np.uint8))


def read_only(array: NDArray[Scalar]) -> NDArray[Scalar]:
    """Return a view that can't be written: numba compiles anew for one that can."""
    view = array.view()
    view.setflags(write=False)
    return view
