import numpy as np
import pytest

from core.benchmark.growth import (
    TimesBySize,
    crossover,
    fit_power,
    lead_from,
    summary,
    times_of,
)
from core.benchmark.report import growth_lines
from core.errors import SettingError

SIZES = (1_000, 10_000, 100_000, 1_000_000)


def power(exponent, factor, sizes=SIZES):
    return TimesBySize(tuple(sizes), tuple(factor * n**exponent for n in sizes))


def entry(n, family="clusters", **seconds):
    return {
        "n": n,
        "family": family,
        "contestants": {
            name.replace("_", " "): {"median_seconds": abs(it), "reached": it > 0}
            for name, it in seconds.items()
        },
    }


@pytest.mark.parametrize("exponent", [0.0, 0.37, 1.0])
def test_the_exponent_of_a_power_is_found(exponent):
    fitted = fit_power(power(exponent, 3e-7))
    assert fitted.exponent == pytest.approx(exponent, abs=1e-9)
    assert fitted.factor == pytest.approx(3e-7)
    assert fitted.seconds(5_000) == pytest.approx(3e-7 * 5_000**exponent)


def test_the_fit_is_least_squares_of_the_logarithms():
    # log2 of the times: 0, 2, 1 over log2 N = 0, 1, 2: slope 1/2 by hand
    assert fit_power(TimesBySize((1, 2, 4), (1.0, 4.0, 2.0))).exponent == pytest.approx(0.5)


@pytest.mark.parametrize(
    "times", [TimesBySize((1000,), (0.1,)), TimesBySize((), ()), TimesBySize((10, 100), (0.1, 0.0))]
)
def test_what_has_no_exponent_is_one_sentence(times):
    with pytest.raises(SettingError, match="no exponent"):
        fit_power(times)


def test_powers_cross_where_they_are_equal():
    slow, fast = power(1.0, 1e-8), power(0.5, 1e-6)  # equal at N = 10,000
    assert crossover(slow, fast) == pytest.approx(10_000)
    between = power(0.5, 2e-6)  # equal at N = 40,000, between two sizes
    assert crossover(slow, between) == pytest.approx(40_000)


def test_a_crossover_is_the_last_one_and_only_where_the_lead_lasts():
    slow = TimesBySize(SIZES, (1.0, 1.0, 1.0, 1.0))
    assert crossover(slow, TimesBySize(SIZES, (0.5, 2.0, 0.5, 0.5))) == pytest.approx(10**4.5)
    assert crossover(slow, TimesBySize(SIZES, (0.5, 0.5, 0.5, 2.0))) is None
    assert crossover(slow, TimesBySize(SIZES, (0.5, 0.5, 0.5, 0.5))) == pytest.approx(1_000)
    assert crossover(slow, TimesBySize((7,), (0.1,))) is None


def test_only_times_at_the_wanted_recall_of_one_family_count():
    found = times_of(
        {
            "b": entry(10_000, hnswlib=0.2),
            "a": entry(1_000, hnswlib=0.1),
            "c": entry(100_000, hnswlib=-0.3),
            "d": entry(100_000, family="hard", hnswlib=0.4),
        },
        "clusters",
    )
    assert found == {"hnswlib": TimesBySize((1_000, 10_000), (0.1, 0.2))}


def test_a_result_file_says_how_each_method_grows_and_from_where_it_leads():
    data_sets = {
        str(n): entry(
            n,
            **{"exact scan, a": 1e-6 * n, "exact scan, b": 2e-6 * n, "ours": 1e-5 * n**0.5},
        )
        for n in (10, *SIZES)
    }
    ours = summary(data_sets)["clusters"]["ours"]
    assert [ours["exponent"], ours["exponent_from_100k"]] == pytest.approx([0.5, 0.5])
    assert ours["n"] == [10, *SIZES]
    assert lead_from(data_sets, "clusters", "ours") == pytest.approx(100)
    assert lead_from(data_sets, "clusters", "nobody") is None
    lines = growth_lines(data_sets)
    assert lines[0] == "clusters: exact scan, a grows as N^1.00"
    assert lines[2] == "clusters: ours grows as N^0.50; faster than the exact scan from 100"


def test_one_size_tells_no_exponent():
    data_sets = {"a": entry(1_000, ours=0.1)}
    assert summary(data_sets)["clusters"]["ours"]["exponent"] is None
    assert growth_lines(data_sets) == []
    assert np.isfinite(fit_power(power(0.3, 1.0)).factor)
