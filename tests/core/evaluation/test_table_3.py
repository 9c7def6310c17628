import numpy as np
import pytest

from core.evaluation import table_3
from core.evaluation.table_3 import timed_system, to_be_timed
from core.galleries.scenes import ScenesGallery
from core.methods.base import Pictures
from core.methods.sift import Sift, SiftConfig
from core.methods.svm import SvmActiveLearning
from core.methods.vgg import VggConfig, VggN
from core.progress import silent

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def scenes():
    return ScenesGallery()


@pytest.fixture(scope="module")
def pictures(scenes):
    return Pictures(scenes, np.array([0, 1, 60, 61, 120, 121]))


def nobody(query, rows):
    return np.zeros(len(rows), bool)


@pytest.mark.parametrize(
    ("method", "stages"),
    [
        (Sift(SiftConfig(n_words=8)), ["decode", "describe", "rank"]),
        (SvmActiveLearning(), ["decode", "describe", "ask", "rank"]),
        (VggN(VggConfig(input_size=32, epochs=1, views=1)), ["decode", "describe", "rank"]),
    ],
    ids=["sift", "svm", "vgg"],
)
def test_each_system_answers_with_its_own_stages(method, stages, scenes, pictures):
    method.fit(pictures, np.array([0, 0, 1, 1, 2, 2]), seed=0, progress=silent)
    timed = timed_system(method, nobody)
    assert (timed.key, timed.title) == (method.key, method.title)
    seconds = timed.answer(0, scenes.read(2))
    assert list(seconds) == stages
    assert all(value > 0 for value in seconds.values())


def test_a_system_whose_stages_nobody_told_apart_is_no_silent_gap():
    class Unknown:
        key = title = "unknown"

    with pytest.raises(TypeError, match="unknown has no stages"):
        timed_system(Unknown(), nobody)


def test_vgg_alone_is_trained_short_and_all_others_are_those_of_the_experiment(monkeypatch):
    others = [Sift(), SvmActiveLearning()]
    monkeypatch.setattr(table_3, "all_systems", lambda gallery, **_: [others[0], VggN(), others[1]])
    first, vgg, last = to_be_timed(None, init="init")
    assert [first, last] == others
    assert (vgg.config.epochs, vgg.config.views) == (1, 1)
    assert VggConfig().epochs > 1
