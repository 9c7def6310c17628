"""Stripes of random colours stand in for photographs: only their direction tells the class."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from core.errors import GalleryError, SettingError
from core.evaluation.metrics import mean_average_precision
from core.files import file_digest
from core.galleries.base import GalleryItem, digest_of
from core.methods.base import Pictures
from core.methods.vgg import VggConfig, VggN
from core.model.preprocess import squash
from core.progress import silent

PER_CLASS = 24
N = 2 * PER_CLASS
LABELS = np.arange(N) % 2
GALLERY, QUERIES = np.arange(0, N - 10), np.arange(N - 10, N)
QUICK = VggConfig(
    input_size=16,
    channels=(8, 16),
    dim=16,
    dropout=0.2,
    views=2,
    epochs=10,
    batch=6,
    learning_rate=5e-3,
)
BRIEF = replace(QUICK, epochs=1)


def stripes(label, seed):
    """Stripes of two random colours and a random phase, upright for class 1: (20, 24, 3)."""
    rng = np.random.default_rng(seed)
    colours = rng.integers(0, 256, (2, 3))
    places = np.indices((20, 24))[label] + rng.integers(6)
    return colours[places // 3 % 2].astype(np.uint8)


class Stripes:
    """A gallery in memory; ``changed`` gives some ids another file."""

    key = "stripes"
    title = "Stripes"

    def __init__(self, png, changed=()):
        self.files = [png(stripes(label, id)) for id, label in enumerate(LABELS)]
        for id, data in dict(changed).items():
            self.files[id] = data
        self.items = [
            GalleryItem(id, f"{id}.png", None, file_digest(data))
            for id, data in enumerate(self.files)
        ]
        self.digest = digest_of(self.items)
        self.reads = []

    def read(self, id):
        self.reads.append(id)
        return self.files[id]


def nobody(query, rows):
    raise AssertionError("asked a user")


def fitted(pictures, config=BRIEF, seed=0, ids=GALLERY, labels=LABELS):
    system = VggN(config)
    system.fit(pictures.subset(ids), labels[ids], seed=seed, progress=silent)
    return system


def mean_ap(system, pictures):
    rankings = system.rank(pictures.subset(QUERIES), nobody, progress=silent)
    relevant = LABELS[GALLERY][np.stack(rankings)] == LABELS[QUERIES][:, np.newaxis]
    return mean_average_precision(relevant, relevant.sum(axis=1).tolist())


@pytest.fixture(scope="module")
def pictures(png):
    return Pictures(Stripes(png), np.arange(N))


@pytest.fixture(scope="module")
def brief(pictures):
    """Fitted for one epoch."""
    return fitted(pictures)


# Learning ---------------------------------------------------------------------------------


def test_training_brings_the_classes_together_in_pictures_never_seen(pictures):
    untrained = fitted(pictures, replace(BRIEF, learning_rate=1e-12))
    assert mean_ap(untrained, pictures) < 0.7
    assert mean_ap(fitted(pictures, QUICK), pictures) > 0.85


def test_a_label_is_a_name_whatever_its_number(pictures, brief):
    renamed = fitted(pictures, labels=5 + 100 * LABELS)
    np.testing.assert_array_equal(renamed.embeddings, brief.embeddings)


def test_labels_of_the_gallery_are_learned(pictures, brief):
    others = fitted(pictures, labels=np.arange(N) // 2 % 2)
    assert np.abs(others.embeddings - brief.embeddings).max() > 0.01


def test_augmented_views_are_trained_on(pictures, brief):
    # The first epoch's order is the same for any number of views.
    itself_alone = fitted(pictures, replace(BRIEF, views=1))
    assert np.abs(itself_alone.embeddings - brief.embeddings).max() > 0.01


def test_one_class_alone_can_not_be_learned(pictures):
    with pytest.raises(GalleryError, match=r"has 1 classes.*at least 2"):
        fitted(pictures, labels=np.full(N, 7))


def test_a_batch_may_be_larger_than_the_gallery(pictures):
    system = fitted(pictures, replace(BRIEF, batch=1_000))
    assert system.embeddings.shape == (len(GALLERY), BRIEF.dim)


def test_progress_counts_every_step_and_says_epoch_and_loss(pictures):
    told = []
    system = VggN(replace(BRIEF, epochs=2, batch=12))
    system.fit(
        pictures.subset(GALLERY),
        LABELS[GALLERY],
        seed=0,
        progress=lambda *report: told.append(report),
    )
    assert [report[:2] for report in told] == [(step, 6) for step in range(1, 7)]
    assert [what.partition(", loss ")[0] for _, _, what in told] == [
        *["Epoch 1 of 2"] * 3,
        *["Epoch 2 of 2"] * 3,
    ]
    assert all(float(what.partition(", loss ")[2]) > 0 for _, _, what in told)


# What an embedding depends on -------------------------------------------------------------


def test_the_same_seed_gives_the_same_embeddings(pictures, brief):
    torch.rand(3)  # whatever was drawn before
    np.testing.assert_array_equal(fitted(pictures).embeddings, brief.embeddings)


def test_another_seed_gives_others(pictures, brief):
    assert np.abs(fitted(pictures, seed=1).embeddings - brief.embeddings).max() > 0.01


def test_random_numbers_of_others_go_on_as_if_nothing_was_trained(pictures):
    torch.manual_seed(5)
    expected = torch.rand(4)
    torch.manual_seed(5)
    fitted(pictures)
    assert torch.equal(torch.rand(4), expected)


def test_fitting_reads_no_query_and_does_not_depend_on_any(png, brief):
    noise = png(np.random.default_rng(0).integers(0, 256, (20, 24, 3), dtype=np.uint8))
    changed = Stripes(png, changed=dict.fromkeys(QUERIES, noise))
    system = fitted(Pictures(changed, np.arange(N)))
    assert set(changed.reads) == set(GALLERY)
    np.testing.assert_array_equal(system.embeddings, brief.embeddings)


def test_views_are_drawn_once_for_all_splits(png):
    stripes = Stripes(png)
    pictures = Pictures(stripes, np.arange(N))
    fitted(pictures)
    fitted(pictures, ids=np.arange(10, N))
    assert sorted(stripes.reads) == list(range(N))


def test_views_of_an_image_are_itself_and_augmented_ones(png):
    pictures = Pictures(Stripes(png, changed={3: png(stripes(0, 0))}), np.arange(N))
    fitted(pictures, replace(BRIEF, views=3))
    drawn = {id: views for (_, id), views in pictures.computed.items()}
    assert drawn[0].shape == (3, 16, 16, 3)
    np.testing.assert_array_equal(drawn[0][0], squash(stripes(0, 0), 16))
    assert len(np.unique(drawn[0], axis=0)) == 3
    np.testing.assert_array_equal(drawn[0], drawn[3])  # equal pictures, equal views


# Ranking ----------------------------------------------------------------------------------


def test_describing_a_picture_of_the_gallery_gives_its_own_row(pictures, brief):
    for row in (0, 7, len(GALLERY) - 1):
        vector = brief.describe(pictures.pixels(row))
        np.testing.assert_array_equal(vector, brief.embeddings[row])
        assert brief.rank_vector(vector)[0] == row


def test_embeddings_have_unit_length_and_no_negative_number(brief):
    assert np.linalg.norm(brief.embeddings, axis=1) == pytest.approx(1)
    assert brief.embeddings.min() >= 0  # the last hidden layer ends in a ReLU


def test_ranking_is_by_cosine_with_ties_to_the_lower_row():
    system = VggN()
    rows = [[0.6, 0.8], [1, 0], [0, 1], [1, 0], [0.8, 0.6]]
    system.embeddings = np.array(rows * 100, dtype=np.float32)  # any sort keeps a few in order
    ranking = system.rank_vector(np.array([1, 0], dtype=np.float32))
    places = np.arange(500).reshape(100, 5)
    expected = [places[:, [1, 3]], places[:, 4], places[:, 0], places[:, 2]]
    assert ranking.tolist() == np.concatenate([part.ravel() for part in expected]).tolist()


def test_a_fitted_network_has_no_batch_norm_left_to_compute(brief):
    assert not any(isinstance(module, nn.BatchNorm2d) for module in brief.network.modules())
    assert not brief.network.training


def test_queries_are_described_and_ranked_one_after_the_other(pictures, brief):
    queries = pictures.subset(QUERIES)
    told = []
    rankings = brief.rank(queries, nobody, progress=lambda *report: told.append(report[:2]))
    for row, ranking in enumerate(rankings):
        vector = brief.describe(queries.pixels(row))
        np.testing.assert_array_equal(ranking, brief.rank_vector(vector))
        assert sorted(ranking) == list(range(len(GALLERY)))
    assert told == [(done, len(QUERIES)) for done in range(1, len(QUERIES) + 1)]


# Settings ---------------------------------------------------------------------------------


def test_settings_are_plain_and_complete():
    settings = json.loads(json.dumps(VggN(QUICK).settings()))
    assert settings["channels"] == [8, 16]
    assert settings["epochs"] == QUICK.epochs
    assert settings["start"] == "random"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"input_size": 4}, "input_size is 4; choose a whole number from 8 to 512"),
        ({"input_size": 100}, "input_size is 100, .* choose a multiple of 32"),
        ({"channels": ()}, "number of stages is 0; choose .* from 1 to 8"),
        ({"channels": (16, 0)}, "channels is 0; choose .* from 1 to 1,024"),
        ({"dim": 1}, "dim is 1; choose .* from 2"),
        ({"views": 0}, "views is 0; choose .* from 1"),
        ({"epochs": 0}, "epochs is 0; choose .* from 1"),
        ({"batch": 1}, "batch is 1; choose .* from 2"),
        ({"dropout": 1.0}, "dropout is 1.0; choose a share from 0 to below 1"),
        ({"learning_rate": 0.0}, "learning_rate is 0.0; it must be a number above 0"),
        ({"learning_rate": float("nan")}, "learning_rate is nan"),
        ({"weight_decay": -0.1}, "weight_decay is -0.1; choose 0 to 1"),
    ],
)
def test_a_setting_out_of_range_is_named_with_its_rule(wrong, message):
    with pytest.raises(SettingError, match=message):
        VggConfig(**wrong)
