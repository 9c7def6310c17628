import numpy as np
import pytest

from core.index.families.hyperplanes import Hyperplanes
from core.index.lsh import LSHConfig, LSHIndex
from core.lessons.shift import Move, compare_ranks, shift

BEFORE, AFTER = 42, 95  # degrees: the change turns the embedding by 53


def at(*degrees):
    """Embeddings in the plane, (n, 2)."""
    radians = np.deg2rad(degrees)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def index_in_the_plane(*tables):
    """Images 0 … 4 at 30°, 50°, 80°, 98° and 120°; each table has two normals, in degrees."""
    index = LSHIndex(LSHConfig(n_bits=2, n_tables=len(tables)), 2)
    index.functions = Hyperplanes(np.stack([at(*normals) for normals in tables]))
    index.add(range(5), at(30, 50, 80, 98, 120))
    return index


@pytest.fixture
def quadrants():
    """One table whose keys are the quadrants: 42° is in the first, 95° in the second."""
    return index_in_the_plane((0, 90))


@pytest.fixture
def two_tables():
    """Beside the quadrants a table of normals at 10° and 20°: both queries are before them."""
    return index_in_the_plane((0, 90), (10, 20))


def ask(index, before=BEFORE, after=AFTER, **settings):
    return shift(at(before)[0], at(after)[0], index, **{"k": 2, **settings})


def test_bits_and_buckets_are_those_counted_by_hand(two_tables):
    """Only the first normal, at 0°, has the two queries on different sides."""
    result = ask(two_tables)
    assert result.flipped.tolist() == [[True, False], [False, False]]
    assert (result.n_flipped, result.n_buckets_kept) == (1, 1)
    assert result.cosine == pytest.approx(np.cos(np.deg2rad(53)))
    assert result.degrees == pytest.approx(53, abs=1e-4)


def test_theory_is_the_binomial_distribution_of_the_angle(two_tables):
    result, p = ask(two_tables), 53 / 180
    assert result.flip_probability == pytest.approx(p, abs=1e-6)
    assert result.expected_flips == pytest.approx(4 * p, abs=1e-5)
    assert result.flips_deviation == pytest.approx(np.sqrt(4 * p * (1 - p)), abs=1e-5)
    assert result.expected_buckets_kept == pytest.approx(2 * (1 - p) ** 2, abs=1e-5)


def test_the_old_bucket_is_read_by_the_probe_that_flips_the_bit_back(two_tables):
    """At 95° the margin to 0° is -0.09 and that to 90° is 1.00: the first flip leads back."""
    assert ask(two_tables).read_as.tolist() == [0, 1]
    assert ask(two_tables, n_probes=2).read_as.tolist() == [2, 1]


def test_the_exact_scan_ranks_by_angle_before_and_after(quadrants):
    """From 42°: 50, 30, 80, 98, 120. From 95°: 98, 80, 120, 50, 30."""
    two, three = ask(quadrants, k=2).exact, ask(quadrants, k=3).exact
    assert two.moves == (Move(1, 1, 4), Move(0, 2, 5), Move(3, 4, 1), Move(2, 3, 2))
    assert two.kept == 0
    assert three.kept == pytest.approx(1 / 3)  # 80°


def test_what_no_probed_bucket_holds_has_no_rank(quadrants):
    """Before, the first quadrant holds 30, 50 and 80; after, the second 98 and 120."""
    ranks = ask(quadrants).lsh
    assert ranks.moves == (Move(1, 1, None), Move(0, 2, None), Move(3, None, 1), Move(4, None, 2))
    assert ranks.kept == 0
    assert ask(quadrants, n_probes=4).lsh == ask(quadrants).exact  # four buckets are all


def test_the_query_itself_is_no_hit(quadrants):
    assert 1 not in [move.id for move in ask(quadrants, exclude=1).exact.moves]
    assert 1 not in [move.id for move in ask(quadrants, exclude=1).lsh.moves]


def test_an_unchanged_query_keeps_everything(two_tables):
    result = ask(two_tables, after=BEFORE)
    assert (result.n_flipped, result.n_buckets_kept) == (0, 2)
    assert result.degrees == pytest.approx(0, abs=1e-4)
    assert result.read_as.tolist() == [1, 1]
    assert (result.lsh.kept, result.exact.kept) == (1, 1)
    assert all(move.before == move.after for move in result.exact.moves)


def test_flips_and_kept_buckets_lie_where_theory_puts_them():
    """2,048 hyperplanes in 32 dimensions, over three angles."""
    x, y = np.eye(2, 32, dtype=np.float32)
    index = LSHIndex(LSHConfig(n_bits=32, n_tables=64), 32)
    index.add([0], [x])
    for theta in (0.01, 0.3, 1.5):
        after = np.cos(theta) * x + np.sin(theta) * y
        result = shift(x, after, index, k=1)
        assert abs(result.n_flipped - result.expected_flips) < 4 * result.flips_deviation
        p = result.expected_buckets_kept / 64
        assert abs(result.n_buckets_kept / 64 - p) < 4 * np.sqrt(p * (1 - p) / 64) + 1e-9


def test_a_list_that_was_empty_has_lost_nothing():
    ranks = compare_ranks(np.array([], np.int64), np.array([7]), k=3)
    assert ranks.moves == (Move(7, None, 1),)
    assert (ranks.n_old, ranks.kept) == (0, 1)
