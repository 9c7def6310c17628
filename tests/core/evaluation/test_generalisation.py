import numpy as np
import pytest
import torch
from torch import nn

from core.errors import GalleryError, SettingError
from core.evaluation import generalisation as module
from core.evaluation.generalisation import deal_classes, judge, leave_classes_out
from core.evaluation.metrics import leave_one_out
from core.model import network as network_module
from core.model import training
from core.model.attention import ATTENTION_MODES
from core.model.network import NetworkConfig, RetrievalNetwork
from core.model.training import TrainingConfig

pytestmark = pytest.mark.model

N_CLASSES, PER_CLASS, CHANNELS = 6, 5, 64
NUMBERS = np.repeat(np.arange(N_CLASSES), PER_CLASS)
NAMES = [f"class {number}" for number in NUMBERS]
QUICK = TrainingConfig(epochs=2, classes_per_batch=4, images_per_class=3, views=1)


@pytest.fixture
def network(monkeypatch):
    """A network of 64 channels; its backbone is not used."""
    monkeypatch.setattr(network_module, "CHANNELS", CHANNELS)
    monkeypatch.setattr(network_module, "residual_stages", lambda _: nn.Sequential())
    torch.manual_seed(0)
    return RetrievalNetwork(NetworkConfig(dim=16))


@pytest.fixture(scope="module")
def maps():
    rng = np.random.default_rng(0)
    classes = rng.random((N_CLASSES, CHANNELS, 1, 1))
    return (0.5 * classes[NUMBERS] + rng.random((len(NUMBERS), CHANNELS, 2, 2))).astype(np.float16)


@pytest.mark.parametrize(("n_classes", "n_folds"), [(4, 2), (6, 3), (11, 5), (50, 5), (7, 2)])
def test_every_class_is_in_exactly_one_fold_of_about_equal_size(n_classes, n_folds):
    folds = deal_classes(n_classes, n_folds, seed=0)
    assert len(folds) == n_folds
    assert sorted(np.concatenate(folds).tolist()) == list(range(n_classes))
    sizes = [len(fold) for fold in folds]
    assert min(sizes) >= 2
    assert max(sizes) - min(sizes) <= 1


def test_another_seed_deals_other_folds():
    first, again, other = ([*map(tuple, deal_classes(50, 5, seed))] for seed in (0, 0, 1))
    assert first == again
    assert first != other


@pytest.mark.parametrize(("n_classes", "n_folds"), [(10, 1), (10, 6), (3, 2), (1, 2), (10, -1)])
def test_folds_that_cannot_be_dealt_are_one_sentence(n_classes, n_folds):
    with pytest.raises(SettingError, match=rf"^{n_classes} classes .* {n_folds} folds: .*each\.$"):
        deal_classes(n_classes, n_folds, 0)


def test_held_classes_are_never_read_in_training(network, maps, monkeypatch):
    folds_trained = []
    really_train = module.train

    def train_on_poisoned(network, views, ids, labels, config, **options):
        assert np.array_equal(labels, NUMBERS[ids])
        poisoned = np.full_like(views[0], np.nan)
        poisoned[ids] = views[0][ids]
        folds_trained.append({NAMES[id] for id in ids})
        return really_train(network, [poisoned], ids, labels, config, **options)

    monkeypatch.setattr(module, "train", train_on_poisoned)
    folds = leave_classes_out(network, [maps], NAMES, QUICK, n_folds=3)
    for fold, trained_on in zip(folds, folds_trained, strict=True):
        assert len(fold.classes) == 2
        assert trained_on == set(NAMES) - set(fold.classes)
        assert np.isfinite([fold.untouched, fold.start, *fold.trained.values()]).all()
    assert sorted(name for fold in folds for name in fold.classes) == sorted(set(NAMES))


@pytest.fixture
def learners(monkeypatch):
    """The networks that were trained, fold by fold."""
    networks = []
    really_train = module.train

    def train(network, *arguments, **options):
        networks.append(network)
        return really_train(network, *arguments, **options)

    monkeypatch.setattr(module, "train", train)
    return networks


def test_what_a_fold_learns_does_not_depend_on_its_classes(network, maps, learners):
    """Not even through an earlier fold, which was trained on them."""
    folds = leave_classes_out(network, [maps], NAMES, QUICK, n_folds=3)
    learned = learners[-1].state_dict()
    changed = maps.copy()
    held = np.isin(NAMES, folds[-1].classes)
    changed[held] = changed[held][::-1] ** 2
    again = leave_classes_out(network, [changed], NAMES, QUICK, n_folds=3)
    assert again[0].trained != folds[0].trained
    assert len(learners) == 6
    for name, tensor in learners[-1].state_dict().items():
        assert torch.equal(tensor, learned[name]), name


def test_a_last_stage_that_learns_starts_anew_in_each_fold(network, maps, learners):
    network.backbone.append(nn.Conv2d(CHANNELS, CHANNELS, 1))
    before = network.backbone[0].weight.clone()
    config = TrainingConfig(**QUICK.describe() | {"learns": "last stage"})
    leave_classes_out(network, [maps], NAMES, config, n_folds=3)
    assert torch.equal(network.backbone[0].weight, before)
    for learner in learners:
        assert not torch.equal(learner.backbone[0].weight, before)


def test_a_killed_run_goes_on_to_the_same_figures(network, maps, tmp_path):
    whole = leave_classes_out(network, [maps], NAMES, QUICK, n_folds=3)

    def kill(done, total, what):
        if what.startswith("Fold 2 of 3, epoch 2"):
            raise KeyboardInterrupt

    states = {"n_folds": 3, "states": tmp_path}
    with pytest.raises(KeyboardInterrupt):
        leave_classes_out(network, [maps], NAMES, QUICK, **states, progress=kill)
    told = []
    resumed = leave_classes_out(
        network, [maps], NAMES, QUICK, **states, progress=lambda *it: told.append(it[2])
    )
    assert told[0].startswith("Fold 2 of 3, epoch 2 of 2")
    assert resumed == whole


@torch.no_grad()
def test_the_judge_lets_only_these_images_query_one_another(network, maps):
    ids = np.flatnonzero(NUMBERS >= 3)
    poisoned = maps.copy()
    poisoned[NUMBERS < 3] = np.nan
    figures = judge(network, network.backbone, poisoned, ids, NUMBERS)
    assert tuple(figures) == ATTENTION_MODES
    features = torch.from_numpy(maps[ids].astype(np.float32))
    for mode, figure in figures.items():
        embeddings = network.head(features, attention=mode).embedding.numpy()
        expected = leave_one_out(embeddings, NUMBERS[ids]).mean_average_precision
        assert figure == pytest.approx(expected)


def test_the_judge_gives_the_same_figures_in_any_batches(network, maps, monkeypatch):
    everything = (network, network.backbone, maps, np.arange(len(NUMBERS)), NUMBERS)
    whole = judge(*everything)
    monkeypatch.setattr(training, "BATCH", 7)
    assert judge(*everything) == pytest.approx(whole)


def test_the_baseline_is_the_average_pooled_features(network, maps):
    for fold in leave_classes_out(network, [maps], NAMES, QUICK, n_folds=2):
        held = np.isin(NAMES, fold.classes)
        pooled = maps[held].astype(np.float32).mean(axis=(2, 3))
        expected = leave_one_out(pooled, NUMBERS[held]).mean_average_precision
        assert fold.untouched == pytest.approx(expected)


def test_progress_says_which_fold(network, maps):
    told = []
    leave_classes_out(
        network, [maps], NAMES, QUICK, n_folds=2, progress=lambda *it: told.append(it[2])
    )
    assert told[0].startswith("Fold 1 of 2, epoch 1 of 2, loss ")
    assert told[-1].startswith("Fold 2 of 2, epoch 2 of 2, loss ")


def test_too_few_images_in_a_class_are_one_sentence(network, maps):
    with pytest.raises(GalleryError, match=r"the smallest of 5 images; training needs"):
        leave_classes_out(network, [maps], NAMES, TrainingConfig(images_per_class=6), n_folds=2)
