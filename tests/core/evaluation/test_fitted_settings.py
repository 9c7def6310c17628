import numpy as np
import pytest

from core.evaluation import fitted_settings
from core.evaluation.fitted_settings import measure


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def measured():
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((8, 32))
    rows = unit(centres[rng.integers(0, 8, 240)] + 0.8 * rng.standard_normal((240, 32)))
    strangers = unit(rng.standard_normal((30, 32)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitted_settings, "OWN_QUERIES", 60)
        return measure(rows, strangers)


def test_its_own_images_find_what_was_promised(measured):
    own = measured["own"]
    assert own["n_queries"] == 60
    assert own["recall"] >= 0.9
    assert own["recall"] == pytest.approx(measured["promised"]["recall"], abs=0.05)
    assert own["share_read"] == pytest.approx(measured["promised"]["share_read"], abs=0.06)


@pytest.mark.parametrize("kind", ["own", "strangers"])
def test_every_power_gives_every_query_all_the_hits_that_there_are(measured, kind):
    uniform, *others = measured["powers"]
    assert (uniform["power"], uniform["settings"]["hyperplanes"]) == (0, "uniform")
    assert {it["settings"]["hyperplanes"] for it in others} == {"leaning"}
    for it in (measured, *measured["powers"]):
        assert it[kind]["answers_with_hits_missing"] == 0
        assert it[kind]["recall"] >= 0.85


def test_settings_that_know_strangers_need_not_be_as_careful(measured):
    known = measured["known"]["strangers"]
    assert known["n_queries"] == 15
    assert known["recall"] >= 0.85
    assert known["share_read"] <= measured["strangers"]["share_read"] + 0.05


def test_strangers_read_more_for_as_much(measured):
    assert measured["strangers"]["recall"] >= 0.85
    assert measured["strangers"]["share_read"] > measured["own"]["share_read"]
