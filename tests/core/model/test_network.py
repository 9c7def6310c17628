import numpy as np
import pytest
import torch
from torch import nn

from core.errors import SettingError
from core.model.attention import ATTENTION_MODES
from core.model.network import NetworkConfig, RetrievalNetwork


@pytest.fixture(scope="module")
def images():
    return torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(4))


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(6)
    return RetrievalNetwork(NetworkConfig(dim=16)).eval()


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
        ("spatial_exponent", 0),
        ("spatial_exponent", 4.5),
        ("spatial_exponent", float("nan")),
        ("detail", -1),
        ("detail", 255),
        ("detail_weight", -0.1),
        ("detail_weight", float("nan")),
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


@pytest.mark.parametrize(("learns", "n_late"), [("head", 0), ("last stage", 1)])
@torch.inference_mode()
def test_the_two_parts_of_the_backbone_are_the_backbone(learns, n_late):
    backbone = RetrievalNetwork().eval()
    frozen, late = backbone.split_backbone(learns)
    assert len(late) == n_late
    image = torch.rand(1, 3, 64, 64)
    assert torch.equal(late(frozen(image)), backbone.backbone(image))
    assert set(late.parameters()) == (
        set(backbone.backbone.layer4.parameters()) if n_late else set()
    )
