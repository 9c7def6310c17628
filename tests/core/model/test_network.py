from copy import deepcopy

import numpy as np
import pytest
import torch
from torch import nn
from torchvision.models import resnet50

from core.errors import SettingError
from core.model.cbam import ATTENTION_MODES
from core.model.network import NetworkConfig, RetrievalNetwork, residual_stages


def lively(module):
    """Give batch norm statistics that a trained network could have, so that it does something."""
    generator = torch.Generator().manual_seed(5)
    for norm in (m for m in module.modules() if isinstance(m, nn.BatchNorm2d)):
        norm.running_mean.normal_(0, 0.1, generator=generator)
        norm.running_var.uniform_(0.5, 1.5, generator=generator)
    return module


@pytest.fixture(scope="module")
def torchvisions():
    torch.manual_seed(3)
    return lively(resnet50()).eval()


def stages(torchvisions, strides):
    backbone = residual_stages(strides)
    weights = torchvisions.state_dict()
    backbone.load_state_dict({name: weights[name] for name in backbone.state_dict()})
    return backbone.eval()


@pytest.fixture(scope="module")
def v1(torchvisions):
    return stages(torchvisions, "v1")


@pytest.fixture(scope="module")
def v15(torchvisions):
    return stages(torchvisions, "v1.5")


def layer4(network, images):
    """The output of torchvision's last stage, caught on its way."""
    caught = []
    hook = network.layer4.register_forward_hook(lambda _, __, output: caught.append(output))
    network(images)
    hook.remove()
    return caught[0]


@pytest.fixture(scope="module")
def images():
    return torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(4))


@torch.no_grad()
def test_the_backbone_is_torchvisions_resnet50_up_to_layer4(torchvisions, v15, images):
    assert torch.equal(v15(images), layer4(torchvisions, images))


@torch.no_grad()
def test_v1_halves_the_map_in_the_1x1_convolution(v1, v15, images):
    for name in ("layer2", "layer3", "layer4"):
        first = v1.get_submodule(name)[0]
        assert (first.conv1.stride, first.conv2.stride) == ((2, 2), (1, 1))
        assert (first.conv1.kernel_size, first.conv2.kernel_size) == ((1, 1), (3, 3))
        first = v15.get_submodule(name)[0]
        assert (first.conv1.stride, first.conv2.stride) == ((1, 1), (2, 2))
    as_trained, otherwise = v1(images), v15(images)
    assert as_trained.shape == otherwise.shape
    assert not torch.allclose(as_trained, otherwise, rtol=0.01)


@torch.no_grad()
@pytest.mark.parametrize(("size", "side"), [(192, 6), (224, 7), (64, 2)])
def test_the_feature_map_has_one_place_for_32_pixels(v1, size, side):
    # On the meta device only shapes are computed.
    features = deepcopy(v1).to("meta")(torch.empty(1, 3, size, size, device="meta"))
    assert features.shape == (1, 2048, side, side)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(6)
    return lively(RetrievalNetwork(NetworkConfig(dim=16))).eval()


@pytest.fixture
def features():
    return torch.rand(3, 2048, 2, 3, generator=torch.Generator().manual_seed(7))


@torch.no_grad()
def test_an_image_becomes_an_embedding_of_unit_length(network, images):
    forward = network(images)
    assert forward.feature_map.shape == (1, 2048, 2, 2)
    assert forward.maps.refined.shape == (1, 2048, 2, 2)
    assert forward.embedding.shape == (1, 16)
    for vectors in (forward.embedding, forward.pooled):
        torch.testing.assert_close(vectors.norm(dim=1), torch.ones(1))


@torch.no_grad()
def test_the_embedding_is_pooled_scaled_weighted_and_scaled(network, features):
    forward = network.head(features)
    pooled = forward.maps.refined.numpy().mean(axis=(2, 3))
    pooled /= np.linalg.norm(pooled, axis=1, keepdims=True)
    embedding = pooled @ network.fc.weight.numpy().T + network.fc.bias.numpy()
    embedding /= np.linalg.norm(embedding, axis=1, keepdims=True)
    np.testing.assert_allclose(forward.pooled, pooled, rtol=1e-4)
    np.testing.assert_allclose(forward.embedding, embedding, rtol=1e-4, atol=1e-6)
    assert forward.feature_map is features


@torch.no_grad()
def test_every_mode_is_head_once_for_each_mode(network, features):
    embeddings = network.every_mode(features)
    assert embeddings.shape == (3, 4, 16)
    for i, mode in enumerate(ATTENTION_MODES):
        assert torch.equal(embeddings[:, i], network.head(features, attention=mode).embedding)
    assert not torch.allclose(embeddings[:, 0], embeddings[:, 3], atol=1e-4)


@torch.no_grad()
def test_with_neutral_gates_all_modes_agree_and_the_scale_of_f_does_not_matter(features):
    network = RetrievalNetwork(NetworkConfig(dim=16)).eval()
    for last in (network.cbam.channel.widen, network.cbam.spatial.conv):
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
    embeddings = network.every_mode(features)
    for i in range(4):
        torch.testing.assert_close(embeddings[:, i], embeddings[:, 0])
    torch.testing.assert_close(network.every_mode(5 * features), embeddings)


def test_names_of_the_backbone_are_torchvisions(torchvisions):
    names = {name for name in torchvisions.state_dict() if not name.startswith("fc.")}
    assert set(residual_stages("v1").state_dict()) == names


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("dim", 1),
        ("dim", 2049),
        ("strides", "v2"),
        ("reduction", 0),
        ("reduction", 2049),
        ("kernel_size", 4),
        ("kernel_size", 13),
        ("kernel_size", -1),
    ],
)
def test_a_network_that_cannot_be_built_is_one_sentence(setting, value):
    with pytest.raises(SettingError, match=rf"^The [a-z ]+ (is|are) {value!r}; choose .*\.$"):
        NetworkConfig(**{setting: value})


def test_the_smallest_and_the_largest_settings_can_be_built():
    for config in (
        NetworkConfig(dim=2, reduction=2048, kernel_size=1),
        NetworkConfig(dim=2048, reduction=1000, kernel_size=11),
    ):
        head = RetrievalNetwork(config).head(torch.rand(1, 2048, 2, 2))
        assert head.embedding.shape == (1, config.dim)
