"""The kernels that run against the kernels that are read: equal to the last bit."""

import numpy as np
import pytest

from core.engine import cells
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


def graded(depth, kernels, dtype=np.float32):
    """Rows in a cone, some alike, hashed by two rotations."""
    rows = np.random.default_rng(6).standard_normal((300, 200), dtype=np.float32) + np.float32(0.3)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    rows[1:40] = rows[0] + 0.3 * rows[1:40]
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    rows = rows.astype(dtype)
    signs = np.sign(np.random.default_rng(7).standard_normal((2, 3, 256))).astype(np.float32)
    rotations = Rotations(rows.astype(np.float32).mean(axis=0), signs)
    rows[-1] = rotations.centre if dtype == np.float32 else rows[-1]  # whose margins are all 0
    given = rows if kernels is readable else as_bytes(rows)
    return rows, rotations, kernels.graded_codes(given, rotations, 8, depth)


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_graded_codes_and_what_they_promise_are_the_same_whichever_kernels_run(depth, dtype):
    (rows, rotations, (codes, scales)), (*_, others) = (
        graded(depth, kernels, dtype) for kernels in (readable, compiled)
    )
    assert np.array_equal(codes, others[0])
    assert np.array_equal(scales, others[1])
    assert np.array_equal(codes[:-1, :8], readable.hash_codes(rows, rotations, 8)[:-1])  # sides
    margins = readable.margins(rows[:1].astype(np.float32), rotations)
    query = readable.pack(margins, 8)[0], readable.weigh(margins, 8)[0]
    units = [kernels.half_units(margins, 8)[0] for kernels in (readable, compiled)]
    assert units[0] == units[1]
    promised = [it.estimates(*query, units[0], codes, scales) for it in (readable, compiled)]
    assert np.array_equal(*promised)


@pytest.mark.parametrize(("depth", "error"), [(1, 0.05), (2, 0.035), (3, 0.03), (4, 0.03)])
def test_a_graded_code_estimates_the_cosine_and_more_bits_do_it_better(depth, error):
    rows, rotations, (codes, scales) = graded(depth, readable)
    margins = readable.margins(rows[:1], rotations)
    query = readable.pack(margins, 8)[0], readable.weigh(margins, 8)[0]
    (unit,) = readable.half_units(margins, 8)
    of_query = rows[0] @ rotations.centre - rotations.centre @ rotations.centre
    promised = readable.estimates(*query, unit, codes, scales) + of_query
    off = promised - rows @ rows[0]
    assert np.abs(off).max() < 4 * error
    assert off.std() < error


@pytest.mark.parametrize("n", [1, 3, 64, 200, 999])
@pytest.mark.parametrize("kind", ["normal", "few values", "one far away"])
def test_the_highest_scores_are_those_that_sorting_would_give(n, kind):
    scores = rng.standard_normal(1_000, dtype=np.float32)
    scores = {"few values": np.round(scores), "one far away": np.append(scores, 1e6)}.get(
        kind, scores
    )
    scores = scores.astype(np.float32)
    expected = np.flatnonzero(scores >= np.sort(scores)[-n])
    for highest in (readable.highest, compiled._highest):
        assert np.array_equal(highest(scores, n), expected)


@pytest.mark.parametrize("n_numbers", [1, 31, 100, 256])
@pytest.mark.parametrize("n_cells", [1, 64, 100])
def test_centres_are_compared_in_whole_numbers_and_hardly_less_exactly(n_numbers, n_cells):
    point = rng.standard_normal(n_numbers, dtype=np.float32)
    centres = cells.unit(rng.standard_normal((n_cells, n_numbers)))
    products, others = (
        it.products_with_centres(point, cells.in_tiles(centres), n_cells)
        for it in (readable, compiled)
    )
    assert np.array_equal(products, others)
    factor = cells.LENGTH * readable.MOST / np.abs(point).max()
    off = products / factor - centres @ point
    assert np.abs(off).max() < 1e-3 * np.linalg.norm(point)


def test_the_largest_products_with_centres_fit():
    point = np.full(256, -3, np.float32)
    tiles = cells.in_tiles(np.full((2, 256), 1 / 16, np.float32))
    for kernels in (readable, compiled):
        products = kernels.products_with_centres(point, tiles, 2)
        assert products.tolist() == [-256 * 2_047 * 2_048] * 2  # 2,048: 32,767 / 16, rounded
        assert not kernels.products_with_centres(0 * point, tiles, 2).any()


@pytest.mark.parametrize("n_words", [1, 2, 3, 4, 5, 8])
def test_sketches_are_told_apart_by_their_weights_in_steps_that_fit_a_byte(n_words):
    margins, codes = margins_like(1, 512), words(300, n_words)
    code, planes = readable.pack(margins, 8)[0], readable.weigh(margins, 8)[0]
    own, weights = code[:n_words], np.ascontiguousarray(planes[:, :n_words])
    exact = compiled.weighted_distances(own, weights, codes)
    (most,) = compiled.weighted_distances(own, weights, ~own[np.newaxis])
    step = 2 ** readable.coarseness(most)
    assert compiled.coarseness(most) == readable.coarseness(most)
    assert most / 2 / step < 256  # what lies on the other side of every second hyperplane
    steps = readable.sketch_distances(code, planes, codes.T)
    assert np.array_equal(steps, np.minimum(exact // step, 255))


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


@pytest.mark.parametrize("n", [1, 3, 64, 200, 1_024])
def test_the_threshold_of_bytes_is_where_sorting_would_put_it(n):
    distances = rng.integers(0, 256, 1_024).astype(np.uint8)
    distances[-3:] = 255
    threshold = compiled._threshold_of_bytes(distances.view(np.uint64), n)
    assert threshold == np.sort(distances)[n - 1]


def test_half_precision_is_read_exactly():
    half = np.array([[1.0, -2.5, 6.1e-5, 65504.0, -0.0, 5.96e-8]], np.float16)
    one_round = Rotations(np.zeros(6, np.float32), np.ones((1, 1, 256), np.float32))  # no flips
    expected = readable.margins(half, one_round)
    assert np.array_equal(compiled.margins(as_bytes(half), one_round), expected)
    assert np.array_equal(compiled.margins(as_bytes(half.astype(np.float32)), one_round), expected)
