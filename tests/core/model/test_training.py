import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import normalize

from core.errors import GalleryError, SettingError, StoreError
from core.model import network as network_module
from core.model import training
from core.model.attention import ATTENTION_MODES
from core.model.network import NetworkConfig, RetrievalNetwork
from core.model.training import (
    TrainingConfig,
    balanced_batches,
    contrastive_loss,
    embed_maps,
    pool,
    start_head,
    structure_loss,
    train,
)
from tests.networks import noisy_maps

N_CLASSES, PER_CLASS, CHANNELS = 4, 6, 64
N = N_CLASSES * PER_CLASS
LABELS = np.repeat(np.arange(N_CLASSES), PER_CLASS)
EVERYTHING = np.arange(N)
QUICK = TrainingConfig(epochs=2, classes_per_batch=4, images_per_class=3, views=1)


def new_network(seed=0):
    """A network of 64 channels, whose last stage is one small convolution of half as many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(network_module, "CHANNELS", CHANNELS)
        patch.setattr(
            network_module,
            "residual_stages",
            lambda _: nn.Sequential(
                nn.Conv2d(3, 4, 1), nn.Conv2d(CHANNELS // 2, CHANNELS, 2, stride=2)
            ),
        )
        torch.manual_seed(seed)
        return RetrievalNetwork(NetworkConfig(dim=32))


@pytest.fixture(scope="module")
def maps():
    """Feature maps whose classes differ a little, under noise that differs more."""
    rng = np.random.default_rng(0)
    common, classes = rng.random((1, CHANNELS, 1, 1)), rng.random((N_CLASSES, CHANNELS, 1, 1))
    noise = rng.random((N, CHANNELS, 2, 2))
    return (common + 0.5 * classes[LABELS] + noise).astype(np.float16)


@pytest.fixture(scope="module")
def start(maps):
    """The weights of a started head; ``from_start`` makes a network of them."""
    network = new_network()
    start_head(network, pool(maps, EVERYTHING), seed=0)
    return network.state_dict()


@pytest.fixture
def from_start(start):
    network = new_network()
    network.load_state_dict(start)
    return network


# Losses -----------------------------------------------------------------------------------


def at(*degrees):
    angles = torch.deg2rad(torch.tensor(degrees, dtype=torch.float64))
    return torch.stack([angles.cos(), angles.sin()], dim=1)


def test_contrastive_loss_on_four_vectors_is_the_one_worked_out_by_hand():
    # At 0, 60, 90 and 180 degrees the cosines of pairs are 0.5, 0, -1; √3/2, -0.5; 0.
    h, t = math.sqrt(3) / 2, 0.5
    rows = [  # (cosine to the other of the class, cosines to the two of the other class)
        (0.5, 0.0, -1.0),
        (0.5, h, -0.5),
        (0.0, 0.0, h),
        (0.0, -1.0, -0.5),
    ]
    losses = [-math.log(math.exp(row[0] / t) / sum(math.exp(c / t) for c in row)) for row in rows]
    loss = contrastive_loss(at(0, 60, 90, 180), torch.tensor([0, 0, 1, 1]), t)
    assert loss.item() == pytest.approx(sum(losses) / 4)


def test_contrastive_loss_averages_over_the_others_of_a_class():
    # Three equal vectors of one class and two opposite ones: all shares are known.
    loss = contrastive_loss(at(0, 0, 0, 180, 180), torch.tensor([1, 1, 1, 5, 5]), 1.0)
    three = -math.log(math.e / (2 * math.e + 2 / math.e))
    two = -math.log(math.e / (math.e + 3 / math.e))
    assert loss.item() == pytest.approx((3 * three + 2 * two) / 5)


def test_contrastive_loss_is_lower_where_classes_lie_together():
    labels = torch.tensor([0, 0, 1, 1])
    losses = [contrastive_loss(at(0, a, 90, 90 + a), labels, 0.1) for a in (5, 20, 80)]
    assert losses == sorted(losses)


def test_structure_loss_on_four_vectors_is_the_one_worked_out_by_hand():
    original, changed = at(0, 90, 180, 270), at(0, 60, 180, 270)
    # Only the second one moved: its cosines were 0, 0, -1 and are 0.5, -0.5, -√3/2.
    change = 0.5**2 + 0.5**2 + (1 - math.sqrt(3) / 2) ** 2
    assert structure_loss(changed, original).item() == pytest.approx(2 * change / 12)
    assert structure_loss(original, original).item() == 0


def test_structure_loss_does_not_mind_a_rotation():
    assert structure_loss(at(10, 50, 200), at(40, 80, 230)).item() == pytest.approx(0)


# The start --------------------------------------------------------------------------------


@torch.no_grad()
def test_both_gates_start_at_one_half_everywhere(maps, from_start):
    forward = from_start.head(torch.from_numpy(maps.astype(np.float32)))
    assert (forward.maps.channel.gate == 0.5).all()
    assert (forward.maps.spatial.gate == 0.5).all()


@torch.no_grad()
def test_the_start_keeps_all_cosines_about_the_mean_and_centres_the_data(maps, from_start):
    features = torch.from_numpy(maps.astype(np.float32))
    pooled = normalize(features.mean(dim=(2, 3)))  # 24 points: 32 axes hold all of them
    centred = normalize(pooled - pooled.mean(dim=0))
    for mode in ATTENTION_MODES:
        forward = from_start.head(features, attention=mode)
        embeddings = forward.embedding
        torch.testing.assert_close(
            embeddings @ embeddings.T, centred @ centred.T, atol=1e-4, rtol=0
        )
        outputs = from_start.fc(forward.pooled)
        assert outputs.mean(dim=0).norm() < 1e-3 * outputs.norm(dim=1).mean()


@torch.no_grad()
def test_the_first_axes_hold_the_most_variance(maps, from_start):
    outputs = from_start.fc(normalize(pool(maps, EVERYTHING)))
    variance = outputs.var(dim=0)[: N - 1]
    assert (variance.diff() <= 1e-9).all()
    weight = from_start.fc.weight
    torch.testing.assert_close(weight @ weight.T, torch.eye(32), atol=1e-5, rtol=0)


def test_nothing_of_an_earlier_training_survives_the_start(maps, start):
    trained = new_network(seed=9)
    with torch.no_grad():
        for parameter in trained.cbam.parameters():
            parameter.add_(1)
    start_head(trained, pool(maps, EVERYTHING), seed=0)
    for name, tensor in trained.state_dict().items():
        if not name.startswith("backbone."):
            assert torch.equal(tensor, start[name]), name


def test_pooling_is_the_mean_over_places_of_the_images_asked_for(maps):
    pooled = pool(maps, np.array([7, 2]))
    expected = maps[[7, 2]].astype(np.float32).mean(axis=(2, 3))
    np.testing.assert_allclose(pooled, expected, rtol=1e-5)


# Batches ----------------------------------------------------------------------------------


def test_batches_are_balanced():
    labels = np.repeat([3, 5, 8, 9, 11], [4, 40, 7, 12, 9])
    config = TrainingConfig(classes_per_batch=3, images_per_class=4)
    batches = list(balanced_batches(labels, config, np.random.default_rng(0)))
    assert len(batches) == 72 // 12
    for batch in batches:
        assert len(set(batch.tolist())) == 12
        _, counts = np.unique(labels[batch], return_counts=True)
        assert counts.tolist() == [4, 4, 4]
    assert {*labels[np.concatenate(batches)].tolist()} == {3, 5, 8, 9, 11}


def test_a_batch_has_all_classes_where_there_are_fewer_than_wanted():
    (batch,) = balanced_batches(LABELS[:12], TrainingConfig(), np.random.default_rng(0))
    assert sorted(LABELS[batch].tolist()) == [0] * 4 + [1] * 4


@pytest.mark.parametrize(
    ("labels", "what"),
    [
        ([0] * 9, "1 classes, the smallest of 9"),
        ([0] * 9 + [1] * 3, "2 classes, the smallest of 3"),
    ],
)
def test_too_few_classes_or_images_are_one_sentence(labels, what):
    batches = balanced_batches(np.array(labels), TrainingConfig(), np.random.default_rng(0))
    with pytest.raises(GalleryError, match=rf"{what} images; .* 2 classes of 4 images\.$"):
        next(batches)


# Training ---------------------------------------------------------------------------------


def test_the_loss_falls_where_classes_can_be_told_apart(maps, from_start):
    config = TrainingConfig(  # with two images of a class the loss can fall to 0
        epochs=12, classes_per_batch=4, images_per_class=2, structure_weight=0, learning_rate=1e-2
    )
    history = train(from_start, [maps], EVERYTHING, LABELS, config)
    assert len(history) == 12
    first, last = history[0]["contrastive"], history[-1]["contrastive"]
    assert last < 0.5 * first
    assert (from_start.cbam.channel.widen.weight != 0).any()
    assert (from_start.cbam.spatial.conv.weight != 0).any()


def test_the_structure_penalty_keeps_similarities_where_they_were(maps, start):
    changes = []
    for weight in (0, 1000):
        network = new_network()
        network.load_state_dict(start)
        config = TrainingConfig(
            epochs=8, classes_per_batch=4, images_per_class=3, structure_weight=weight
        )
        changes.append(train(network, [maps], EVERYTHING, LABELS, config)[-1]["structure"])
    free, held = changes
    assert held < 0.5 * free


def test_the_penalty_starts_at_zero(maps, from_start):
    config = TrainingConfig(epochs=1, classes_per_batch=4, images_per_class=6, learning_rate=1e-9)
    (epoch,) = train(from_start, [maps], EVERYTHING, LABELS, config)
    assert epoch["structure"] < 1e-8


def weights(network):
    """All that is trained, as one vector."""
    parts = [*network.cbam.parameters(), *network.fc.parameters()]
    return torch.cat([part.detach().flatten() for part in parts])


def trained(start, views, ids=EVERYTHING, config=QUICK, **options):
    network = new_network()
    network.load_state_dict(start)
    train(network, views, ids, LABELS[ids], config, **options)
    return network


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(maps, start):
    first = weights(trained(start, [maps]))
    torch.rand(5)  # whoever else draws numbers must not matter
    assert torch.equal(weights(trained(start, [maps])), first)
    other = TrainingConfig(**QUICK.describe() | {"seed": 1})
    assert not torch.equal(weights(trained(start, [maps], config=other)), first)


def test_images_that_are_not_asked_for_are_never_read(maps, start):
    ids = np.flatnonzero(LABELS != 2)
    poisoned = maps.copy()
    poisoned[LABELS == 2] = np.nan
    clean = weights(trained(start, [maps], ids))
    assert clean.isfinite().all()
    assert torch.equal(weights(trained(start, [poisoned], ids)), clean)


def test_views_beyond_the_first_are_used_too(maps, start):
    poisoned = np.full_like(maps, np.nan)
    assert weights(trained(start, [maps, poisoned])).isnan().any()


def test_the_backbone_never_changes(maps, start):
    network = trained(start, [maps])
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, start[name]) == name.startswith("backbone."), name


@pytest.mark.parametrize("epochs", [1, 5, 10])
def test_any_number_of_steps_can_be_trained(maps, start, epochs):
    # Two steps an epoch: ten steps once made the learning rate's schedule divide by zero.
    config = TrainingConfig(**QUICK.describe() | {"epochs": epochs})
    told = []
    trained(start, [maps], config=config, progress=lambda *it: told.append(it))
    assert [(done, total) for done, total, _ in told] == [
        (i + 1, 2 * epochs) for i in range(2 * epochs)
    ]
    assert told[0][2].startswith(f"Epoch 1 of {epochs}, loss ")


# The last stage --------------------------------------------------------------------------

DEEPER = TrainingConfig(**QUICK.describe() | {"learns": "last stage"})


@pytest.fixture(scope="module")
def inputs():
    """What the last stage gets: half of the channels, twice the sides."""
    return noisy_maps(LABELS, CHANNELS // 2, 4, seed=1)


def deeper(inputs, ids=EVERYTHING, config=DEEPER, **options):
    network = new_network()
    _, late = network.split_backbone("last stage")
    start_head(network, pool(inputs, ids, late), seed=0)
    train(network, [inputs], ids, LABELS[ids], config, **options)
    return network


def test_where_the_last_stage_learns_it_changes_and_all_before_it_stays(inputs):
    before, after = new_network().state_dict(), deeper(inputs).state_dict()
    same = {name for name in before if torch.equal(before[name], after[name])}
    assert {name for name in before if name.startswith("backbone.0.")} <= same
    assert not {name for name in before if name.startswith("backbone.1.")} & same


def test_the_statistics_of_batch_norm_stay_and_its_weights_learn(inputs):
    network = new_network()
    network.backbone.append(nn.BatchNorm2d(CHANNELS))
    frozen, late = network.backbone[:1], network.backbone[1:]
    network.split_backbone = lambda _: (frozen, late)
    start_head(network, pool(inputs, EVERYTHING, late.eval()), seed=0)
    train(network, [inputs], EVERYTHING, LABELS, DEEPER)
    norm = late[-1]
    assert (norm.running_mean == 0).all()
    assert (norm.running_var == 1).all()
    assert (norm.weight != 1).any()


def test_images_that_are_not_asked_for_never_reach_the_last_stage(inputs):
    ids = np.flatnonzero(LABELS != 2)
    poisoned = inputs.copy()
    poisoned[LABELS == 2] = np.nan
    clean = deeper(inputs, ids).state_dict()
    for name, tensor in deeper(poisoned, ids).state_dict().items():
        assert tensor.isfinite().all()
        assert torch.equal(tensor, clean[name]), name


def test_where_maps_are_mirrored_half_of_them_are_and_columns_alone_are_turned_round(
    inputs, monkeypatch
):
    seen = []
    really_forward = training._forward
    monkeypatch.setattr(
        training,
        "_forward",
        lambda late, maps, _: seen.append(maps) or really_forward(late, maps, _),
    )
    deeper(inputs, config=TrainingConfig(**DEEPER.describe() | {"mirror": True, "epochs": 8}))
    straight, turned = 0, 0
    for maps in seen[2:]:  # the first two are pooled for the start
        for one in maps:
            straight += any(np.array_equal(one, it) for it in inputs)
            turned += any(np.array_equal(one[:, :, ::-1], it) for it in inputs)
    assert straight + turned == sum(map(len, seen[2:]))
    assert 0.3 < turned / (straight + turned) < 0.7


def test_training_without_attention_leaves_cbam_alone(inputs):
    config = TrainingConfig(**DEEPER.describe() | {"attention": "off"})
    network = deeper(inputs, config=config)
    for gate in (network.cbam.channel.widen.weight, network.cbam.spatial.conv.weight):
        assert (gate == 0).all()
    assert (deeper(inputs).cbam.channel.widen.weight != 0).any()
    maps = network.head(torch.from_numpy(inputs[:1].astype(np.float32)).repeat(1, 2, 1, 1)).maps
    assert (maps.channel.gate == 0.5).all()


def test_embeddings_from_maps_are_those_of_the_network(inputs):
    network = deeper(inputs)
    ids = np.array([5, 2, 20])
    embeddings = embed_maps(network, inputs, ids, DEEPER)
    with torch.inference_mode():
        features = network.backbone[1](torch.from_numpy(inputs[ids].astype(np.float32)))
        expected = network.head(features).embedding
    assert torch.cosine_similarity(embeddings, expected).min() > 0.999  # bfloat16 where there is


# A killed training ------------------------------------------------------------------------


@pytest.mark.parametrize("killed_in", [1, 2, 3])
def test_a_killed_training_goes_on_to_the_same_weights(maps, start, tmp_path, killed_in):
    config = TrainingConfig(**QUICK.describe() | {"epochs": 3})
    whole = trained(start, [maps, maps + 1], config=config)
    state = tmp_path / "new folder" / "state.pt"

    def kill(done, total, what):
        if what.startswith(f"Epoch {killed_in} ") and done % 2 == 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trained(start, [maps, maps + 1], config=config, resume=state, progress=kill)
    assert state.exists() == (killed_in > 1)
    steps = []
    resumed = trained(
        start,
        [maps, maps + 1],
        config=config,
        resume=state,
        progress=lambda done, total, _: steps.append((done, total)),
    )
    assert steps == [(done, 6) for done in range(2 * killed_in - 1, 7)]
    assert torch.equal(weights(resumed), weights(whole))


def test_the_last_stage_is_part_of_the_state(inputs, tmp_path):
    config = TrainingConfig(**DEEPER.describe() | {"epochs": 2})
    whole = deeper(inputs, config=config).state_dict()

    def kill(done, *_):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deeper(inputs, config=config, resume=tmp_path / "state.pt", progress=kill)
    resumed = deeper(inputs, config=config, resume=tmp_path / "state.pt").state_dict()
    for name in whole:
        assert torch.equal(resumed[name], whole[name]), name


def test_a_finished_training_is_not_repeated_and_keeps_its_history(maps, start, tmp_path):
    network = new_network()
    network.load_state_dict(start)
    options = {"resume": tmp_path / "state.pt"}
    history = train(network, [maps], EVERYTHING, LABELS, QUICK, **options)
    assert [set(epoch) for epoch in history] == 2 * [{"contrastive", "structure"}]
    again = new_network()
    again.load_state_dict(start)
    steps = []
    more = {"progress": lambda *it: steps.append(it)}
    assert train(again, [maps], EVERYTHING, LABELS, QUICK, **options | more) == history
    assert not steps
    assert torch.equal(weights(again), weights(network))


@pytest.mark.parametrize("content", [b"", b"no state", b"PK\x03\x04 cut off"])
def test_a_damaged_state_is_one_sentence(maps, start, tmp_path, content):
    (tmp_path / "state.pt").write_bytes(content)
    with pytest.raises(StoreError, match=r"state\.pt is not the state .* remove the file .*\.$"):
        trained(start, [maps], resume=tmp_path / "state.pt")


def test_a_state_that_would_run_code_is_refused_and_not_run(maps, start, tmp_path):
    class Code:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "it ran",))

    torch.save({"parameters": Code()}, tmp_path / "state.pt")
    with pytest.raises(StoreError, match="is not the state"):
        trained(start, [maps], resume=tmp_path / "state.pt")
    assert not (tmp_path / "it ran").exists()


def test_a_state_that_cannot_be_written_is_one_sentence(maps, start, tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreError, match=r"state\.pt can't be written \(not a directory\); choose"):
        trained(start, [maps], resume=tmp_path / "file" / "state.pt")


# Settings ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "value"), [("learns", "all"), ("attention", "maybe")])
def test_a_choice_that_is_none_is_one_sentence(name, value):
    with pytest.raises(SettingError, match=rf"^{name} is '{value}'; choose one of .*\.$"):
        TrainingConfig(**{name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 0),
        ("learning_rate", 0.0),
        ("learning_rate", math.nan),
        ("temperature", -1.0),
        ("views", 0),
        ("structure_weight", -0.1),
        ("seed", -1),
    ],
)
def test_a_recipe_out_of_range_is_one_sentence(name, value):
    with pytest.raises(SettingError, match=rf"^{name} is {value}; it must be .*\.$"):
        TrainingConfig(**{name: value})


@pytest.mark.parametrize("sizes", [(1, 4), (16, 1)])
def test_a_batch_without_pairs_is_one_sentence(sizes):
    with pytest.raises(SettingError, match="has no pairs to compare; take at least 2 × 2"):
        TrainingConfig(classes_per_batch=sizes[0], images_per_class=sizes[1])
