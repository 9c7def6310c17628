import numpy as np
import pytest

from core.engine.buckets import BucketIndex
from core.engine.kernels import readable
from core.index.fitting import fit
from core.index.vectors import Vectors
from core.lessons.crossing import Crossing, measure

COSTS = {"look_up": 5e-5, "per_candidate": 1e-7, "share": 0.2, "scan": 1e-5, "per_image": 6e-8}


def crossing(**changed):
    return Crossing(**COSTS | changed)


def test_where_the_lines_cross_both_take_the_same_time():
    lines = crossing()
    assert lines.n == pytest.approx(1_000)  # 40 µs apart at first, 60 - 20 ns less an image
    scan = lines.scan + lines.n * lines.per_image
    look_up = lines.look_up + lines.n * lines.share * lines.per_candidate
    assert scan == pytest.approx(look_up)


def test_a_look_up_that_reads_too_much_is_never_faster_and_one_that_starts_ahead_always():
    assert crossing(share=0.9).n is None
    assert crossing(look_up=0).n == 0


@pytest.mark.parametrize("n", [2, 100])
def test_what_is_measured_are_times_and_the_share_that_is_read(n):
    rows = np.random.default_rng(2).standard_normal((n, 32)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    fitting = fit(rows)
    engine = BucketIndex.build(
        rows, config=fitting.lsh, family=fitting.family, kernels=readable, threads=1
    )
    lines = measure(engine, Vectors.from_matrix(rows), fitting.rule)
    assert 0 < lines.share <= 1
    assert min(lines.look_up, lines.per_candidate, lines.scan, lines.per_image) >= 0
    assert max(lines.look_up, lines.per_candidate) > 0
