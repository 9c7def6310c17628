import numpy as np
import pytest

from core.engine.buckets import BucketIndex
from core.engine.calibration import Calibrator, lower_bound
from core.engine.codes import CodeConfig, CodeIndex
from core.errors import SettingError
from core.index.exact import exact_scan, neighbour_recall
from core.index.lsh import LSHConfig
from core.index.vectors import Vectors


def clusters(n=4_000, dim=64, seed=0):
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((40, dim))[np.arange(n) % 40] + 0.8 * rng.standard_normal((n, dim))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


ALL = clusters(4_300)
ROWS, HELD_OUT = ALL[:4_000], ALL[4_000:]
BUILD = {
    "codes": lambda: CodeIndex.build(ROWS, config=CodeConfig(n_cells=32)),
    "buckets": lambda: BucketIndex.build(ROWS, config=LSHConfig(n_bits=9, n_tables=12)),
}


@pytest.fixture(scope="module", params=BUILD)
def calibrator(request):
    return Calibrator(BUILD[request.param]())


@pytest.mark.parametrize("wanted", [0.8, 0.9, 0.97])
def test_queries_that_were_held_out_get_the_recall_that_was_wanted(calibrator, wanted):
    calibration = calibrator.choose(wanted)
    index, vectors = calibrator._index, Vectors.from_matrix(ROWS)
    found = index.query_batch(HELD_OUT, k=10).ids  # with the settings that it was left with
    truth = [exact_scan(query, vectors, k=10).ids for query in HELD_OUT]
    recalls = np.array([neighbour_recall(a, b) for a, b in zip(found, truth, strict=True)])
    error = 1.5 * np.hypot(2 * recalls.std() / np.sqrt(len(recalls)), calibration.margin)
    assert calibration.is_reached
    assert index.settings == calibration.settings
    assert recalls.mean() >= wanted - error
    assert abs(recalls.mean() - calibration.expected) <= error


def test_a_higher_recall_costs_more_work(calibrator):
    work = [sum(calibrator.choose(wanted).looked_at[1:]) for wanted in (0.5, 0.9, 0.99)]
    assert work == sorted(work)
    assert work[-1] > 1.5 * work[0]


def test_what_is_looked_at_is_a_small_part_of_the_gallery():
    calibration = Calibrator(BUILD["codes"]()).choose(0.9)
    assert calibration.looked_at[2] < len(ROWS) / 20


def test_the_same_gallery_and_seed_get_the_same_settings():
    first, second = (Calibrator(BUILD["codes"](), seed=3).choose(0.95) for _ in range(2))
    assert first.settings == second.settings
    assert first.expected == second.expected


def test_what_cannot_be_reached_is_said():
    index = BucketIndex.build(ROWS, config=LSHConfig(n_bits=30, n_tables=1))
    calibration = Calibrator(index).choose(0.99)
    assert not calibration.is_reached
    assert calibration.expected < 0.99


def test_after_removals_only_images_that_are_there_are_asked_for():
    index = CodeIndex.build(ROWS.copy())
    index.remove(np.arange(3_000))
    assert Calibrator(index).choose(0.9).expected > 0.8


@pytest.mark.parametrize("wanted", [0, 1, -0.5, float("nan")])
def test_a_recall_that_nobody_can_want_is_refused(calibrator, wanted):
    with pytest.raises(SettingError, match="neighbour recall"):
        calibrator.choose(wanted)


def test_a_gallery_that_is_too_small_is_refused():
    with pytest.raises(SettingError, match="too few"):
        Calibrator(CodeIndex.build(ROWS[:15]), k=10)


def test_one_and_a_half_standard_errors_are_taken_off():
    assert lower_bound(np.array([1.0, 0.0, 1.0, 0.0])) == pytest.approx(0.5 - 1.5 * 0.5 / 2)


@pytest.mark.parametrize("mode", BUILD)
def test_a_saved_index_is_still_set_as_it_was_calibrated(mode, tmp_path):
    index = BUILD[mode]()
    chosen = Calibrator(index).choose(0.8).settings
    index.save(tmp_path)
    again = type(index).load(tmp_path)
    assert again.settings == chosen
    assert np.array_equal(again.query_batch(HELD_OUT).ids, index.query_batch(HELD_OUT).ids)
