"""The kernels that run against the kernels that are read: equal to the last bit."""

import numpy as np
import pytest

from core.engine.kernels import compiled, readable
from core.index.families.structured import Rotations
from core.index.multi_probe import flips_in_order

rng = np.random.default_rng(5)


def words(*shape):
    return rng.integers(0, 2**64, shape, dtype=np.uint64)


def margins_like(n, m):
    return rng.standard_normal((n, m), dtype=np.float32)


def as_bytes(rows):
    return np.ascontiguousarray(rows).view(np.uint8)


def test_bits_are_packed_lowest_first():
    margins = np.full((1, 128), -1.0, np.float32)
    margins[0, [0, 3, 64]] = 0  # a margin of 0 counts as positive
    for kernels in (readable, compiled):
        assert kernels.pack(margins, 2).tolist() == [[0b1001, 1]]


def test_codes_are_the_signs_of_the_margins():
    rows = rng.standard_normal((20, 40), dtype=np.float32)
    signs = np.sign(rng.standard_normal((2, 3, 256))).astype(np.float32)
    rotations = Rotations(rows.mean(axis=0), signs)
    margins = readable.margins(rows, rotations)
    for kernels, given in ((readable, rows), (compiled, as_bytes(rows))):
        codes = kernels.hash_codes(given, rotations, 8)
        bits = np.unpackbits(codes.view(np.uint8), axis=1, bitorder="little")
        assert np.array_equal(bits, margins >= 0)


def test_a_bit_weighs_its_margin_against_the_largest_up_to_seven():
    margins = np.zeros((1, 64), np.float32)
    margins[0, :5] = [10, 6, 3, -0.9, 0.4]  # of 6, which is 0.6 of the largest: 11.7, 7, 3.5, …
    for kernels in (readable, compiled):
        planes = kernels.weigh(margins, 1)
        bits = np.unpackbits(planes.view(np.uint8), bitorder="little").reshape(3, 64)
        weights = bits.T @ [1, 2, 4]
        assert weights[:6].tolist() == [7, 7, 4, 1, 0, 0]


def test_margins_of_zero_weigh_nothing_and_do_not_divide_by_zero():
    for kernels in (readable, compiled):
        assert not kernels.weigh(np.zeros((2, 128), np.float32), 2).any()


def test_weights_of_random_margins_agree():
    margins = margins_like(50, 256)
    assert np.array_equal(readable.weigh(margins, 3), compiled.weigh(margins, 3))


def test_a_weighted_distance_is_the_sum_of_the_weights_where_bits_differ():
    margins, codes = margins_like(1, 128), words(30, 2)
    code, planes = readable.pack(margins, 2)[0], readable.weigh(margins, 2)[0]
    bits = np.unpackbits(codes.view(np.uint8), axis=1, bitorder="little")
    own = np.unpackbits(code.view(np.uint8), bitorder="little")
    weights = np.unpackbits(planes.view(np.uint8), bitorder="little").reshape(3, 128).T @ [1, 2, 4]
    expected = (bits != own) @ weights
    for kernels in (readable, compiled):
        assert np.array_equal(kernels.weighted_distances(code, planes, codes), expected)


def test_distances_count_differing_bits():
    codes = words(30, 3)
    bits = np.unpackbits(codes.view(np.uint8), axis=1)
    for kernels in (readable, compiled):
        found = kernels.distances(codes[7], codes)
        assert np.array_equal(found, (bits != bits[7]).sum(axis=1))


def test_the_nearest_cell_is_the_lower_of_two_that_are_as_near():
    cells = np.array([[0b1111], [0b0011], [0b1100]], np.uint64)
    codes = np.array([[0b0111], [0b0001], [0b0000]], np.uint64)  # 1 or 1; 1; 2 or 2
    for kernels in (readable, compiled):
        assert kernels.nearest_cells(codes, cells).tolist() == [0, 1, 1]


def test_the_code_of_a_cell_is_what_most_members_have_and_an_empty_cell_keeps_its_own():
    codes = np.array([[0b110], [0b100], [0b101], [0b010], [0b001]], np.uint64)
    assigned = np.array([0, 0, 0, 1, 1], np.int32)
    cells = np.array([[0], [0], [0b111]], np.uint64)
    for kernels in (readable, compiled):
        assert kernels.majority(codes, assigned, cells).tolist() == [[0b100], [0b000], [0b111]]


@pytest.mark.parametrize("n_words", [1, 2, 3, 4, 5, 8])
def test_sketches_of_any_length_are_told_apart_in_steps_that_fit_seven_bits(n_words):
    codes = words(300, 8)
    exact = readable.distances(codes[0, :n_words], codes[:, :n_words])
    steps = readable.sketch_distances(codes[0], codes[:, :n_words].T)
    assert readable.coarseness(n_words) == compiled.coarseness(n_words)
    assert steps.max() <= 127
    assert np.array_equal(steps, np.minimum(exact // 2 ** readable.coarseness(n_words), 127))


@pytest.mark.parametrize("n_bits", [1, 2, 5, 12])
@pytest.mark.parametrize("n", [1, 2, 7, 40])
def test_flips_come_in_the_order_of_the_lessons(n_bits, n):
    n = min(n, 2**n_bits)
    margins = margins_like(1, n_bits)[0]
    expected = []
    for (flipped, _), _ in zip(flips_in_order(margins), range(n), strict=False):
        expected.append(sum(1 << (n_bits - 1 - bit) for bit in flipped))
    costs = np.square(margins, dtype=np.float64)
    masks = np.empty(n, np.int64)
    ints = [np.empty(2 * n + 1, np.int64) for _ in range(3)]
    floats = [np.empty(2 * n + 1, np.float64) for _ in range(2)]
    order = np.empty(n_bits, np.int64)
    compiled._cheapest_flips(costs, order, masks, ints[0], *floats, *ints[1:])
    assert masks.tolist() == expected


@pytest.mark.parametrize("n", [1, 3, 64, 200, 1_000])
def test_the_threshold_of_bytes_is_where_sorting_would_put_it(n):
    distances = rng.integers(0, 128, 1_000).astype(np.uint8)
    distances[-3:] = 127
    threshold = compiled._threshold_of_bytes(distances.view(np.uint64), n)
    assert threshold == np.sort(distances)[n - 1]


def test_half_precision_is_read_exactly():
    half = np.array([[1.0, -2.5, 6.1e-5, 65504.0, -0.0, 5.96e-8]], np.float16)
    one_round = Rotations(np.zeros(6, np.float32), np.ones((1, 1, 256), np.float32))  # no flips
    expected = readable.margins(half, one_round)
    assert np.array_equal(compiled.margins(as_bytes(half), one_round), expected)
    assert np.array_equal(compiled.margins(as_bytes(half.astype(np.float32)), one_round), expected)
