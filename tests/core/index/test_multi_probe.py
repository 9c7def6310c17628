from itertools import combinations, islice, pairwise

import numpy as np
import pytest

from core.index.multi_probe import flips_in_order


@pytest.mark.parametrize("n_bits", [1, 2, 3, 5, 8, 11])
def test_probes_come_in_the_order_of_a_full_enumeration(n_bits):
    for seed in range(5):
        margins = np.random.default_rng(seed).standard_normal(n_bits).astype(np.float32)
        costs = margins.astype(np.float64) ** 2
        expected = {
            flips: sum(costs[list(flips)])
            for size in range(n_bits + 1)
            for flips in combinations(range(n_bits), size)
        }
        got = list(flips_in_order(margins))
        assert len(got) == 2**n_bits
        assert {flips for flips, _ in got} == set(expected)
        assert [cost for _, cost in got] == pytest.approx(sorted(expected.values()))
        assert all(cost == pytest.approx(expected[flips]) for flips, cost in got)
        assert all(a <= b for (_, a), (_, b) in pairwise(got))


def test_the_order_of_probes_worked_out_by_hand():
    margins = np.array([-3.0, 1.0, 2.0], dtype=np.float32)  # squared: 9, 1, 4
    assert list(flips_in_order(margins)) == [
        ((), 0.0),
        ((1,), 1.0),
        ((2,), 4.0),
        ((1, 2), 5.0),
        ((0,), 9.0),
        ((0, 1), 10.0),
        ((0, 2), 13.0),
        ((0, 1, 2), 14.0),
    ]


def test_equal_and_zero_margins_still_give_each_set_once():
    for margins in ([0, 0, 0, 0], [1, -1, 1, -1], [0, 0.5, 0.5, 0]):
        got = [flips for flips, _ in flips_in_order(np.array(margins, dtype=np.float32))]
        assert len(set(got)) == len(got) == 16


def test_only_the_probes_asked_for_are_made():
    margins = np.random.default_rng(0).standard_normal(32).astype(np.float32)
    few = list(islice(flips_in_order(margins), 100))  # of 4,294,967,296
    assert len({flips for flips, _ in few}) == 100


def test_the_cost_is_the_squared_distance_to_the_cell_when_hyperplanes_are_perpendicular():
    margins = np.array([0.1, -0.3, 0.2], dtype=np.float32)  # of the planes x = 0, y = 0, z = 0
    for flipped, cost in flips_in_order(margins):
        nearest = margins.copy()
        nearest[list(flipped)] = 0  # the closest point on the other side of those planes
        assert cost == pytest.approx(np.sum((margins - nearest).astype(np.float64) ** 2))
