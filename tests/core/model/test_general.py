import numpy as np
import pytest
import torch
from torch.nn.functional import normalize

from core.errors import GalleryError, SettingError, StoreError
from core.evaluation.metrics import leave_one_out
from core.model import general as module
from core.model.general import (
    UNLABELLED,
    GeneralConfig,
    TrainingPictures,
    batches,
    restraint_loss,
    start_general_head,
    train_general,
    with_foreign_places,
)
from tests.networks import narrow_network

N_LABELS, PER_LABEL, CHANNELS, SIDE = 6, 5, 64, 4
LABELS = np.repeat(np.arange(N_LABELS), PER_LABEL)
QUICK = GeneralConfig(
    epochs=2,
    labels_per_batch=4,
    images_per_label=3,
    unlabelled_per_batch=2,
)


@pytest.fixture
def network():
    return narrow_network(CHANNELS, dim=16)


def things(seed):
    """Pictures of a thing each: strong where it stands, of its label's kind; noise everywhere."""
    rng = np.random.default_rng(seed)
    kinds = np.random.default_rng(0).random((N_LABELS, CHANNELS))
    maps = 0.8 * rng.random((len(LABELS), CHANNELS, SIDE, SIDE))
    for i, label in enumerate(LABELS):
        row, column = rng.integers(0, SIDE - 1, 2)
        maps[i, :, row : row + 2, column : column + 2] += 0.6 * kinds[label][:, None, None]
    return maps.astype(np.float16)


@pytest.fixture(scope="module")
def maps():
    return things(1)


@pytest.fixture
def pictures(maps):
    """Two galleries of one kind, the second without labels."""
    labels = np.concatenate([LABELS, np.full(len(LABELS), UNLABELLED)])
    return TrainingPictures.of([maps, things(3)], labels)


# What it trains on ------------------------------------------------------------------------


def test_pictures_of_several_galleries_stand_one_after_the_other(maps, pictures):
    ids = np.array([0, 29, 30, 59])
    expected = np.stack([maps[0], maps[29], pictures.maps[1][0], pictures.maps[1][29]])
    assert np.array_equal(pictures.features(ids), expected.astype(np.float32))
    turned = pictures.features(ids, turned=np.array([False, True, False, False]))
    assert torch.equal(turned[1], torch.from_numpy(expected[1].astype(np.float32)).flip(2))
    assert torch.equal(turned[[0, 2, 3]], pictures.features(ids[[0, 2, 3]]))
    pooled = pictures.pooled(ids)
    torch.testing.assert_close(pooled, torch.from_numpy(expected).float().mean(dim=(2, 3)))
    assert pictures.pooled().shape == (60, CHANNELS)
    second = TrainingPictures.of(pictures.maps, pictures.labels, scenic=[1])
    assert second.is_scenic(ids).tolist() == [False, False, True, True]


def test_pictures_of_labels_left_out_are_none_to_train_on(pictures):
    left = pictures.without(np.array([0, 5]))
    assert left.ids.tolist() == [*range(5, 25), *range(30, 60)]
    rng = np.random.default_rng(0)
    assert set(np.concatenate([*batches(left, QUICK, rng)])) <= set(left.ids)


def test_a_batch_has_as_many_of_each_label_and_some_without(pictures):
    drawn = [*batches(pictures, QUICK, np.random.default_rng(0))]
    assert len(drawn) == 30 // (4 * 3)
    for ids in drawn:
        labels = pictures.labels[ids]
        numbers, counts = np.unique(labels[:12], return_counts=True)
        assert len(numbers) == 4
        assert (counts == 3).all()
        assert (labels[12:] == UNLABELLED).all()
        assert len(set(ids.tolist())) == 14  # no picture twice


def test_a_label_of_fewer_pictures_gives_some_twice_and_a_larger_one_is_drawn_more_often(maps):
    labels = np.array([0] * 2 + [1] * 4 + [2] * 24)
    config = GeneralConfig(labels_per_batch=2, images_per_label=3)
    counts = np.zeros(3)
    for seed in range(100):
        rng = np.random.default_rng(seed)
        for ids in batches(TrainingPictures.of([maps], labels), config, rng):
            assert len(ids) == 6
            counts[np.unique(labels[ids])] += 1
    assert counts[0] < counts[1] < counts[2]


def test_fewer_than_two_labels_are_one_sentence(maps):
    alone = TrainingPictures.of([maps], np.full(30, 4))
    with pytest.raises(GalleryError, match=r"^The pictures to train on have 1 labels .* 2\.$"):
        next(batches(alone, QUICK, np.random.default_rng(0)))


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"epochs": 0}, "epochs is 0; it must be above 0."),
        ({"channel_rate": -1.0}, "channel_rate is -1.0; it must be above 0."),
        ({"scenic_weight": -0.5}, "scenic_weight is -0.5; it must be 0 or more."),
        ({"foreign": 1.5}, "foreign is 1.5; it must be 0 to 1."),
        ({"labels_per_batch": 1}, "A batch of 1 labels × 4 images has no pairs to compare"),
    ],
)
def test_settings_out_of_range_are_one_sentence(settings, what):
    with pytest.raises(SettingError) as caught:
        GeneralConfig(**settings)
    assert str(caught.value).startswith(what)


# Foreign places, restraint --------------------------------------------------------------------


def test_foreign_places_take_the_weakest_and_give_the_weakest():
    rng = np.random.default_rng(0)
    features = torch.from_numpy(rng.random((8, 3, 2, 4))) + torch.arange(8)[:, None, None, None]
    mixed, whole = with_foreign_places(features, 1.0, np.random.default_rng(1))
    assert not whole.any()
    before, after = features.flatten(2), mixed.flatten(2)
    order = before.mean(dim=1).argsort(dim=1)
    for i in range(8):
        strong = order[i, 4:]
        assert torch.equal(after[i][:, strong], before[i][:, strong])
        changed = (after[i] != before[i]).any(dim=0)
        donors = after[i][:, changed].mean(dim=0).floor()  # picture n has values from n to n + 1
        assert len(donors.unique()) <= 1
        for donor in donors.unique().int().tolist():
            weak = before[donor][:, order[donor, : int(changed.sum())]]
            assert torch.equal(after[i][:, order[i, : int(changed.sum())]], weak)


def test_no_share_of_foreign_places_changes_nothing():
    features = torch.rand(4, 3, 2, 2)
    mixed, whole = with_foreign_places(features, 0.0, np.random.default_rng(0))
    assert torch.equal(mixed, features)
    assert whole.all()


def test_restraint_is_the_variance_of_the_gates_logarithm():
    gate = torch.tensor([[0.1, 0.2, 0.4], [0.3, 0.3, 0.3]])[:, :, None, None]
    expected = np.var(np.log([0.1, 0.2, 0.4]), ddof=1) / 2
    assert restraint_loss(gate).item() == pytest.approx(expected)
    assert restraint_loss(gate / 2).item() == pytest.approx(expected)


# Start and training -----------------------------------------------------------------------


def test_it_starts_at_a_soft_threshold_of_the_mean_and_at_neutral_channels(network, pictures):
    config = GeneralConfig(sharpness=5.0, level=0.3)
    start_general_head(network, pictures.pooled(), config)
    features = pictures.features(np.arange(4))
    maps = network.head(features).maps
    assert (maps.channel.gate == 0.5).all()
    mean = (0.5 * features).mean(dim=1, keepdim=True)  # behind channel attention
    torch.testing.assert_close(maps.spatial.gate, torch.sigmoid(5 * (mean - 0.3)))


@pytest.mark.parametrize("whitening", [0.0, 0.5, 1.0])
def test_whitening_divides_each_axis_by_a_power_of_its_deviation(network, pictures, whitening):
    pooled = torch.from_numpy(np.random.default_rng(0).gamma(1.0, size=(400, CHANNELS)))
    plain = start_general_head(network, pooled, GeneralConfig(whitening=0.0))
    whitened = start_general_head(network, pooled, GeneralConfig(whitening=whitening))
    inputs = normalize(pooled).float()
    before, after = plain(inputs), whitened(inputs)
    torch.testing.assert_close(before.mean(dim=0), torch.zeros(16), atol=1e-5, rtol=0)
    ratio = after.std(dim=0) / before.std(dim=0) ** (1 - whitening)
    torch.testing.assert_close(ratio, ratio[:1].expand(16), rtol=1e-3, atol=0)
    torch.testing.assert_close(after.var(dim=0).sum(), before.var(dim=0).sum())


def trained(network, pictures, config, **options):
    teacher = start_general_head(network, pictures.pooled(), config)
    return train_general(network, pictures, config, teacher=teacher, **options)


def mean_average_precision(network, maps):
    with torch.inference_mode():
        embeddings = network.every_mode(torch.from_numpy(maps.astype(np.float32))).numpy()
    return [leave_one_out(embeddings[:, i], LABELS).mean_average_precision for i in range(4)]


@pytest.mark.model
def test_training_brings_labels_together_in_every_mode(network, pictures, maps):
    config = GeneralConfig(**QUICK.describe() | {"epochs": 15, "fc_rate": 1e-2})
    start_general_head(network, pictures.pooled(), config)
    before = mean_average_precision(network, maps)
    history = trained(network, pictures, config)
    after = mean_average_precision(network, maps)
    for untrained, learned in zip(before, after, strict=True):
        assert learned > min(untrained + 0.02, 0.99)
    assert history[-1]["contrastive"] < history[0]["contrastive"]


@pytest.mark.model
def test_what_training_drops_is_not_dropped_after_it(network, pictures):
    trained(network, pictures, QUICK)
    features = pictures.features(np.arange(4))
    assert torch.equal(network.head(features).embedding, network.head(features).embedding)
    assert not any(module.training for module in network.modules())


@pytest.mark.model
def test_where_nothing_may_change_similarities_stay(network, pictures):
    """The teacher's: those of pooled features as fc starts, whatever attention does."""
    fast = {"epochs": 6, "foreign": 0.0, "sharpness": 0.0, "fc_rate": 1e-2}
    strict = {"structure_weight": 1e3, "looking_weight": 1e3, **fast}
    loose = {"structure_weight": 0.0, "looking_weight": 0.0, **fast}
    last = [
        trained(network, pictures, GeneralConfig(**QUICK.describe() | it))[-1]["structure"]
        for it in (strict, loose)
    ]
    assert last[0] < last[1] / 2


@pytest.mark.model
def test_a_scenic_gallery_keeps_more_of_its_similarities(network, maps):
    def change(scenic):
        """How far the cosines of a gallery move where the gate may move them freely."""
        free = {"structure_weight": 0.0, "looking_weight": 0.0, "scenic_weight": 1e3}
        rates = {"epochs": 10, "foreign": 0.0, "fc_rate": 1e-2, "sharpness": 0.0}
        config = GeneralConfig(**QUICK.describe() | free | rates)
        seen = TrainingPictures.of([maps], LABELS, scenic)
        return trained(network, seen, config)[-1]["structure"]

    assert change(scenic=[0]) < change(scenic=[]) / 2


@pytest.mark.model
def test_pictures_left_out_are_never_read(network, pictures, monkeypatch):
    poisoned = [maps.copy() for maps in pictures.maps]
    poisoned[0][LABELS == 2] = np.nan
    seen = TrainingPictures.of(poisoned, pictures.labels).without(np.array([2]))
    history = trained(network, seen, QUICK)
    assert np.isfinite([*history[-1].values()]).all()
    assert all(parameter.isfinite().all() for parameter in network.parameters())


@pytest.mark.model
def test_a_killed_training_goes_on_to_the_same_weights(network, pictures, tmp_path):
    whole = trained(network, pictures, QUICK)
    weights = {name: tensor.clone() for name, tensor in network.state_dict().items()}

    def kill(done, total, what):
        if what.startswith("Epoch 2"):
            raise KeyboardInterrupt

    path = tmp_path / "state.pt"
    with pytest.raises(KeyboardInterrupt):
        trained(network, pictures, QUICK, resume=path, progress=kill)
    told = []
    resumed = trained(network, pictures, QUICK, resume=path, progress=lambda *it: told.append(it))
    assert told[0][2].startswith("Epoch 2 of 2, loss ")
    assert told[-1][0] == told[-1][1] == 4
    assert resumed == whole
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, weights[name]), name


def test_a_state_of_another_training_is_one_sentence(network, pictures, tmp_path):
    path = tmp_path / "state.pt"
    path.write_bytes(b"nothing of ours")
    with pytest.raises(StoreError, match=r"is not the state of this training .*from the start\.$"):
        trained(network, pictures, QUICK, resume=path)


def test_the_spatial_gate_learns_at_its_own_rate(network, pictures):
    config = GeneralConfig(spatial_rate=1e-6, channel_rate=2e-3, fc_rate=3e-5)
    optimiser, _ = module._optimiser(network, config, 100)
    rates = {
        id(parameter): group["max_lr"]
        for group in optimiser.param_groups
        for parameter in group["params"]
    }
    layer = network.attention_layer
    assert {rates[id(it)] for it in layer.spatial.parameters()} == {1e-6}
    assert {rates[id(it)] for it in layer.channel.parameters()} == {2e-3}
    assert {rates[id(it)] for it in network.fc.parameters()} == {3e-5}
