"""Galleries to race on, drawn from a seed, and how hard they are.

Real image embeddings lie near a surface of few dimensions in a space of many. So do these:
points about cluster centres in a small latent space go through a random network that bends
them into a large one, where a little noise is added to every coordinate. Of 100,000 drawn, the
intrinsic dimension is about 18; of those of ``HARD``, 34.

    z = c + 0.6 g,    x = ReLU(W2 ReLU(W1 z)) + 0.15 g',    embedding = x / |x|

with c one of 500 centres, W1 and W2 random, g and g' standard normal. Clusters that lie apart
leave a search little to decide; ``HARD`` draws the centres together until the clusters overlap.

Rows are drawn block by block, each with a generator of its own, so that a gallery of 10,000 is
the beginning of the one of 100,000, and any number of threads draws the same.

Needs NumPy, threadpoolctl and ``core.array_files`` only.
"""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from .. import array_files, files
from ..errors import SettingError, StoreError
from ..language import later, tr
from ..progress import Progress, silent

Matrix = NDArray[np.float32 | np.float16]

N_TUNING, N_TEST = 500, 500  # queries to choose settings with; to measure with
N_FOR_AXES = 20_000  # embeddings that principal axes are found from
SMALLEST = 200  # embeddings: recall@100 needs more than 100
HALF_FROM = 5_000_000  # a gallery this large is float16, and on disk for the next time
BLOCK = 4096  # rows drawn at once: some 100 MB in each thread
MODEL, GALLERY, QUERIES, AXES = range(4)  # what a generator draws: streams apart


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """What a gallery is drawn like."""

    title: str
    spread: float = 1.0  # of the cluster centres, per latent coordinate
    n_clusters: int = 500
    n_latent: int = 64
    n_hidden: int = 512
    dim: int = 2048
    noise: float = 0.6  # about the centres, per latent coordinate
    ambient_noise: float = 0.15  # per coordinate, where the root mean square is about 1
    n_axes: int | None = None  # principal axes it is reduced to


CLUSTERS = Recipe(title=later("clusters"))
HARD = Recipe(title=later("overlapping clusters"), spread=0.47)
REDUCED = Recipe(title=later("clusters reduced by PCA"), n_axes=256)
FAMILIES = {"clusters": CLUSTERS, "hard": HARD, "reduced": REDUCED}


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class DataSet:
    """A gallery and its queries: the first ``n_tuning`` choose settings, the others measure."""

    name: str
    family: str
    title: str
    gallery: Matrix  # (N, D) of unit length, row = id
    queries: NDArray[np.float32]  # (Q, D) of unit length
    own: NDArray[np.int64]  # (Q,) the query's id where it is in the gallery; -1 where held out
    n_tuning: int


@dataclass(frozen=True, slots=True)
class Name:
    """A name such as ``hard-100k``: what is drawn, and how many."""

    family: str
    n: int


def parse(name: str) -> Name:
    """Read the name of what is drawn: ``clusters-10k``, ``reduced-1m``.

    Raises:
        SettingError: it is no such name.
    """
    match = re.fullmatch(rf"({'|'.join(FAMILIES)})-(\d+)([km]?)", name)
    n = int(match[2]) * {"": 1, "k": 1000, "m": 1_000_000}[match[3]] if match else 0
    if match is None or n < SMALLEST:
        raise SettingError(
            tr(
                "There is no data set {name}; choose a gallery, a file, or a kind and a size of "
                "{smallest} or more: {examples}.",
                name=name,
                smallest=SMALLEST,
                examples=", ".join(f"{family}-10k" for family in FAMILIES),
            )
        )
    return Name(match[1], n)


class Source:
    """Draws embeddings of one recipe and one seed."""

    def __init__(self, recipe: Recipe, seed: int, threads: int = 1) -> None:
        self.recipe, self.seed, self.threads = recipe, seed, threads
        rng = np.random.default_rng([seed, MODEL])
        size = (recipe.n_clusters, recipe.n_latent)
        self._centres = np.float32(recipe.spread) * rng.standard_normal(size, dtype=np.float32)
        self._hidden = _layer(rng, recipe.n_latent, recipe.n_hidden)
        self._visible = _layer(rng, recipe.n_hidden, recipe.dim)
        self._reduce: Callable[[NDArray[np.float32]], NDArray[np.float32]] = lambda rows: rows
        if recipe.n_axes:
            sample = np.empty((N_FOR_AXES, recipe.dim), dtype=np.float32)
            self.fill(sample, AXES)
            mean, axes = principal_axes(sample, recipe.n_axes)
            self._reduce = lambda rows: _unit((rows - mean) @ axes)

    @property
    def dim(self) -> int:
        """D, the numbers of one embedding."""
        return self.recipe.n_axes or self.recipe.dim

    def fill(self, out: NDArray[Any], stream: int, progress: Progress = silent) -> None:
        """Write as many embeddings into ``out`` (n, D), of any float type, as it has rows."""
        start = 0
        for block in self.blocks(len(out), stream, progress):
            out[start : start + len(block)] = block
            start += len(block)

    def blocks(
        self, n: int, stream: int, progress: Progress = silent
    ) -> Iterator[NDArray[np.float32]]:
        """Draw n embeddings, BLOCK rows at a time; in memory are as many blocks as threads."""
        numbers = range(-(-n // BLOCK))

        def draw(number: int) -> NDArray[np.float32]:
            rng = np.random.default_rng([self.seed, stream, number])
            return self._block(rng)[: n - number * BLOCK]

        with threadpool_limits(1), ThreadPoolExecutor(self.threads) as pool:
            for first in numbers[:: self.threads]:
                group = numbers[first : first + self.threads]
                for number, block in zip(group, pool.map(draw, group), strict=True):
                    yield block
                    progress(number + 1, len(numbers), tr("Drawing the gallery"))

    def _block(self, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draw one whole block, (BLOCK, D): the next one must not depend on where this ends."""
        recipe = self.recipe
        z = self._centres[rng.integers(recipe.n_clusters, size=BLOCK)]  # (B, latent)
        z += np.float32(recipe.noise) * rng.standard_normal(z.shape, dtype=np.float32)
        x = _relu(_relu(z @ self._hidden) @ self._visible)  # (B, dim)
        g = rng.standard_normal(x.shape, dtype=np.float32)
        g *= np.float32(recipe.ambient_noise)
        x += g
        return self._reduce(_unit(x))


def draw(
    name: str,
    seed: int,
    *,
    threads: int = 1,
    folder: Path | None = None,
    progress: Progress = silent,
) -> DataSet:
    """Draw a gallery and the queries held out from it.

    Args:
        name: a kind and a size, such as ``clusters-10k``.
        seed: of everything that is drawn.
        threads: that draw.
        folder: where galleries that take long to draw are written; None writes none.
        progress: called with how far it is.

    Raises:
        SettingError: there is no such data set.
        StoreError: ``folder`` can't be written or is full.
    """
    family, n = (parsed := parse(name)).family, parsed.n
    source = Source(FAMILIES[family], seed, threads)
    queries = np.empty((N_TUNING + N_TEST, source.dim), dtype=np.float32)
    source.fill(queries, QUERIES)
    gallery: Matrix
    if n < HALF_FROM or folder is None:
        dtype: type[np.float32 | np.float16] = np.float32 if n < HALF_FROM else np.float16
        gallery = np.empty((n, source.dim), dtype=dtype)
        source.fill(gallery, GALLERY, progress)
    else:
        gallery = _load_or_draw(folder / f"{name}-seed{seed}.npy", n, source, progress)
    return DataSet(
        name=name,
        family=family,
        title=f"{FAMILIES[family].title}, {n:,} × {source.dim}",
        gallery=gallery,
        queries=queries,
        own=np.full(len(queries), -1),
        n_tuning=N_TUNING,
    )


def leave_one_out(name: str, title: str, embeddings: NDArray[np.float32], seed: int) -> DataSet:
    """Take queries from a real gallery (N, D) itself, each left out of its own results."""
    n = len(embeddings)
    own = np.random.default_rng(seed).permutation(n)[: N_TUNING + N_TEST]
    return DataSet(
        name=name,
        family=name,
        title=f"{title}, {n:,} × {embeddings.shape[1]}",
        gallery=np.ascontiguousarray(embeddings),
        queries=embeddings[own],
        own=own,
        n_tuning=min(N_TUNING, len(own) // 3),
    )


def principal_axes(
    sample: NDArray[np.float32], n_axes: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Find the mean (D,) of a sample (n, D) and its ``n_axes`` principal axes (D, n_axes)."""
    mean = sample.mean(axis=0)
    centred = sample - mean
    _, axes = np.linalg.eigh(centred.T @ centred)  # ascending variance
    return mean, np.ascontiguousarray(axes[:, ::-1][:, :n_axes])


def intrinsic_dimension(distances: NDArray[np.floating]) -> float:
    """Estimate how many directions the data spreads in near a point, from distances (m, k).

    Each row holds the distances T_1 … T_k from one point to its k nearest, ascending. In d
    dimensions a ball's volume grows as T^d, from which the most likely d is

        1/d = mean over points and j < k of log(T_k / T_j)

    (E. Levina and P. Bickel, NIPS 2004, averaged as D. MacKay and Z. Ghahramani propose). A point
    that lies on another one says nothing and is left out.

    Raises:
        SettingError: no point has two neighbours at different distances.
    """
    T = np.asarray(distances, dtype=np.float64)
    T = T[T.min(axis=1, initial=np.inf) > 0] if T.ndim == 2 else T[:0]
    if T.ndim != 2 or not (T[:, -1:] > T).any():
        raise SettingError(
            tr(
                "Distances of shape {shape} tell no dimension; give (m, k) with "
                "k of 2 or more, and neighbours at different distances.",
                shape=np.shape(distances),
            )
        )
    return float(1 / np.log(T[:, -1:] / T[:, :-1]).mean())


def _load_or_draw(path: Path, n: int, source: Source, progress: Progress) -> NDArray[np.float16]:
    """Read a gallery from disk, drawn before or now; of several processes one draws.

    It is read into memory: of a mapped file every first look at a page would count as a part of
    somebody's query.
    """
    if not path.exists():
        with files.lock(
            path, lambda: progress(0, 1, tr("Waiting for another process that draws it"))
        ):
            if not path.exists():
                with array_files.appending(path, (n, source.dim), np.float16) as append:
                    for block in source.blocks(n, GALLERY, progress):
                        append(block)
    try:
        gallery: NDArray[np.float16] = np.load(path)
    except (OSError, ValueError) as error:
        raise StoreError(
            tr(
                "{path} can't be read ({error}); delete it, and it is drawn again.",
                path=path,
                error=error,
            )
        ) from error
    return gallery


def _layer(rng: np.random.Generator, n_in: int, n_out: int) -> NDArray[np.float32]:
    """Weights (in, out) that keep the mean square of what a ReLU lets through (K. He, 2015)."""
    weights = rng.standard_normal((n_in, n_out), dtype=np.float32)
    weights *= np.float32(np.sqrt(2 / n_in))
    return weights


def _relu(x: NDArray[Any]) -> NDArray[Any]:
    np.maximum(x, 0, out=x)
    return x


def _unit(x: NDArray[Any]) -> NDArray[np.float32]:
    x /= np.sqrt(np.vecdot(x, x))[:, np.newaxis]
    return x
