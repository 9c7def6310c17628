import numpy as np
import pytest
import torch

from core.errors import GalleryError, SettingError
from core.evaluation import generalisation as module
from core.evaluation.generalisation import deal_labels, judge, leave_labels_out
from core.evaluation.metrics import leave_one_out
from core.model.attention import ATTENTION_MODES
from core.model.general import UNLABELLED, GeneralConfig, TrainingPictures
from tests.networks import narrow_network

pytestmark = pytest.mark.model

N_LABELS, PER_LABEL, CHANNELS = 6, 5, 64
N = N_LABELS * PER_LABEL
NUMBERS = np.repeat(np.arange(N_LABELS), PER_LABEL)
NAMES = [f"label {number}" for number in range(2 * N_LABELS)]
QUICK = GeneralConfig(epochs=2, labels_per_batch=4, images_per_label=3, unlabelled_per_batch=2)


@pytest.fixture
def network():
    return narrow_network(CHANNELS, dim=16)


@pytest.fixture(scope="module")
def pictures():
    """Three galleries; the second has labels of its own, the third has none."""
    rng = np.random.default_rng(0)
    kinds = rng.random((2 * N_LABELS, CHANNELS, 1, 1))
    first, second = (
        (0.5 * kinds[NUMBERS + shift] + rng.random((N, CHANNELS, 2, 2))).astype(np.float16)
        for shift in (0, N_LABELS)
    )
    third = rng.random((7, CHANNELS, 2, 2)).astype(np.float16)
    labels = np.concatenate([NUMBERS, NUMBERS + N_LABELS, np.full(7, UNLABELLED)])
    return TrainingPictures.of([first, second, third], labels)


def left_out(network, pictures, n_folds=3, **options):
    return leave_labels_out(
        network,
        pictures,
        QUICK,
        galleries=["first", "second", "third"],
        names=NAMES,
        n_folds=n_folds,
        **options,
    )


@pytest.mark.parametrize(("n_labels", "n_folds"), [(4, 2), (6, 3), (11, 5), (50, 5), (7, 2)])
def test_every_label_is_in_exactly_one_fold_of_about_equal_size(n_labels, n_folds):
    labels = np.repeat([UNLABELLED, *range(10, 10 + n_labels)], 3)
    folds = deal_labels(labels, n_folds, seed=0)
    assert len(folds) == n_folds
    assert sorted(np.concatenate(folds).tolist()) == list(range(10, 10 + n_labels))
    sizes = [len(fold) for fold in folds]
    assert min(sizes) >= 2
    assert max(sizes) - min(sizes) <= 1


def test_another_seed_deals_other_folds():
    labels = np.arange(50)
    first, again, other = ([*map(tuple, deal_labels(labels, 5, seed))] for seed in (0, 0, 1))
    assert first == again
    assert first != other


@pytest.mark.parametrize(("n_labels", "n_folds"), [(10, 1), (10, 6), (3, 2), (1, 2), (10, -1)])
def test_folds_that_cannot_be_dealt_are_one_sentence(n_labels, n_folds):
    with pytest.raises(SettingError, match=rf"^{n_labels} labels .* {n_folds} folds: .*each\.$"):
        deal_labels(np.arange(n_labels), n_folds, 0)


def test_each_fold_judges_each_gallery_that_has_labels(network, pictures):
    results = left_out(network, pictures)
    assert [(it.fold, it.gallery) for it in results] == [
        (fold, gallery) for fold in (1, 2, 3) for gallery in ("first", "second")
    ]
    for it in results:
        assert (len(it.labels), it.n_images) == (2, 2 * PER_LABEL)
        ids = np.flatnonzero(np.isin(pictures.labels, [NAMES.index(name) for name in it.labels]))
        pooled = pictures.pooled(ids).numpy()
        expected = leave_one_out(pooled, pictures.labels[ids]).mean_average_precision
        assert it.untouched == expected
        assert set(it.trained) == set(ATTENTION_MODES)
    assert sorted(name for it in results for name in it.labels) == sorted(NAMES)


def test_held_labels_are_never_read_in_training(network, pictures, monkeypatch):
    trained_on = []
    really_train = module.train_general

    def train_on_poisoned(network, seen, *arguments, **options):
        poisoned = [maps.copy() for maps in seen.maps]
        unseen = np.setdiff1d(np.arange(len(seen.labels)), seen.ids)
        for id in unseen.tolist():
            poisoned[id // N][id % N] = np.nan
        trained_on.append({NAMES[it] for it in seen.labels[seen.ids] if it != UNLABELLED})
        seen = TrainingPictures(poisoned, seen.labels, seen.ids)
        return really_train(network, seen, *arguments, **options)

    monkeypatch.setattr(module, "train_general", train_on_poisoned)
    results = left_out(network, pictures)
    for fold, seen in enumerate(trained_on, start=1):
        held = {name for it in results if it.fold == fold for name in it.labels}
        assert len(held) == 4
        assert seen == set(NAMES) - held
    assert np.isfinite([value for it in results for value in it.trained.values()]).all()


def test_what_a_fold_learns_does_not_depend_on_an_earlier_one(network, pictures):
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    first, again = left_out(network, pictures), left_out(network, pictures)
    assert first == again
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())


def test_a_killed_run_goes_on_to_the_same_figures(network, pictures, tmp_path):
    whole = left_out(network, pictures)

    def kill(done, total, what):
        if what.startswith("Fold 2 of 3, epoch 2"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        left_out(network, pictures, states=tmp_path, progress=kill)
    told = []
    resumed = left_out(network, pictures, states=tmp_path, progress=lambda *it: told.append(it[2]))
    assert told[0].startswith("Fold 2 of 3, epoch 2 of 2")
    assert resumed == whole


def test_the_judge_lets_only_these_pictures_query_one_another(network, pictures):
    ids = np.flatnonzero(pictures.labels >= 9)
    with torch.inference_mode():
        embeddings = network.every_mode(pictures.features(ids)).numpy()
    assert judge(network, pictures, ids) == {
        mode: leave_one_out(embeddings[:, i], pictures.labels[ids]).mean_average_precision
        for i, mode in enumerate(ATTENTION_MODES)
    }


def test_galleries_without_labels_have_nothing_to_leave_out(network, pictures):
    alone = TrainingPictures.of([pictures.maps[2]], pictures.labels[-7:])
    with pytest.raises(GalleryError, match="labels"):
        leave_labels_out(network, alone, QUICK, galleries=["third"], names=NAMES, n_folds=2)
