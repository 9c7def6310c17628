import numpy as np
import pytest

from core.benchmark import live
from core.benchmark.contestants.readable_lsh import ReadableLSH
from core.benchmark.race import WANTED
from core.engine.kernels import compiled, readable
from core.errors import SettingError
from core.index.exact import exact_scan, neighbour_recall
from core.index.lsh import LSHConfig, LSHIndex
from core.index.vectors import Vectors

CONFIG = LSHConfig(n_bits=5, n_tables=6, seed=3)


@pytest.fixture(scope="module")
def data():
    return live.drawn(1_500)


@pytest.fixture(scope="module")
def finish(data):
    return live.race_live(data, CONFIG, n_probes=2, kernels=compiled)


def entrant(name="x", median=1.0, recall=1.0):
    return live.Entrant(
        name=name, setting="", seconds=(median,), recall=recall, candidates=1, build_seconds=0
    )


def truth(data, i, k=10):
    return exact_scan(data.queries[i], Vectors.from_matrix(data.gallery), k=k).ids


def test_queries_that_are_held_out_are_not_in_the_gallery_and_none_is_lost():
    rows = live.drawn(150).gallery
    data = live.held_out("Mine", rows)
    assert len(data.queries) == 30
    together = np.concatenate([data.gallery, data.queries])
    assert np.array_equal(np.unique(together, axis=0), np.unique(rows, axis=0))


def test_a_gallery_that_says_nothing_of_speed_is_refused():
    with pytest.raises(SettingError, match=r"Mine has 99 images.* 100 or more"):
        live.held_out("Mine", live.drawn(99).gallery)


def test_all_four_race_and_the_judge_says_what_they_found(data, finish):
    assert [it.name for it in finish.entrants] == list(live.ORDER)
    assert not finish.left_out
    exact, lessons, _, codes = finish.entrants
    assert exact.recall == 1
    assert exact.candidates == 1_500
    assert codes.recall >= WANTED - 0.03
    index = LSHIndex(CONFIG, data.gallery.shape[1])
    index.add(np.arange(1_500), data.gallery)
    recalls = [
        neighbour_recall(index.query(query, k=10, n_probes=2).ids, truth(data, i))
        for i, query in enumerate(data.queries[: len(lessons.seconds)])
    ]
    assert lessons.recall == pytest.approx(np.mean(recalls))
    assert 0 < lessons.hash_seconds < lessons.median


def test_without_numba_the_engine_finds_the_same(data, finish):
    slow = live.race_live(data, CONFIG, n_probes=2, kernels=readable)
    for fast, it in zip(finish.entrants[2:], slow.entrants[2:], strict=True):
        n = min(len(fast.seconds), len(it.seconds))
        assert n == len(data.queries)
        assert it.recall == pytest.approx(fast.recall, abs=1e-3)
        assert it.setting == fast.setting


def test_what_the_readable_index_would_take_too_long_for_is_raced_without_it(data, monkeypatch):
    monkeypatch.setattr(ReadableLSH, "MOST_BUCKETS", 100)
    finish = live.race_live(data, CONFIG, n_probes=1, kernels=compiled)
    assert [it.name for it in finish.entrants] == [live.EXACT, live.BUCKETS, live.CODES]
    assert finish.left_out.startswith(f"{live.READABLE} doesn't race: 1,500 images of 256 numbers")


def test_who_finds_too_little_does_not_win():
    exact, careless, good = (
        entrant("exact", 3.0),
        entrant("careless", 1.0, recall=live.GOOD - 0.01),
        entrant("good", 2.0, recall=live.GOOD),
    )
    assert live.winner([exact, careless, good]) is good
    assert live.winner([exact, careless]) is exact


def test_a_choice_is_tried_on_queries_that_the_engine_has_not_seen(data):
    chooser = live.Chooser(data, k=5, kernels=compiled)
    low, high = chooser.choose(0.6), chooser.choose(0.98)
    assert low.calibration.wanted == 0.6
    assert high.measured > low.measured
    assert chooser.index.settings == high.calibration.settings
    recalls = [
        neighbour_recall(chooser.index.query(query, k=5).ids, truth(data, i, k=5))
        for i, query in enumerate(data.queries)
    ]
    assert high.measured == pytest.approx(np.mean(recalls))
    assert high.margin == pytest.approx(2 * np.std(recalls) / np.sqrt(len(recalls)))
    assert high.seconds > 0
    assert high.exact_seconds > 0
