import statistics

import numpy as np
import pytest
from scipy.stats import bootstrap, ttest_rel

from core.errors import SettingError
from core.evaluation.statistics import (
    bootstrap_mean,
    bootstrap_ratio,
    difference_over_runs,
    difference_over_runs_and_queries,
    mean_and_deviation,
    paired_difference,
)


def skewed(n, seed=0):
    return np.random.default_rng(seed).exponential(size=n) - 0.8


def test_mean_and_sample_deviation_equal_the_standard_library():
    values = [0.961, 0.972, 0.955, 0.983, 0.969]
    mean, deviation = mean_and_deviation(values)
    assert mean == pytest.approx(statistics.fmean(values))
    assert deviation == pytest.approx(statistics.stdev(values))
    assert mean_and_deviation([1, 3]) == pytest.approx((2, np.sqrt(2)))  # by hand: n - 1 is 1


def test_one_value_has_no_deviation():
    assert mean_and_deviation([0.5]) == (0.5, None)


@pytest.mark.parametrize("n", [10, 100, 1000])
def test_the_interval_is_scipys_percentile_bootstrap(n):
    values = skewed(n)
    ours = bootstrap_mean(values)
    theirs = bootstrap(
        (values,), np.mean, n_resamples=10_000, method="percentile", rng=np.random.default_rng(1)
    )
    # The 2.5 % quantiles of two times 10,000 resamples differ by some 0.04 standard errors; a
    # 90 % interval would be 0.3 off.
    close = 0.12 * theirs.standard_error
    assert ours.low == pytest.approx(theirs.confidence_interval.low, abs=close)
    assert ours.high == pytest.approx(theirs.confidence_interval.high, abs=close)
    assert (ours.mean, ours.n) == (pytest.approx(values.mean()), n)


def test_the_interval_of_many_values_is_that_of_the_central_limit_theorem():
    values = np.random.default_rng(5).standard_normal(1500)
    half = 1.96 * values.std() / np.sqrt(1500)
    interval = bootstrap_mean(values)
    assert interval.low == pytest.approx(values.mean() - half, abs=0.05 * half)
    assert interval.high == pytest.approx(values.mean() + half, abs=0.05 * half)


def test_about_95_of_100_intervals_hold_the_true_mean():
    rng = np.random.default_rng(7)
    held = 0
    for _ in range(100):
        interval = bootstrap_mean(rng.normal(0.3, 1, 60))
        held += interval.low <= 0.3 <= interval.high
    assert 88 <= held <= 99  # binomial: 95 ± 2.2


def test_pairing_takes_out_what_both_systems_share():
    hardness = np.random.default_rng(0).uniform(0, 0.9, 200)  # the same queries for both
    better, worse = hardness + 0.02 + 0.001 * skewed(200), hardness
    paired = paired_difference(better, worse)
    assert paired.mean == pytest.approx((better - worse).mean())
    assert 0.019 < paired.low < paired.mean < paired.high < 0.022
    shuffled = paired_difference(better, np.random.default_rng(1).permutation(worse))
    assert shuffled.mean == pytest.approx(paired.mean)
    assert shuffled.low < 0 < shuffled.high  # without the pairs nothing could be said


@pytest.mark.parametrize("n", [2, 3, 5])
def test_the_interval_over_runs_is_scipys_paired_t_interval(n):
    better, worse = skewed(n, 1), skewed(n, 2)
    ours = difference_over_runs(better, worse)
    theirs = ttest_rel(better, worse).confidence_interval(0.95)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high))
    assert (ours.mean, ours.n) == (pytest.approx((better - worse).mean()), n)


@pytest.mark.parametrize(("of_trainings", "of_queries"), [(0.05, 0.0), (0.0, 0.3), (0.05, 0.3)])
def test_the_interval_over_trainings_and_queries_holds_the_truth_as_often_as_it_says(
    of_trainings, of_queries
):
    rng = np.random.default_rng(0)
    held = []
    for _ in range(400):
        training = rng.normal(0, of_trainings, (5, 1))
        query = rng.normal(0, of_queries, (1, 40))
        better = 0.1 + training + query + rng.normal(0, 0.1, (5, 40))
        interval = difference_over_runs_and_queries(better, np.zeros((5, 40)))
        held.append(interval.low <= 0.1 <= interval.high)
    assert np.mean(held) >= 0.93  # 95 % less two standard errors of 400 trials


def test_where_queries_dont_differ_the_interval_is_that_over_runs():
    of_run = skewed(5)
    both = difference_over_runs_and_queries(np.repeat(of_run[:, None], 7, axis=1), np.zeros((5, 7)))
    runs = difference_over_runs(of_run, np.zeros(5))
    assert (both.mean, both.low, both.high, both.n) == pytest.approx(
        (runs.mean, runs.low, runs.high, runs.n)
    )


def test_swapping_the_two_turns_the_sign():
    first, second = skewed(50, 1), skewed(50, 2)
    there, back = paired_difference(first, second), paired_difference(second, first)
    assert back.mean == pytest.approx(-there.mean)
    assert (back.low, back.high) == pytest.approx((-there.high, -there.low))


def test_equal_systems_differ_by_nothing_for_certain():
    interval = paired_difference(np.linspace(0, 1, 30), np.linspace(0, 1, 30))
    assert (interval.mean, interval.low, interval.high, interval.n) == (0, 0, 0, 30)


def test_a_seed_gives_one_interval_and_another_seed_another():
    values = skewed(40)
    assert bootstrap_mean(values, seed=3) == bootstrap_mean(values, seed=3)
    assert bootstrap_mean(values, seed=3) != bootstrap_mean(values, seed=4)


def test_values_that_say_nothing_are_one_sentence():
    for call, sentence in [
        (lambda: mean_and_deviation([]), "0 values"),
        (lambda: bootstrap_mean([]), "0 values"),
        (lambda: bootstrap_mean([0.5, np.nan]), "finite numbers"),
        (lambda: bootstrap_mean([[0.5]]), r"shape \(1, 1\)"),
        (lambda: difference_over_runs([1], [0]), "give 2 or more"),
        (lambda: difference_over_runs_and_queries([[1, 2]], [[0, 0]]), "2 or more trainings"),
        (lambda: difference_over_runs([1, np.nan], [0, 0]), "finite numbers"),
        (lambda: paired_difference([1, 2], [1]), r"shapes \(2,\) and \(1,\) don't pair up"),
    ]:
        with pytest.raises(SettingError, match=sentence):
            call()


def test_a_ratio_of_means_has_scipys_percentile_interval_over_pairs():
    wholes = np.random.default_rng(1).uniform(0.1, 0.6, 200)
    parts = 1.5 * wholes + 0.1 * skewed(200)
    ours = bootstrap_ratio(parts, wholes)
    theirs = bootstrap(
        (parts, wholes),
        lambda one, other, axis: one.mean(axis) / other.mean(axis),
        n_resamples=10_000,
        method="percentile",
        paired=True,
        rng=np.random.default_rng(1),
    )
    close = 0.12 * theirs.standard_error
    assert ours.low == pytest.approx(theirs.confidence_interval.low, abs=close)
    assert ours.high == pytest.approx(theirs.confidence_interval.high, abs=close)
    assert (ours.mean, ours.n) == (pytest.approx(parts.mean() / wholes.mean()), 200)


def test_a_ratio_to_itself_is_exactly_one():
    wholes = np.random.default_rng(1).uniform(0.1, 0.6, 50)
    ours = bootstrap_ratio(wholes, wholes)
    assert (ours.mean, ours.low, ours.high) == (1, 1, 1)


@pytest.mark.parametrize("wholes", [[1, 0], [1, -1], [1]])
def test_a_ratio_to_nothing_is_one_sentence(wholes):
    with pytest.raises(SettingError, match=r"\.$"):
        bootstrap_ratio([1, 2], wholes)
