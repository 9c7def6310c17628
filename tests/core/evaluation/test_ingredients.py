"""What is told of an ingredient is the difference that leaving it out makes, fold by fold."""

from dataclasses import fields

import numpy as np
import pytest

from core.evaluation import ingredients as module
from core.evaluation.generalisation import Unseen
from core.evaluation.ingredients import INGREDIENTS, by_fold, measure_ingredients
from core.model.attention import ATTENTION_MODES
from core.model.general import GeneralConfig

CONFIG = GeneralConfig(seed=3)


def unseen(fold, gallery, both):
    trained = dict.fromkeys(ATTENTION_MODES, 0.5) | {"both": both}
    return Unseen(fold, gallery, ("label",), 2, untouched=0.4, start=0.45, trained=trained)


def test_a_fold_counts_each_gallery_alike():
    found = by_fold(
        [unseen(1, "a", 0.6), unseen(1, "b", 0.8), unseen(2, "a", 0.9), unseen(2, "b", 0.5)]
    )
    assert list(found) == list(ATTENTION_MODES)
    assert found["both"] == pytest.approx([0.7, 0.7])
    assert found["off"] == pytest.approx([0.5, 0.5])


def test_every_ingredient_is_left_out_alone_and_compared_fold_by_fold(monkeypatch):
    asked = []

    def judged(network, pictures, config, *, n_folds, **_):
        asked.append(config)
        lost = 0.2 if config.foreign == 0 else 0.0
        return [unseen(fold, "a", 0.8 + 0.01 * fold - lost) for fold in range(1, n_folds + 1)]

    monkeypatch.setattr(module, "leave_labels_out", judged)
    body = measure_ingredients(None, None, CONFIG, galleries=["a"], names=["label"])
    assert asked[0] == CONFIG
    assert len(asked) == 1 + len(INGREDIENTS)
    for config, ingredient in zip(asked[1:], INGREDIENTS, strict=True):
        changed = {
            it.name: getattr(config, it.name)
            for it in fields(config)
            if getattr(config, it.name) != getattr(CONFIG, it.name)
        }
        assert changed == ingredient.without
    assert body["untouched"] == pytest.approx(0.4)
    assert body["mean_average_precision"]["both"] == pytest.approx(0.82)
    brings = {it["ingredient"]: it["brings"]["both"] for it in body["ingredients"]}
    assert brings["foreign"]["mean"] == pytest.approx(0.2)
    assert brings["foreign"]["low"] == pytest.approx(0.2)  # in each fold alike
    assert brings["whitening"]["mean"] == 0
    left_out = {it["ingredient"]: it["mean_average_precision"] for it in body["ingredients"]}
    assert np.isclose(left_out["foreign"]["both"], 0.62)
