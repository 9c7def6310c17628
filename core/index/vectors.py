"""The gallery's embeddings by id, and the checks that every embedding and id passes."""

from typing import Self, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import SettingError

Scalar = TypeVar("Scalar", bound=np.generic)

UNIT_TOLERANCE = 1e-3  # a unit row rounded to float16 is at most 0.0005 longer or shorter


class Vectors:
    """Embeddings of unit length, one row per id; grows and shrinks without a rebuild.

    Rows have no particular order: the last row moves into the place of a removed one.
    Changing it while another thread reads is not safe.
    """

    def __init__(self, dim: int) -> None:
        self.dim = checked_whole("dim", dim, low=1, high=65_536)
        self._ids = np.empty(0, dtype=np.int64)  # (capacity,)
        self._matrix = np.empty((0, self.dim), dtype=np.float32)  # (capacity, D)
        self._row_of: dict[int, int] = {}

    @classmethod
    def from_matrix(cls, embeddings: ArrayLike, ids: ArrayLike | None = None) -> Self:
        """Copy a whole gallery.

        Args:
            embeddings: (N, D), rows of unit length.
            ids: (N,) whole numbers; 0 … N-1 where left out.

        Raises:
            SettingError: as ``add``.
        """
        matrix = np.asarray(embeddings)
        if matrix.ndim != 2:
            raise SettingError(
                f"The embeddings have shape {matrix.shape}; give one row per image: (N, D)."
            )
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
            SettingError: an id is there already or twice in ``ids``; an embedding has another
                dimension, a NaN or infinite value, or not unit length.
        """
        new_ids = checked_ids(ids, distinct=True)
        new_rows = checked_embeddings(embeddings, self.dim)
        if len(new_ids) != len(new_rows):
            raise SettingError(
                f"{len(new_ids)} ids came with {len(new_rows)} embeddings; give one id for each."
            )
        taken = [id for id in new_ids.tolist() if id in self]
        if taken:
            raise SettingError(f"Id {taken[0]} is in the gallery already; remove it first.")
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
            raise SettingError(
                f"Id {missing[0]} is not among the {len(self)} images of the gallery; "
                "choose one that is."
            )
        return known

    def _reserve(self, size: int) -> None:
        """Make room for ``size`` rows; doubling keeps many single additions cheap."""
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


def checked_embedding(embedding: ArrayLike, dim: int) -> NDArray[np.float32]:
    """Return one embedding as (D,) float32.

    Raises:
        SettingError: another dimension, a NaN or infinite value, or not unit length.
    """
    vector = np.asarray(embedding)
    if vector.shape != (dim,):
        raise SettingError(
            f"The embedding has shape {vector.shape}, but this gallery holds {dim} numbers per "
            f"image; give one of ({dim},)."
        )
    row: NDArray[np.float32] = checked_embeddings(vector[np.newaxis], dim)[0]
    return row


def checked_embeddings(embeddings: ArrayLike, dim: int) -> NDArray[np.float32]:
    """Return embeddings as contiguous (n, D) float32.

    Raises:
        SettingError: another dimension, a NaN or infinite value, or not unit length.
    """
    with np.errstate(over="ignore"):  # what is too large becomes infinite and is refused
        matrix = np.ascontiguousarray(embeddings, dtype=np.float32)
    if matrix.ndim != 2 or matrix.shape[1] != dim:
        raise SettingError(
            f"The embeddings have shape {matrix.shape}, but this gallery holds {dim} numbers per "
            f"image; give (n, {dim})."
        )
    with np.errstate(over="ignore"):
        lengths = np.sqrt(np.vecdot(matrix, matrix))  # (n,)
    if not np.isfinite(lengths).all():
        row = int(np.argmin(np.isfinite(lengths)))
        raise SettingError(
            f"Embedding {row} holds a NaN or infinite value; compute it again from its image."
        )
    wrong = np.abs(lengths - 1) > UNIT_TOLERANCE
    if wrong.any():
        row = int(np.argmax(wrong))
        raise SettingError(
            f"Embedding {row} has length {lengths[row]:.4g} instead of 1; "
            "divide each one by its length."
        )
    return matrix


def checked_ids(ids: ArrayLike, *, distinct: bool = False) -> NDArray[np.int64]:
    """Return ids as (n,) int64.

    Raises:
        SettingError: not a list of whole numbers or, if ``distinct``, one of them twice.
    """
    array = np.asarray(ids)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise SettingError(
            f"Ids of type {array.dtype} and shape {array.shape} can't be used; "
            "give a list of whole numbers."
        )
    if distinct:
        values, counts = np.unique(array, return_counts=True)
        if (counts > 1).any():
            raise SettingError(
                f"Id {values[np.argmax(counts)]} comes {counts.max()} times; give each id once."
            )
    return array.astype(np.int64)


def checked_whole(name: str, value: object, *, low: int, high: int) -> int:
    """Return a setting that must be a whole number from ``low`` to ``high``.

    Raises:
        SettingError: it is something else; a bool is no number here.
    """
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        number = int(value)
        if low <= number <= high:
            return number
    raise SettingError(f"{name} is {value}; choose a whole number from {low:,} to {high:,}.")


def _read_only(array: NDArray[Scalar]) -> NDArray[Scalar]:
    array.flags.writeable = False
    return array
