"""What both of the engine's indexes have in common: embeddings by row, and their hash codes.

Every embedding has a code of some 1,024 bits (``structured``). The number of different bits
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
    Embedding,
    as_matrix,
    check_lengths,
    check_one_id_each,
    checked_additions,
    checked_embedding,
    checked_embeddings,
    checked_exclusions,
    checked_ids,
    checked_new_ids,
    checked_whole,
    id_is_taken,
    id_is_unknown,
    mean_of,
)
from ..progress import Progress, silent
from .kernels import readable

WORD = readable.WORD
MAX_CODE_BITS = 8_192
SMALL = 20_000  # vectors, among which a query is found as fast as it is hashed
LONG = 1_024  # numbers of an embedding that are dear to read
MAX_THREADS = 256

_NOTHING = np.array([-1])  # is left out
_BLOCK = 4_096  # rows that one thread takes at once


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
            raise SettingError(f"Codes of {n_bits} bits don't fill words; take a multiple of 64.")
        self.rows = rows
        self._owns_rows = False  # whose they are who gave them, until something is added
        self.ids = ids  # (≥ N,), -1 where a row is not in use
        self.n_words = n_bits // WORD
        self.rotations = draw_rotations(n_bits=n_bits, centre=mean_of(rows), seed=seed)
        self._workspaces = threading.local()

    @property
    def rows(self) -> NDArray[np.floating]:
        """The embeddings: (≥ N, D) float32 or float16."""
        return self._rows

    @rows.setter
    def rows(self, rows: NDArray[np.floating]) -> None:
        self._rows = rows
        self.rows_to_read = readable_rows(self.kernels, rows)

    @property
    def dim(self) -> int:
        """Length D of an embedding."""
        return int(self.rows.shape[1])

    def workspace(self, n_bytes: int) -> NDArray[np.uint64]:
        """Memory for the kernels to work in, zeros at first: each thread has its own."""
        workspace: NDArray[np.uint64] | None = getattr(self._workspaces, "workspace", None)
        if workspace is None or workspace.nbytes < n_bytes:
            workspace = self._workspaces.workspace = np.zeros(n_bytes // 8 + 1, np.uint64)
        return workspace

    # Hashing --------------------------------------------------------------------------

    def margins(self, embeddings: NDArray[np.floating]) -> NDArray[np.float32]:
        """Signed distances, up to one factor, to all hyperplanes: (n, M)."""
        planes = self.rotations
        margins: NDArray[np.float32] = self.kernels.margins(
            readable_rows(self.kernels, embeddings), planes.centre, planes.signs
        )
        return margins

    def codes_of(
        self,
        embeddings: NDArray[np.floating],
        threads: int = 1,
        progress: Progress = silent,
    ) -> NDArray[np.uint64]:
        """Codes of embeddings (n, D): (n, W)."""
        codes = np.empty((len(embeddings), self.n_words), np.uint64)
        planes = self.rotations

        def hash_some(some: slice) -> None:
            numbers = readable_rows(self.kernels, embeddings[some])
            codes[some] = self.kernels.hash_codes(
                numbers, planes.centre, planes.signs, self.n_words
            )

        in_threads(hash_some, len(embeddings), threads, progress=progress, what="Hashing")
        return codes

    # Asking ---------------------------------------------------------------------------

    def answers(
        self,
        queries: NDArray[np.float32],
        exclude: NDArray[np.int64],
        k: int,
        settings: Any,
    ) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.int64]]:
        """Search with queries (Q, D) that have been checked, in the caller's thread."""
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
        checked_whole("k", k, low=1, high=MAX_K)
        query = checked_embedding(embedding, self.dim)[np.newaxis]
        left_out = _NOTHING if exclude is None else np.array([exclude])
        ids, cosines, _ = self.answers(query, left_out, min(k, len(self)), settings)
        n = int(np.count_nonzero(ids[0] >= 0))
        return Hits(ids=ids[0, :n], similarities=cosines[0, :n])

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
            ids[some], cosines[some], looked_at[some] = self.answers(
                queries[some], left_out[some], k, settings
            )

        in_threads(answer_some, len(queries), threads, block=64)
        return Answers(ids, cosines, looked_at)

    def __len__(self) -> int:
        raise NotImplementedError

    # Growing --------------------------------------------------------------------------

    def take_rows(self, ids: ArrayLike, embeddings: ArrayLike) -> NDArray[np.int32]:
        """Store embeddings (n, D) under new ids (n,); return their rows (n,).

        The first addition copies all embeddings: what ``build`` was given stays the caller's.

        Raises:
            SettingError: as ``checked_additions``; an id is taken; or the embeddings are a file
                that can only be read.
        """
        new_ids, new_rows = checked_additions(ids, embeddings, self.dim)
        taken = np.isin(new_ids, self.ids)
        if taken.any():
            raise id_is_taken(int(new_ids[taken][0]))
        if isinstance(self.rows, np.memmap):
            raise SettingError(
                "These embeddings lie in a file that is only read; load the index with "
                "mapped=False to add to it."
            )
        self._reserve(len(new_ids))
        rows = np.flatnonzero(self.ids < 0)[: len(new_ids)]
        self.rows[rows] = new_rows
        self.ids[rows] = new_ids
        return rows.astype(np.int32)

    def _reserve(self, n: int) -> None:
        """Have rows that are free, of our own, for n more embeddings."""
        missing = n - int(np.count_nonzero(self.ids < 0))
        if missing <= 0 and self._owns_rows:
            return
        more = max(missing, len(self.ids) // 2) if missing > 0 else 0  # few, large steps
        self.rows = np.concatenate([self.rows, np.empty((more, self.dim), self.rows.dtype)])
        self.ids = np.concatenate([self.ids, np.full(more, -1)])
        self._owns_rows = True

    def free_rows(self, ids: ArrayLike) -> NDArray[np.bool_]:
        """Forget these ids; return which rows that were in use are so no longer (≥ N,).

        Raises:
            SettingError: an id is not in the gallery, or twice in ``ids``.
        """
        wanted = checked_ids(ids, distinct=True)
        unknown = (wanted < 0) | ~np.isin(wanted, self.ids)
        if unknown.any():
            raise id_is_unknown(int(wanted[unknown][0]), len(self))
        gone = np.isin(self.ids, wanted)
        self.ids[gone] = -1
        return gone


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
    if rows.dtype not in (np.float32, np.float16):
        rows = checked_embeddings(rows, rows.shape[1])
    check_lengths(rows)
    checked = np.arange(len(rows)) if ids is None else checked_new_ids(ids)
    check_one_id_each(checked, len(rows))
    return rows, checked


def readable_rows(kernels: Any, rows: NDArray[np.floating]) -> NDArray[Any]:
    """Return rows as the kernels take them: numba reads a float16 as its 16 bits.

    They are always read-only, as in a mapped file: numba compiles anew for what can be written.
    """
    half = rows.dtype == np.float16 and kernels is not readable
    plain = np.asarray(rows).view(np.uint16 if half else rows.dtype)  # the same memory
    plain.flags.writeable = False
    return plain
