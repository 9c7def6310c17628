"""Where each image of a gallery lies on its map: images that are near stay near in the plane.

``rough`` is there at once: the two directions in which embeddings differ most (PCA). ``settle``
goes on from it by t-SNE, which keeps neighbours together and tells nothing of great distances. It
is computed once per gallery, model and attention mode, with one seed, and stored beside the
embeddings; galleries that ship with the program have theirs in ``assets/embeddings``.

L. van der Maaten, G. Hinton, "Visualizing Data using t-SNE", JMLR 9, 2008; P. G. Poličar et al.,
"openTSNE", Journal of Statistical Software 109, 2024; the start: D. Kobak, P. Berens, "The art of
using t-SNE for single-cell transcriptomics", Nature Communications 10, 2019, which also places new
points among their nearest.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ... import array_files
from ...errors import StoreError
from ...language import tr
from ...progress import Progress, silent
from ..store import SHIPPED, Notice, StoredGallery, beside, folder_of, log

VERSION = 1  # of the layout and of how it is computed: a file with another number is made again
FEWEST = 10  # images that t-SNE says more of than ``rough``
SAMPLE = 20_000  # images that t-SNE places in minutes; of more, the others follow these

_PERPLEXITY = 30  # about how many neighbours count: the middle of what t-SNE's authors advise
_STEPS = 750  # t-SNE's own: 250 that draw groups together, 500 that settle them
_EVERY = 25  # steps between two reports
_NEAREST = 3  # of the sample, among which each other image lies
_AT_ONCE = 1_024  # images whose cosines to the sample are in memory: 80 MB
_START = 1e-4  # standard deviation of the first axis at the start, as Kobak and Berens advise

Layout = NDArray[np.float32]
"""(n, 2) places, one an image in the order of ``StoredGallery.ids``, from -1 to 1."""


def rough(embeddings: NDArray[np.float32]) -> Layout:
    """Return the two principal components of embeddings (n, D), the larger first: (n, 2).

    Each axis points to where its largest weight is positive, so that equal embeddings have equal
    layouts. Where embeddings differ in fewer than two directions, the rest is 0.
    """
    centred = embeddings - embeddings.mean(axis=0)  # (n, D)
    _, axes = np.linalg.eigh(centred.T @ centred)  # ascending
    first = axes[:, : -min(2, axes.shape[1]) - 1 : -1]  # (D, 2)
    largest = np.abs(first).argmax(axis=0)
    places = centred @ (first * np.sign(first[largest, np.arange(first.shape[1])]))
    return _fitted(np.pad(places, ((0, 0), (0, 2 - places.shape[1]))))


def settle(embeddings: NDArray[np.float32], *, progress: Progress = silent) -> Layout:
    """Return the layout of embeddings (n, D) by t-SNE, from ``rough`` on: (n, 2).

    Of fewer than ``FEWEST`` images it is ``rough`` itself. Of more than ``SAMPLE``, as many are
    laid out, evenly spread over the rows, and each of the others lies among its nearest of them.
    """
    if len(embeddings) > SAMPLE:
        rows = np.linspace(0, len(embeddings) - 1, SAMPLE).astype(np.intp)
        sample = embeddings[rows]
        return _among(embeddings, sample, settle(sample, progress=progress))
    start = rough(embeddings)
    spread = start[:, 0].std()
    if len(embeddings) < FEWEST or not spread:
        return start
    # Half a second, and an extra package: only who settles a layout needs them.
    from openTSNE import TSNE  # noqa: PLC0415

    done = 0

    def report(step: int, divergence: float, places: object) -> None:
        nonlocal done
        done = min(done + _EVERY, _STEPS)
        progress(done, _STEPS, tr("Drawing the map"))

    progress(0, _STEPS, tr("Drawing the map"))
    settled = TSNE(
        perplexity=min(_PERPLEXITY, (len(embeddings) - 1) / 3),
        metric="cosine",
        initialization=(start * (_START / spread)).astype(np.float64),
        n_jobs=1,  # with more, sums come in any order, and the same gallery has many layouts
        random_state=0,
        callbacks=report,
        callbacks_every_iters=_EVERY,
    ).fit(embeddings)
    return _fitted(np.asarray(settled))


def _among(embeddings: NDArray[np.float32], sample: NDArray[np.float32], places: Layout) -> Layout:
    """Place embeddings (n, D) at the mean of their nearest in a sample (m, D), the nearer the more.

    A weight is one over the squared distance, so that an image of the sample stays in its place.
    """
    found = np.empty((len(embeddings), 2), np.float32)
    for start in range(0, len(embeddings), _AT_ONCE):
        cosines = embeddings[start : start + _AT_ONCE] @ sample.T
        nearest = np.argpartition(-cosines, _NEAREST, axis=1)[:, :_NEAREST]
        squares = 2 - 2 * np.take_along_axis(cosines, nearest, axis=1)
        weights = 1 / np.maximum(squares, 1e-6)  # below that, float32 tells no difference
        weights /= weights.sum(axis=1, keepdims=True)
        found[start : start + _AT_ONCE] = np.einsum("nk,nkp->np", weights, places[nearest])
    return found


def load(
    stored: StoredGallery, mode: str, *, home: Path | None = None, shipped: Sequence[Path] = SHIPPED
) -> Layout | None:
    """Return the layout if it is on disk, whole and of these embeddings; compute nothing.

    Raises:
        SettingError: there is no such attention mode.
    """
    n = len(stored.of(mode))
    for path in _paths(stored, mode, home, shipped):
        try:
            arrays, about = array_files.read(path)
        except (FileNotFoundError, array_files.DamagedFileError):
            continue
        if about == _about(stored, mode) and arrays["places"].shape == (n, 2):
            return arrays["places"]
    return None


def load_or_settle(
    stored: StoredGallery,
    mode: str,
    *,
    home: Path | None = None,
    shipped: Sequence[Path] = SHIPPED,
    by: Callable[[NDArray[np.float32]], Layout] | None = None,
    notice: Notice = log,
) -> Layout:
    """Return the layout of one attention mode, computed unless it is on disk.

    Args:
        stored: the gallery's embeddings.
        mode: which of them.
        home: the cache directory; None means ``locations.home()``.
        shipped: directories to look in first, never written.
        by: computes it; by default ``settle``.
        notice: called where the home can't be written.

    Raises:
        SettingError: there is no such attention mode.
    """
    found = load(stored, mode, home=home, shipped=shipped)
    if found is not None:
        return found
    places = (by or settle)(stored.of(mode))
    try:
        _write(_paths(stored, mode, home, shipped)[-1], places, stored, mode)
    except StoreError as error:
        notice(f"{error} Until then, the map is drawn anew at every start.")
    return places


def save(stored: StoredGallery, folder: Path, *, progress: Progress = silent) -> list[Path]:
    """Settle the layouts of all attention modes, and write them to a folder, to ship them.

    Raises:
        StoreError: the folder can't be written.
    """
    written = []
    for mode in stored.modes:
        (path,) = beside(stored, _what(mode), places=[folder])
        _write(path, settle(stored.of(mode), progress=progress), stored, mode)
        written.append(path)
    return written


def _paths(
    stored: StoredGallery, mode: str, home: Path | None, shipped: Sequence[Path]
) -> list[Path]:
    """Where the layout may lie, that of the home last."""
    return beside(stored, _what(mode), places=[*shipped, folder_of(home)])


def _what(mode: str) -> str:
    return f"{mode}.layout"


def _write(path: Path, places: Layout, stored: StoredGallery, mode: str) -> None:
    array_files.write(path, {"places": places}, _about(stored, mode))


def _about(stored: StoredGallery, mode: str) -> dict[str, object]:
    return {
        "version": VERSION,
        "gallery": stored.gallery_digest,
        "embedder": stored.embedder_digest,
        "mode": mode,
    }


def _fitted(places: NDArray[np.floating]) -> Layout:
    """Move and scale places (n, 2) so that they reach from -1 to 1 in one direction at least."""
    low, high = places.min(axis=0), places.max(axis=0)
    reach = float((high - low).max()) or 1.0
    fitted: Layout = ((2 * places - low - high) / reach).astype(np.float32)
    return fitted
