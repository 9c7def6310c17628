from itertools import count

import numpy as np
import pytest

from core.benchmark import patience, registry
from core.language import tr
from tests.core.benchmark.test_registry import Guess

GALLERY = np.zeros((patience.FROM, 1), dtype=np.float16)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ([1, 4], 40),  # four times as long for four times as many: t ~ N
        ([1, 8], 8 * 10**1.5),  # eight times as long: t ~ N^1.5
        ([3, 3], 30),  # a small one took as long for another reason, such as compiling
    ],
)
def test_two_builds_tell_how_long_a_third_will_take(seconds, expected):
    assert patience.extrapolated((25_000, 100_000), seconds, 1_000_000) == pytest.approx(expected)


def test_who_would_build_too_long_is_told_with_the_figures_it_comes_from(monkeypatch):
    built = []

    class Slow(Guess):
        def fit(self, vectors, threads):
            built.append(len(vectors))

    monkeypatch.setattr(registry, "CONTESTANTS", {"slow": Slow})
    monkeypatch.setattr(patience, "perf_counter", count(step=200).__next__)  # 200 s a build
    slow = patience.too_slow(["slow"], GALLERY, 1)
    assert built == [25_000, 100_000]
    assert tr(slow["slow"]) == (
        "Built of 25,000 and 100,000 vectors it took 200 and 200 s, so all would take about 33 "
        "minutes; 30 are allowed."
    )
    monkeypatch.setattr(patience, "perf_counter", count(step=100).__next__)
    assert patience.too_slow(["slow"], GALLERY, 1) == {}
    assert patience.too_slow(["slow"], GALLERY[:-1], 1) == {}
    assert len(built) == 4  # a smaller gallery is built by everyone, and not tried first
