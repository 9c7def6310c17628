import numpy as np
import pytest

from core.index.exact import exact_scan, rerank
from core.index.families.hyperplanes import Hyperplanes
from core.index.lsh import LSHConfig, LSHIndex
from core.index.reading import N_STEPS, ReadingRule, most_probes, read_by_rule, step_of

rng = np.random.default_rng(3)


def unit_rows(n, dim):
    rows = rng.standard_normal((n, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def rule_of(*pairs):
    """A rule from (cosine from which, probes that are enough), cosines ascending."""
    needed = np.empty(N_STEPS, np.int32)
    for cosine, probes in pairs:
        needed[step_of(cosine) :] = probes
    return ReadingRule(needed)


def direction(degrees):
    return np.array([np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))], np.float32)


@pytest.fixture
def quadrants():
    """One table, the axes its hyperplanes; images at 20°, 100°, 200° and 300°."""
    index = LSHIndex(LSHConfig(n_bits=2, n_tables=1), 2)
    index.functions = Hyperplanes(np.eye(2, dtype=np.float32)[None])
    index.add([0, 1, 2, 3], np.stack([direction(it) for it in (20, 100, 200, 300)]))
    return index


def probes(index, degrees, rule, **asked):
    query = direction(degrees)
    return read_by_rule(query, index.hash(query), index, rule, **asked).n_probes


def test_a_hit_that_is_near_enough_ends_the_reading_and_one_that_is_not_does_not(quadrants):
    # 40° finds 20° in its own bucket, at a cosine of 0.94; the second probe flips the nearer axis
    # (300°), the third the other (100°).
    assert probes(quadrants, 40, rule_of((-1, 4), (0.9, 1)), k=1) == 1
    assert probes(quadrants, 40, rule_of((-1, 4), (0.97, 1)), k=1) == 4
    assert probes(quadrants, 40, rule_of((-1, 3)), k=1) == 3


def test_while_hits_are_missing_it_is_never_enough(quadrants):
    always = rule_of((-1, 1))
    assert [probes(quadrants, 40, always, k=k) for k in (1, 2, 3, 4)] == [1, 2, 3, 4]
    assert probes(quadrants, 40, always, k=1, exclude=0) == 2  # 20° is no hit


def test_all_that_the_gallery_has_is_enough_where_it_has_fewer_than_k(quadrants):
    quadrants.remove([1, 2])
    always = rule_of((-1, 1))
    assert probes(quadrants, 40, always, k=10) == 2  # 20° and 300°
    assert probes(quadrants, 40, always, k=10, exclude=3) == 1
    quadrants.remove([0, 3])
    assert probes(quadrants, 40, always, k=10) == 1


def test_a_rule_that_is_never_content_reads_every_bucket_and_finds_all():
    rows = unit_rows(300, 16)
    index = LSHIndex.build(rows, config=LSHConfig(n_bits=5, n_tables=2))
    query = unit_rows(1, 16)[0]
    code = index.hash(query)
    candidates = read_by_rule(query, code, index, rule_of((-1, 99)), k=10)
    assert candidates.n_probes == most_probes(5) == 32
    found = rerank(query, index.vectors, candidates.ids, k=10)
    assert found.ids.tolist() == exact_scan(query, index.vectors, k=10).ids.tolist()


def test_steps_go_from_minus_one_to_one_and_take_what_lies_outside():
    assert [step_of(it) for it in (-2, -1, 0, 0.999, 1, 1.0001)] == [0, 0, 64, 127, 127, 127]
