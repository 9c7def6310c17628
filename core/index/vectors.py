"""The gallery's embeddings by id, and the checks that every embedding and id passes.

The checks stand here once, for every index (``protocol`` says what they mean to a caller).
"""

from dataclasses import dataclass
from math import sqrt
from typing import Any, Self, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import SettingError
from ..language import later, tr

Scalar = TypeVar("Scalar", bound=np.generic)

MAX_DIM = 65_536  # numbers of an embedding
MAX_ID = 2**63 - 1

UNIT_TOLERANCE = 1e-3  # a unit row rounded to float16 is at most 0.0005 longer or shorter

_FLOAT, _WHOLE = np.dtype(np.float32), (int, np.integer)  # made once: one query is so fast
_MEAN_SAMPLE = 50_000  # rows whose mean is the gallery's, near enough
_BLOCK = 4_096  # rows whose lengths are computed at once


@dataclass(frozen=True, slots=True, eq=False)
class UnitVector:
    """A query that has passed ``checked_embedding``; whoever takes it needn't check it again."""

    numbers: NDArray[np.float32]  # (D,)


Embedding: TypeAlias = ArrayLike | UnitVector
"""What a query is given as: (D,) numbers of unit length, or a ``UnitVector``."""


class Vectors:
    """Embeddings of unit length, one row per id; grows and shrinks without a rebuild.

    Rows have no particular order: the last row moves into the place of a removed one.
    Changing it while another thread reads is not safe.
    """

    def __init__(self, dim: int) -> None:
        self.dim = checked_whole("dim", dim, low=1, high=MAX_DIM)
        self._ids = np.empty(0, dtype=np.int64)  # (capacity,)
        self._matrix = np.empty((0, self.dim), dtype=np.float32)  # (capacity, D)
        self._row_of: dict[int, int] = {}

    @classmethod
    def from_matrix(cls, embeddings: ArrayLike, ids: ArrayLike | None = None) -> Self:
        """Copy a whole gallery.

        Args:
            embeddings: (N, D), rows of unit length.
            ids: (N,) whole numbers, 0 or more; 0 … N-1 where left out.

        Raises:
            SettingError: as ``add``.
        """
        matrix = as_matrix(embeddings)
        vectors = cls(matrix.shape[1])
        vectors.add(np.arange(len(matrix)) if ids is None else ids, matrix)
        return vectors

    @property
    def ids(self) -> NDArray[np.int64]:
        """(N,) the id of each row: a read-only view that lasts until the next change."""
        return _read_only(self._ids[: len(self)])

    @property
    def matrix(self) -> NDArray[np.float32]:
        """(N, D) all rows, in the order of ``ids``: a read-only view, as ``ids``."""
        return _read_only(self._matrix[: len(self)])

    def rows(self, ids: ArrayLike) -> NDArray[np.float32]:
        """Return the embeddings (n, D) of these ids (n,), in their order.

        Raises:
            SettingError: an id is not in the gallery.
        """
        known = self._known(checked_ids(ids))
        return self._matrix[[self._row_of[id] for id in known]]

    def add(self, ids: ArrayLike, embeddings: ArrayLike) -> None:
        """Add embeddings (n, D) under new ids (n,): all of them, or none after an error.

        Raises:
            SettingError: as ``checked_additions``; or an id is there already.
        """
        new_ids, new_rows = checked_additions(ids, embeddings, self.dim)
        taken = [id for id in new_ids.tolist() if id in self]
        if taken:
            raise id_is_taken(taken[0])
        before, after = len(self), len(self) + len(new_ids)
        self._reserve(after)
        self._ids[before:after] = new_ids
        self._matrix[before:after] = new_rows
        self._row_of.update(zip(new_ids.tolist(), range(before, after), strict=True))

    def remove(self, ids: ArrayLike) -> None:
        """Remove these ids (n,): all of them, or none after an error.

        Raises:
            SettingError: an id is not in the gallery, or twice in ``ids``.
        """
        for id in self._known(checked_ids(ids, distinct=True)):
            row = self._row_of.pop(id)
            last = len(self._row_of)
            if row != last:  # fill the hole, so that the rows stay together
                self._ids[row] = self._ids[last]
                self._matrix[row] = self._matrix[last]
                self._row_of[int(self._ids[row])] = row

    def __len__(self) -> int:
        return len(self._row_of)

    def __contains__(self, id: object) -> bool:
        return id in self._row_of

    def _known(self, ids: NDArray[np.int64]) -> list[int]:
        """Return the ids as a list once all of them are in the gallery."""
        known: list[int] = ids.tolist()
        missing = [id for id in known if id not in self._row_of]
        if missing:
            raise id_is_unknown(missing[0], len(self))
        return known

    def _reserve(self, size: int) -> None:
        """Reserve memory for ``size`` rows; doubling makes many single additions cheap."""
        capacity = len(self._ids)
        if size > capacity:
            more = max(size, 2 * capacity) - len(self)
            self._ids = np.concatenate([self.ids, np.empty(more, dtype=np.int64)])
            empty = np.empty((more, self.dim), dtype=np.float32)
            self._matrix = np.concatenate([self.matrix, empty])


def similarities(
    query: NDArray[np.float32], embeddings: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Cosine of a query (D,) to each row of embeddings (n, D), all of unit length: (n,).

    ``embeddings @ query`` may round a row differently depending on where it stands in the
    matrix; equal images would then stop being tied, and reranking would disagree with the
    exact scan in the last digit. ``vecdot`` computes every row by itself.
    """
    cosines: NDArray[np.float32] = np.vecdot(embeddings, query)
    return cosines


def as_matrix(embeddings: ArrayLike) -> NDArray[np.generic]:
    """Return a gallery as an array (N, D), uncopied; a mapped file stays one.

    Raises:
        SettingError: it has another number of dimensions, or holds no numbers.
    """
    matrix = _as_numbers(embeddings)
    if matrix.ndim != 2:
        raise SettingError(
            tr(
                "The embeddings have shape {shape}; give one row per image: (N, D).",
                shape=matrix.shape,
            )
        )
    return matrix


def mean_of(rows: NDArray[np.generic]) -> NDArray[np.float32]:
    """Mean of embeddings (N, D), of 50,000 to 100,000 of them where there are more; or zeros."""
    if not len(rows):
        return np.zeros(rows.shape[1], np.float32)
    mean: NDArray[np.float32] = sample_of(rows).mean(axis=0)
    return mean


def sample_of(rows: NDArray[np.generic]) -> NDArray[np.float32]:
    """Every n-th of embeddings (N, D), so that there are at most 100,000."""
    step = max(1, len(rows) // _MEAN_SAMPLE)
    return np.asarray(rows[::step], np.float32)


def checked_embedding(embedding: Embedding, dim: int) -> NDArray[np.float32]:
    """Return one embedding as (D,) float32; where nothing is wrong, in a microsecond or two.

    Raises:
        SettingError: no numbers, another dimension, a NaN or infinite value, or not unit length.
    """
    if isinstance(embedding, np.ndarray) and _is_unit(embedding, dim):
        return embedding
    if isinstance(embedding, UnitVector) and embedding.numbers.shape == (dim,):
        return embedding.numbers
    given = embedding.numbers if isinstance(embedding, UnitVector) else _as_numbers(embedding)
    if given.shape != (dim,):
        raise SettingError(
            tr(
                "The embedding has shape {shape}, but this gallery holds {dim} numbers per "
                "image; give one of ({dim},).",
                shape=given.shape,
                dim=dim,
            )
        )
    row: NDArray[np.float32] = checked_embeddings(given[np.newaxis], dim)[0]
    return row


def _is_unit(given: NDArray[Any], dim: int) -> bool:
    """Whether an array is (dim,) contiguous float32 of unit length, and so nothing is wrong."""
    if given.dtype != _FLOAT or given.shape != (dim,) or not given.flags.c_contiguous:
        return False
    squared = float(given.dot(given))  # NaN where one of them is
    return abs(sqrt(squared) - 1) <= UNIT_TOLERANCE


def unit_vector(embedding: Embedding, dim: int) -> UnitVector:
    """Check one embedding (D,) once, for everything that is to be done with it.

    Raises:
        SettingError: as ``checked_embedding``.
    """
    return UnitVector(checked_embedding(embedding, dim))


def checked_embeddings(embeddings: ArrayLike, dim: int) -> NDArray[np.float32]:
    """Return embeddings as contiguous (n, D) float32.

    Raises:
        SettingError: no numbers, another dimension, a NaN or infinite value, or not unit length.
    """
    given = _as_numbers(embeddings)
    with np.errstate(over="ignore"):  # what is too large becomes infinite and is refused
        matrix = np.ascontiguousarray(given, dtype=np.float32)
    if matrix.ndim != 2 or matrix.shape[1] != dim:
        raise SettingError(
            tr(
                "The embeddings have shape {shape}, but this gallery holds {dim} numbers per "
                "image; give (n, {dim}).",
                shape=matrix.shape,
                dim=dim,
            )
        )
    check_lengths(matrix)
    return matrix


def check_lengths(matrix: NDArray[np.floating]) -> None:
    """Check that every row of (n, D) has unit length, some at a time: they may lie in a file.

    Raises:
        SettingError: a row has a NaN or infinite value, or not unit length.
    """
    for start in range(0, len(matrix), _BLOCK):
        block = np.asarray(matrix[start : start + _BLOCK], np.float32)
        with np.errstate(over="ignore"):
            lengths = np.sqrt(np.vecdot(block, block))  # (B,)
        wrong = ~(np.abs(lengths - 1) <= UNIT_TOLERANCE)  # a NaN is wrong as well
        if wrong.any():
            row = int(np.argmax(wrong))
            raise _not_unit(start + row, float(lengths[row]))


def checked_additions(
    ids: ArrayLike, embeddings: ArrayLike, dim: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return new ids (n,) and their embeddings (n, D).

    Raises:
        SettingError: an id is negative or twice in ``ids``; an embedding has another dimension,
            a NaN or infinite value, or not unit length; or there are more of one than the other.
    """
    new_ids = checked_new_ids(ids)
    rows = checked_embeddings(embeddings, dim)
    check_one_id_each(new_ids, len(rows))
    return new_ids, rows


def check_one_id_each(ids: NDArray[np.int64], n_rows: int) -> None:
    """Check that there is an id for each embedding.

    Raises:
        SettingError: there are more, or fewer.
    """
    if len(ids) != n_rows:
        raise SettingError(
            tr(
                "{n_ids} ids came with {n_rows} embeddings; give one id for each.",
                n_ids=len(ids),
                n_rows=n_rows,
            )
        )


def checked_exclusion(exclude: object) -> int:
    """Return an id to leave out; one that nobody has leaves out nothing.

    Raises:
        SettingError: it isn't a whole number.
    """
    return checked_whole(later("The id to leave out"), exclude, low=-(2**63), high=MAX_ID)


def checked_exclusions(exclude: ArrayLike | None, n_queries: int) -> NDArray[np.int64]:
    """Return the id that each of n queries leaves out, -1 where it leaves out none: (n,).

    Raises:
        SettingError: there is not one for each query, or they aren't whole numbers.
    """
    if exclude is None:
        return np.full(n_queries, -1)
    ids = checked_ids(exclude)
    if len(ids) != n_queries:
        raise SettingError(
            tr(
                "{n_ids} ids to leave out came with {n_queries} queries; give one for each, "
                "-1 for none.",
                n_ids=len(ids),
                n_queries=n_queries,
            )
        )
    return ids


def checked_new_ids(ids: ArrayLike) -> NDArray[np.int64]:
    """Return ids (n,) that something may be added under.

    Raises:
        SettingError: as ``checked_ids`` if distinct; or an id is negative.
    """
    new_ids = checked_ids(ids, distinct=True)
    if len(new_ids) and new_ids.min() < 0:
        raise SettingError(
            tr(
                "Id {id} is negative; give whole numbers from 0 to {max_id:,}.",
                id=new_ids.min(),
                max_id=MAX_ID,
            )
        )
    return new_ids


def checked_ids(ids: ArrayLike, *, distinct: bool = False) -> NDArray[np.int64]:
    """Return ids as (n,) int64.

    Raises:
        SettingError: not a list of whole numbers that fit 64 bits or, if ``distinct``, one of
            them twice.
    """
    array = _as_array(later("Ids"), ids)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise SettingError(
            tr(
                "Ids of type {dtype} and shape {shape} can't be used; "
                "give a list of whole numbers.",
                dtype=array.dtype,
                shape=array.shape,
            )
        )
    if array.size and array.max() > MAX_ID:
        raise SettingError(
            tr(
                "Id {id} is too large; give whole numbers up to {max_id:,}.",
                id=array.max(),
                max_id=MAX_ID,
            )
        )
    if distinct:
        values, counts = np.unique(array, return_counts=True)
        if (counts > 1).any():
            raise SettingError(
                tr(
                    "Id {id} comes {n_times} times; give each id once.",
                    id=values[np.argmax(counts)],
                    n_times=counts.max(),
                )
            )
    return array.astype(np.int64)


def checked_whole(name: str, value: object, *, low: int, high: int) -> int:
    """Return a setting that must be a whole number from ``low`` to ``high``.

    Raises:
        SettingError: it is something else; a bool is no number here.
    """
    if isinstance(value, _WHOLE) and not isinstance(value, bool):
        number = int(value)
        if low <= number <= high:
            return number
    raise SettingError(
        tr(
            "{name} is {value}; choose a whole number from {low:,} to {high:,}.",
            name=tr(name),
            value=value,
            low=low,
            high=high,
        )
    )


def id_is_taken(id: int) -> SettingError:
    """What to say of an id that can't be added."""
    return SettingError(tr("Id {id} is in the gallery already; remove it first.", id=id))


def id_is_unknown(id: int, n: int) -> SettingError:
    """What to say of an id that is not in a gallery of n."""
    return SettingError(
        tr("Id {id} is not among the {n} images of the gallery; choose one that is.", id=id, n=n)
    )


def _as_numbers(embeddings: ArrayLike) -> NDArray[Any]:
    """Return embeddings as an array, uncopied."""
    array = _as_array(later("Embeddings"), embeddings)
    if array.dtype.kind not in "fiu":
        raise SettingError(
            tr("Embeddings of type {dtype} can't be used; give real numbers.", dtype=array.dtype)
        )
    return array


def _as_array(what: str, given: ArrayLike) -> NDArray[Any]:
    try:
        return np.asanyarray(given)
    except ValueError as error:
        raise SettingError(
            tr("{what} in lists of different lengths; give an array.", what=tr(what))
        ) from error


def _not_unit(row: int, length: float) -> SettingError:
    if not np.isfinite(length):
        return SettingError(
            tr(
                "Embedding {row} holds a NaN or infinite value; compute it again from its image.",
                row=row,
            )
        )
    return SettingError(
        tr(
            "Embedding {row} has length {length:.4g} instead of 1; divide each one by its length.",
            row=row,
            length=length,
        )
    )


def _read_only(array: NDArray[Scalar]) -> NDArray[Scalar]:
    array.flags.writeable = False
    return array
