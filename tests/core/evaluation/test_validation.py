import numpy as np
import pytest
import torch
from sklearn.metrics import average_precision_score

from core.errors import SettingError
from core.evaluation import validation as module
from core.evaluation.validation import hold_out, validation
from core.model.training import TrainingConfig

LABELS = np.repeat([4, 0, 7], [6, 9, 5])


def test_the_same_number_of_each_class_is_held_out_and_no_image_is_on_both_sides():
    numbers = np.unique(LABELS, return_inverse=True)[1]
    kept, held = hold_out(numbers, 2, seed=0)
    assert np.bincount(numbers[held]).tolist() == [2, 2, 2]
    assert sorted([*kept, *held]) == list(range(20))
    assert (np.diff(held) > 0).all()
    again, other = hold_out(numbers, 2, seed=0)[1], hold_out(numbers, 2, seed=1)[1]
    assert np.array_equal(held, again)
    assert not np.array_equal(held, other)


def test_nothing_held_out_is_everything_kept():
    kept, held = hold_out(np.array([0, 0, 1, 1]), 0, seed=0)
    assert kept.tolist() == [0, 1, 2, 3]
    assert len(held) == 0


@pytest.mark.parametrize("per_class", [-1, 5, 9])
def test_a_class_with_nothing_left_to_train_on_is_one_sentence(per_class):
    with pytest.raises(SettingError, match=rf"^{per_class} images of each .* choose 0 to 4\.$"):
        hold_out(np.unique(LABELS, return_inverse=True)[1], per_class, seed=0)


def test_the_figure_is_scikit_learns_average_precision(monkeypatch):
    rng = np.random.default_rng(0)
    labels = rng.integers(3, size=30)
    embeddings = rng.standard_normal((30, 4), dtype=np.float32)
    monkeypatch.setattr(
        module, "embed_maps", lambda network, maps, ids, config: torch.from_numpy(embeddings[ids])
    )
    kept, held = np.arange(20), np.arange(20, 30)
    judge = validation(None, None, labels, TrainingConfig(), kept=kept, held=held)
    expected = [
        average_precision_score(labels[kept] == labels[id], embeddings[kept] @ embeddings[id])
        for id in held
    ]
    assert judge() == {"validation mAP": pytest.approx(np.mean(expected))}
