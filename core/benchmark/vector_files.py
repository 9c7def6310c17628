"""Vectors from a file of one's own: ``.npy``, or the HDF5 files that benchmarks publish.

ann-benchmarks (github.com/erikbern/ann-benchmarks) and VIBE (github.com/vector-index-bench/vibe)
lay theirs out alike: ``train`` is the gallery, (N, D), ``test`` has the queries, (Q, D), and an
attribute ``distance`` names the metric. We compare by cosine, so all vectors get unit length, and
the true neighbours are found anew. An ``.npy`` file is one array, (N, D); its queries are rows
held out from it.

Needs NumPy, and h5py for HDF5.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import GalleryError, SettingError
from ..language import tr
from .data import N_TEST, N_TUNING, SMALLEST, DataSet

ENDINGS = (".npy", ".hdf5", ".h5")
_NOT_COSINE = {"hamming", "jaccard"}  # metrics of bits and sets
_BY_COSINE = {"angular", "cosine", "normalized"}  # the others rank differently once normalized


def is_vector_file(name: str) -> bool:
    """Tell the path of such a file from the name of a data set."""
    return name.lower().endswith(ENDINGS)


def open_vector_file(path: Path, seed: int) -> DataSet:
    """Read a file; the seed draws its queries.

    Raises:
        GalleryError: there is no such file, or it can't be read.
        SettingError: it holds something else than (N, D) vectors that have a direction.
    """
    if not path.is_file():
        raise GalleryError(
            tr(
                "There is no file {path}; give the path of one, {endings}.",
                path=path,
                endings=", ".join(ENDINGS),
            )
        )
    if path.suffix.lower() == ".npy":
        return _of_npy(path, seed)
    return _of_hdf5(path, seed)


def held_out(name: str, title: str, rows: NDArray[np.float32], seed: int) -> DataSet:
    """Hold rows out of unit vectors (N, D) as queries; the others are the gallery."""
    order = np.random.default_rng(seed).permutation(len(rows))
    n_queries = min(N_TUNING + N_TEST, len(rows) // 5)
    return _data_set(name, title, rows[order[n_queries:]], rows[order[:n_queries]])


def unit_rows(rows: Any, what: str) -> NDArray[np.float32]:
    """Return vectors (N, D) as float32 of unit length.

    Raises:
        SettingError: not numbers (N, D), or a row without a direction.
    """
    array = np.asarray(rows)
    if array.ndim != 2 or not np.issubdtype(array.dtype, np.number) or np.iscomplexobj(array):
        raise SettingError(
            tr(
                "{what} holds {dtype} of shape {shape}; give real numbers, (N, D).",
                what=what,
                dtype=array.dtype,
                shape=array.shape,
            )
        )
    if len(array) < SMALLEST or array.shape[1] < 2:
        raise SettingError(
            tr(
                "{what} holds {n_rows:,} × {n_columns} numbers; a race needs {smallest} "
                "vectors of 2 numbers or more.",
                what=what,
                n_rows=len(array),
                n_columns=array.shape[1],
                smallest=SMALLEST,
            )
        )
    return _with_direction(array, what)


def _with_direction(array: NDArray[Any], what: str) -> NDArray[np.float32]:
    unit = array.astype(np.float32)
    lengths = np.sqrt(np.vecdot(unit, unit))
    bad = np.flatnonzero(~(np.isfinite(lengths) & (lengths > 0)))
    if len(bad):
        raise SettingError(
            tr(
                "Row {row:,} of {what} has the length {length:g} ({n_bad:,} rows are "
                "like it), so no direction to compare; take them out.",
                row=bad[0],
                what=what,
                length=lengths[bad[0]],
                n_bad=len(bad),
            )
        )
    unit /= lengths[:, np.newaxis]
    return unit


def _of_npy(path: Path, seed: int) -> DataSet:
    try:
        array = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise GalleryError(
            tr("{path} can't be read as .npy: {error}", path=path, error=error)
        ) from error
    return held_out(path.stem, path.stem, unit_rows(array, path.name), seed)


def _of_hdf5(path: Path, seed: int) -> DataSet:
    try:
        import h5py  # noqa: PLC0415  optional: with the peers
    except ModuleNotFoundError as error:
        raise GalleryError(
            tr("{name} needs h5py to be read; `pip install h5py` installs it.", name=path.name)
        ) from error
    try:
        with h5py.File(path, "r") as file:
            missing = {"train", "test"} - set(file)
            if missing:
                raise SettingError(
                    tr(
                        "{name} has no {missing}; the layout of "
                        "ann-benchmarks and VIBE has train (N, D) and test (Q, D).",
                        name=path.name,
                        missing=" and no ".join(sorted(missing)),
                    )
                )
            metric = _text(file.attrs.get("distance", "unknown"))
            train, test = file["train"][()], file["test"][()]
    except OSError as error:
        raise GalleryError(
            tr("{path} can't be read as HDF5: {error}", path=path, error=error)
        ) from error
    if metric in _NOT_COSINE:
        raise SettingError(
            tr(
                "{name} is for the {metric} distance; we compare by cosine.",
                name=path.name,
                metric=metric,
            )
        )
    gallery, queries = unit_rows(train, f"train in {path.name}"), np.asarray(test)
    if queries.ndim != 2 or queries.shape[1] != gallery.shape[1]:
        raise SettingError(
            tr(
                "test in {name} has the shape {shape}; train has rows of {dim}.",
                name=path.name,
                shape=queries.shape,
                dim=gallery.shape[1],
            )
        )
    chosen = np.random.default_rng(seed).permutation(len(queries))[: N_TUNING + N_TEST]
    note = "" if metric in _BY_COSINE else f", made for {metric}, by cosine"
    unit = _with_direction(queries[chosen], f"test in {path.name}")
    return _data_set(path.stem, f"{path.stem}{note}", gallery, unit)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _data_set(
    name: str, title: str, gallery: NDArray[np.float32], queries: NDArray[np.float32]
) -> DataSet:
    return DataSet(
        name=name,
        family=name,
        title=f"{title}, {len(gallery):,} × {gallery.shape[1]}",
        gallery=np.ascontiguousarray(gallery),
        queries=np.ascontiguousarray(queries),
        own=np.full(len(queries), -1),
        n_tuning=min(N_TUNING, len(queries) // 2),
    )
