"""What detail brings, on features that were made so that it must, and so that it can't."""

import numpy as np
import pytest

from core.errors import SettingError
from core.evaluation.beyond import detail as module
from core.evaluation.beyond.detail import JudgedGallery, LabelledFeatures, measure_detail
from core.evaluation.beyond.pooled import GATES, PooledFeatures
from core.model import detail as branch
from core.model.general import UNLABELLED
from tests.networks import narrow_network

LAST, EARLIER, N_LABELS, PER_LABEL = 12, 8, 12, 5
LABELS = np.repeat(np.arange(N_LABELS), PER_LABEL)

pytestmark = pytest.mark.model


@pytest.fixture(autouse=True)
def narrow(monkeypatch):
    monkeypatch.setattr(module, "CHANNELS", LAST)
    monkeypatch.setattr(branch, "EARLIER", EARLIER)


def features(seed, *, telling):
    """Pooled features of which only one stage tells the labels apart; the other is noise."""
    rng = np.random.default_rng(seed)

    def of(width, tells):
        kinds = rng.random((N_LABELS, width))[LABELS] if tells else 0
        rows = kinds + (0.05 if tells else 1) * rng.random((len(LABELS), width))
        unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return np.repeat(unit[None].astype(np.float16), len(GATES), axis=0)

    return PooledFeatures(of(LAST, telling == "last"), of(EARLIER, telling == "earlier"))


def measured(*, telling, unseen=False, **settings):
    fitted = LabelledFeatures(features(0, telling=telling), LABELS)
    nameless = LabelledFeatures(features(2, telling=telling), np.full_like(LABELS, UNLABELLED))
    own = LabelledFeatures(features(1, telling=telling), LABELS)
    judged = [JudgedGallery("things", "Things", "0" * 64, own, unseen)]
    options = {"n_splits": 3, "dim": 4} | settings
    return measure_detail(
        narrow_network(LAST, dim=6, reduction=2), [fitted, nameless], judged, **options
    )


def test_where_only_the_earlier_stage_tells_detail_is_weighed_most_and_helps():
    body = measured(telling="earlier")
    assert body["chosen"]["untrained"] == [max(module.WEIGHTS)] * 3
    for row in body["rows"]:
        assert row["brings"]["low"] > 0
        assert row["beside_longer"]["low"] > 0


def test_where_only_the_last_stage_tells_detail_is_left_out_or_brings_nothing():
    body = measured(telling="last")
    assert max(body["chosen"]["untrained"]) <= 0.3
    assert all(row["brings"]["mean"] < 0.01 for row in body["rows"])


def test_a_trained_network_is_judged_only_on_what_it_has_not_seen():
    for unseen, systems in ((False, {"untrained"}), (True, {"untrained", "trained"})):
        assert {it["system"] for it in measured(telling="last", unseen=unseen)["rows"]} == systems


def test_one_split_says_nothing_of_splits():
    with pytest.raises(SettingError, match="2 or more trainings"):
        measured(telling="last", n_splits=1)
