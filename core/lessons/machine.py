"""One query's whole way in sums that a person can check: what the page *The machine* opens.

Everything is taken from the search and from the pass through the network that it rests on. A sum of
hundreds of products is shown by its largest terms and the rest; a few images of the gallery stand
for all of them where hyperplanes are watched at work.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..index.families.hyperplanes import bit_values
from ..index.lsh import LSHIndex, Probe
from ..model.preprocess import PreprocessConfig, preprocess, squash
from ..search import SearchResult
from .walkthrough import ChannelSteps, SpatialSteps

N_TERMS = 3  # of a sum that are shown one by one
RED = 0  # the first of three colours


@dataclass(frozen=True, slots=True, eq=False)
class LargestTerms:
    """Scalar products, each by its terms that weigh most and the rest of them."""

    places: NDArray[np.intp]  # (…, T) which of the D numbers, the largest term first
    left: NDArray[np.float64]  # (…, T)
    right: NDArray[np.float64]  # (…, T)
    rest: NDArray[np.float64]  # (…) the sum of all other terms
    total: NDArray[np.float64]  # (…)


def largest_terms(left: ArrayLike, right: ArrayLike, n_terms: int = N_TERMS) -> LargestTerms:
    """Take scalar products apart; terms of equal size come in the order of their places.

    Args:
        left: (…, D), such as the normals of hyperplanes.
        right: (D,), such as an embedding.
        n_terms: how many terms are shown, T; all of them where there are fewer.
    """
    left, right = np.broadcast_arrays(np.asarray(left, np.float64), np.asarray(right, np.float64))
    products = left * right  # (…, D)
    places = np.argsort(-np.abs(products), axis=-1, kind="stable")[..., :n_terms]
    shown = np.take_along_axis(products, places, axis=-1)
    total = products.sum(axis=-1)
    return LargestTerms(
        places=places,
        left=np.take_along_axis(left, places, axis=-1),
        right=np.take_along_axis(right, places, axis=-1),
        rest=total - shown.sum(axis=-1),
        total=total,
    )


@dataclass(frozen=True, slots=True)
class PointSum:
    """How one point of a picture becomes a number: (byte / 255 - shift) / scale."""

    row: int
    column: int
    byte: int  # 0 … 255
    shift: float
    scale: float
    value: float


def point_sum(pixels: NDArray[np.uint8], config: PreprocessConfig) -> PointSum:
    """Follow the red of the middle point of a picture, (H, W, 3), into the network's input.

    Whatever the normalisation, it is a straight line for each colour; shift and scale are read off
    two of its points.
    """
    size = config.input_size
    small = squash(pixels, size)
    red = preprocess(pixels, config)[RED].numpy().astype(np.float64)  # (S, S)
    row = column = size // 2
    shift, scale = _line(small[..., RED] / 255, red)
    return PointSum(
        row=row,
        column=column,
        byte=int(small[row, column, RED]),
        shift=shift,
        scale=scale,
        value=float(red[row, column]),
    )


def _line(given: NDArray[np.float64], made: NDArray[np.float64]) -> tuple[float, float]:
    """Return shift and scale of made = (given - shift) / scale; of one value alone, scale 1."""
    low, high = given.argmin(), given.argmax()
    rise = made.flat[high] - made.flat[low]
    scale = float((given.flat[high] - given.flat[low]) / rise) if rise else 1.0
    return float(given.flat[low] - made.flat[low] * scale), scale


@dataclass(frozen=True, slots=True)
class ChannelSum:
    """Equation 5 for one channel: gate = sigmoid(average_path + maximum_path)."""

    channel: int
    average: float
    maximum: float
    average_path: float
    maximum_path: float
    gate: float


def channel_sum(steps: ChannelSteps, channel: int) -> ChannelSum:
    """Read off what led to the gate of one channel."""
    return ChannelSum(
        channel=channel,
        average=float(steps.average[channel]),
        maximum=float(steps.maximum[channel]),
        average_path=float(steps.average_path[channel]),
        maximum_path=float(steps.maximum_path[channel]),
        gate=float(steps.gate[channel]),
    )


@dataclass(frozen=True, slots=True)
class PlaceSum:
    """Equation 6 for one place: gate = sigmoid(mean_term + maximum_term + bias)."""

    row: int
    column: int
    mean_term: float
    maximum_term: float
    bias: float
    gate: float


def place_sum(steps: SpatialSteps) -> PlaceSum:
    """Read off what led to the gate of the place that weighs most."""
    row, column = divmod(int(steps.gate.argmax()), steps.gate.shape[1])
    return PlaceSum(
        row=row,
        column=column,
        mean_term=float(steps.mean_term[row, column]),
        maximum_term=float(steps.maximum_term[row, column]),
        bias=steps.bias,
        gate=float(steps.gate[row, column]),
    )


def values_of(bits: NDArray[np.bool_]) -> list[int]:
    """Return what the 1s of a key, (K,), add to it: 1, 0, 1 are 4 and 1."""
    values: list[int] = bit_values(len(bits))[bits].tolist()
    return values


@dataclass(frozen=True, slots=True)
class Reading:
    """From buckets to candidates."""

    tables: tuple[tuple[Probe, ...], ...]  # L; the probes of each, in the order they were read
    n_places: tuple[int, ...]  # L; images in the buckets that were read, of each table
    n_different: int  # each image counted once
    n_own: int  # the query itself and its copies among them: no candidates
    n_candidates: int


def reading(result: SearchResult) -> Reading:
    """Count what was read for a query, table by table."""
    tables = tuple(
        tuple(probe for probe in result.candidates.probes if probe.table == table)
        for table in range(len(result.code.keys))
    )
    n_different = len(result.candidates.ids)
    return Reading(
        tables=tables,
        n_places=tuple(sum(len(probe.ids) for probe in probes) for probes in tables),
        n_different=n_different,
        n_own=n_different - result.n_candidates,
        n_candidates=result.n_candidates,
    )


def found_along(
    ranking: NDArray[np.int64], candidates: NDArray[np.int64], n_cells: int
) -> NDArray[np.float64]:
    """Return the share of candidates along a ranking, cut into cells of equal size: (n_cells,).

    Args:
        ranking: (n,) ids, the nearest first.
        candidates: ids that were found.
        n_cells: how many; one for each image where there are fewer images.
    """
    found = np.isin(ranking, candidates)
    cells = np.array_split(found, max(1, min(n_cells, len(found))))
    return np.array([cell.mean() if len(cell) else 0.0 for cell in cells])


def company(ranking: NDArray[np.int64], n: int) -> list[int]:
    """Choose the images that hyperplanes are shown on: half of them near, half spread out.

    Args:
        ranking: (N,) ids, the nearest first.
        n: how many at most; the nearest n // 2, and others at equal steps to the very last.
    """
    near = n // 2
    if len(ranking) <= n:
        chosen = ranking
    else:
        others = np.linspace(near, len(ranking) - 1, n - near).round().astype(np.intp)
        chosen = ranking[np.concatenate([np.arange(near), others])]
    ids: list[int] = chosen.tolist()
    return ids


def margins_of(index: LSHIndex, ids: list[int]) -> NDArray[np.float32]:
    """Return how far gallery images lie from every hyperplane: (n, L, K)."""
    planes = index.hyperplanes
    arrows = index.vectors.rows(ids) - planes.centre  # (n, D)
    margins: NDArray[np.float32] = np.vecdot(planes.normals, arrows[:, np.newaxis, np.newaxis])
    return margins
