"""How sure a figure is: mean and deviation over seeds, and two kinds of interval.

An interval counts what varied. Where one model answers many queries, the queries vary: the
bootstrap draws them anew (B. Efron, R. Tibshirani, An Introduction to the Bootstrap (1993),
section 13.3: the percentile interval). Where systems were trained several times, each on a split
of its own, trainings and queries vary together from run to run: Student's t over the runs has
both. Two systems that answer the same queries are compared in pairs: what is hard for both
cancels out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import SettingError
from ..language import tr

LEVEL = 0.95  # of the interval
N_RESAMPLES = 10_000
_BLOCK = 500  # resamples at once: of 1,500 queries they make 6 MB


@dataclass(frozen=True, slots=True)
class ConfidenceInterval:
    """A mean or a ratio of means, and the 95 % interval of it."""

    mean: float
    low: float
    high: float
    n: int  # values, or runs, that the mean is over


def mean_and_deviation(values: Sequence[float]) -> tuple[float, float | None]:
    """Return the mean and the sample deviation (n - 1), which a single value doesn't have.

    Raises:
        SettingError: there is no value.
    """
    _check_some(len(values))
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else None
    return float(np.mean(values)), deviation


def bootstrap_mean(values: ArrayLike, *, seed: int = 0) -> ConfidenceInterval:
    """Bound a mean by drawing the values anew, with replacement, many times.

    Args:
        values: (n,) one per query or image.
        seed: equal seeds give equal intervals.

    Raises:
        SettingError: there is no value, or one that is no finite number.
    """
    data = np.asarray(values, dtype=np.float64)
    _check_numbers(data)
    return _interval(float(data.mean()), _resampled_means(data, seed), len(data))


def bootstrap_ratio(parts: ArrayLike, wholes: ArrayLike, *, seed: int = 0) -> ConfidenceInterval:
    """Bound a ratio of two means by resampling the pairs.

    Args:
        parts: (n,) one per query or image.
        wholes: (n,) above 0, for the same queries or images in the same order.
        seed: of the resampling.

    Raises:
        SettingError: the two don't pair up, a whole isn't above 0, or as ``bootstrap_mean``.
    """
    first, second = _paired(parts, wholes)
    if not (second > 0).all():
        raise SettingError(
            tr("A ratio to {smallest:g} says nothing; give wholes above 0.", smallest=second.min())
        )
    _check_numbers(first)
    ratios = _resampled_means(first, seed) / _resampled_means(second, seed)  # the same draws
    return _interval(float(first.mean() / second.mean()), ratios, len(first))


def paired_difference(better: ArrayLike, worse: ArrayLike, *, seed: int = 0) -> ConfidenceInterval:
    """Bound the mean of ``better - worse``, pair by pair, by resampling the pairs.

    An interval above 0 says: another draw of queries would most likely show ``better`` ahead
    too. It knows nothing of what another training would change.

    Args:
        better: (n,) figures of one system, one per query.
        worse: (n,) figures of the other system for the same queries in the same order.
        seed: of the resampling.

    Raises:
        SettingError: the two don't pair up, or as ``bootstrap_mean``.
    """
    first, second = _paired(better, worse)
    return bootstrap_mean(first - second, seed=seed)


def difference_over_runs(better: ArrayLike, worse: ArrayLike) -> ConfidenceInterval:
    """Bound the mean of ``better - worse`` over runs, each a training on a split of its own.

    Student's paired t interval: another training on another split would most likely agree.

    Args:
        better: (n,) one figure of one system per run.
        worse: (n,) the other system's figures of the same runs in the same order.

    Raises:
        SettingError: the two don't pair up, fewer than 2 runs, or one that is no finite number.
    """
    from scipy.stats import t as student_t  # noqa: PLC0415 - comes with the experiment's packages

    first, second = _paired(better, worse)
    differences = first - second
    _check_numbers(differences)
    n = len(differences)
    if n < 2:
        raise SettingError(tr("One run doesn't tell how runs differ; give 2 or more."))
    mean = float(differences.mean())
    reach = float(student_t.ppf((1 + LEVEL) / 2, n - 1) * differences.std(ddof=1) / np.sqrt(n))
    return ConfidenceInterval(mean, mean - reach, mean + reach, n)


def difference_over_runs_and_queries(better: ArrayLike, worse: ArrayLike) -> ConfidenceInterval:
    """Bound the mean of ``better - worse`` where several trainings answer the same queries.

    Trainings and queries vary on their own, so both variances of the mean are added: that of the
    trainings' means and that of the queries' means. What a training does to one query alone is
    counted in both, so the interval is a little too wide rather than too narrow. Student's t has
    the degrees of freedom of the trainings, of which there are fewer.

    Args:
        better: (T, Q) figures of one system: training by query.
        worse: (T, Q) the other system's.

    Raises:
        SettingError: the two don't pair up, fewer than 2 trainings or queries, or a figure that
            is no finite number.
    """
    from scipy.stats import t as student_t  # noqa: PLC0415 - comes with the experiment's packages

    first, second = _paired(better, worse)
    differences = first - second
    if differences.ndim != 2 or min(differences.shape) < 2:
        raise SettingError(
            tr(
                "Figures of shape {shape} aren't 2 or more trainings by 2 or more queries.",
                shape=differences.shape,
            )
        )
    _check_numbers(differences.ravel())
    n = len(differences)
    variance = sum(
        np.var(differences.mean(axis=axis), ddof=1) / differences.shape[1 - axis] for axis in (0, 1)
    )
    mean = float(differences.mean())
    reach = float(student_t.ppf((1 + LEVEL) / 2, n - 1) * np.sqrt(variance))
    return ConfidenceInterval(mean, mean - reach, mean + reach, n)


def _paired(one: ArrayLike, other: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    first, second = np.asarray(one, np.float64), np.asarray(other, np.float64)
    if first.shape != second.shape:
        raise SettingError(
            tr(
                "Figures of shapes {first} and {second} don't pair up; "
                "give both systems the same queries.",
                first=first.shape,
                second=second.shape,
            )
        )
    return first, second


def _interval(value: float, resampled: NDArray[np.float64], n: int) -> ConfidenceInterval:
    low, high = np.quantile(resampled, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return ConfidenceInterval(value, float(low), float(high), n)


def _resampled_means(data: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """Mean of each resample: (N_RESAMPLES,)."""
    rng = np.random.default_rng(seed)
    parts = [
        data[rng.integers(len(data), size=(_BLOCK, len(data)))].mean(axis=1)  # (B,)
        for _ in range(N_RESAMPLES // _BLOCK)
    ]
    return np.concatenate(parts)


def _check_numbers(data: NDArray[np.float64]) -> None:
    if data.ndim != 1 or not np.isfinite(data).all():
        raise SettingError(
            tr(
                "Values of shape {shape} can't be bootstrapped; give finite numbers in one row.",
                shape=data.shape,
            )
        )
    _check_some(len(data))


def _check_some(n: int) -> None:
    if n < 1:
        raise SettingError(tr("There are 0 values to average over; give at least one."))
