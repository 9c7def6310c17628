"""What every attention layer promises, asked of CBAM and of one that only this file knows."""

import json
from dataclasses import dataclass

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from core.errors import CheckpointError, SettingError
from core.lessons.walkthrough import walk
from core.model.attention import ATTENTION_MODES, AttentionLayer, AttentionMaps
from core.model.checkpoint import Provenance, load_checkpoint, save_checkpoint
from core.model.embedder import Embedder
from core.model.network import NetworkConfig, RetrievalNetwork
from core.model.preprocess import PreprocessConfig
from core.model.registry import ATTENTION_LAYERS
from core.model.training import start_head

CHANNELS = 32


@dataclass(frozen=True, slots=True)
class SqueezedMaps:
    squeezed: Tensor  # (B, C)
    gate: Tensor  # (B, C, 1, 1)


class SqueezeAndExcitation(AttentionLayer):
    """A channel gate from average pooling alone (Hu et al., CVPR 2018)."""

    parts = ("channel",)

    def __init__(self, channels, *, reduction, kernel_size):
        super().__init__(channels, reduction=reduction, kernel_size=kernel_size)
        self.squeeze = nn.Linear(channels, channels // reduction)
        self.excite = nn.Linear(channels // reduction, channels)

    def forward(self, features, *, attention="both"):
        if attention not in ("channel", "both"):
            return AttentionMaps(None, None, features)
        squeezed = features.mean(dim=(2, 3))
        gate = self.excite(self.squeeze(squeezed).relu()).sigmoid()[:, :, None, None]
        return AttentionMaps(SqueezedMaps(squeezed, gate), None, gate * features)

    def start(self):
        self.squeeze.reset_parameters()
        for parameter in self.excite.parameters():
            nn.init.zeros_(parameter)


@pytest.fixture(autouse=True)
def _registered(monkeypatch):
    """Add the one line that another attention layer takes."""
    monkeypatch.setitem(ATTENTION_LAYERS, "se", SqueezeAndExcitation)


every_layer = pytest.mark.parametrize("name", [*ATTENTION_LAYERS, "se"])


@pytest.fixture
def layer(name):
    torch.manual_seed(3)
    return ATTENTION_LAYERS[name](CHANNELS, reduction=4, kernel_size=3).eval()


@pytest.fixture
def features():
    return torch.rand(3, CHANNELS, 4, 5, generator=torch.Generator().manual_seed(5))


@every_layer
@torch.inference_mode()
def test_a_mode_switches_on_those_of_the_layers_parts_that_it_names(layer, features):
    for mode in ATTENTION_MODES:
        maps = layer(features, attention=mode)
        refined = features
        for part in ("channel", "spatial"):
            found = getattr(maps, part)
            assert (found is not None) == (part in layer.parts and mode in (part, "both"))
            if found is not None:
                refined = found.gate * refined
        torch.testing.assert_close(maps.refined, refined)


@every_layer
@torch.inference_mode()
def test_gates_have_the_shape_of_their_part_and_lie_between_0_and_1(layer, features):
    maps = layer(features)
    for part, shape in (("channel", (3, CHANNELS, 1, 1)), ("spatial", (3, 1, 4, 5))):
        if part in layer.parts:
            gate = getattr(maps, part).gate
            assert gate.shape == shape
            assert gate.min() > 0
            assert gate.max() < 1


@every_layer
@torch.no_grad()
def test_the_start_forgets_what_was_and_changes_no_direction(layer, features):
    def start():
        torch.manual_seed(8)
        layer.start()
        return {name: tensor.clone() for name, tensor in layer.state_dict().items()}

    before = start()
    for parameter in layer.parameters():
        parameter.add_(1)
    after = start()
    assert all(torch.equal(before[name], after[name]) for name in before)
    pooled = layer(features).refined.mean(dim=(2, 3))
    cosines = torch.cosine_similarity(pooled, features.mean(dim=(2, 3)))
    torch.testing.assert_close(cosines, torch.ones(3))


@pytest.fixture
def squeezing():
    """A whole network with the other layer."""
    torch.manual_seed(0)
    return RetrievalNetwork(NetworkConfig(dim=8, attention_layer="se")).eval()


def test_another_layer_goes_all_the_way_from_the_registry_to_embeddings(tmp_path, squeezing):
    start_head(squeezing, torch.rand(20, 2048), seed=0)
    with torch.no_grad():
        nn.init.normal_(squeezing.attention_layer.excite.weight)  # as if it had been trained
    path = tmp_path / "se.safetensors"
    save_checkpoint(path, squeezing, PreprocessConfig(input_size=64), Provenance())
    loaded = load_checkpoint(path)
    assert isinstance(loaded.network.attention_layer, SqueezeAndExcitation)
    assert loaded.network.config.attention_layer == "se"
    image = torch.rand(3, 64, 64)
    off, channel, spatial, both = Embedder(loaded).embed([image])[0]
    assert (off == spatial).all()  # the layer has no spatial part
    assert (channel == both).all()
    assert off @ both < 0.9999
    with torch.inference_mode():
        expected = squeezing(image[None]).embedding[0].numpy()
    assert both @ expected > 0.999


def test_what_explains_cbam_alone_says_so_of_another_layer(squeezing):
    with torch.inference_mode():
        forward = squeezing.head(torch.rand(1, 2048, 2, 2))
    with pytest.raises(SettingError, match=r"is SqueezeAndExcitation, .* choose a .* cbam\.$"):
        walk(squeezing, forward)


# Checkpoints ------------------------------------------------------------------------------


def changed(path, source, **settings):
    """Write a checkpoint again with other settings of its network; None leaves one out."""
    with safe_open(source, framework="pt") as file:
        header = file.metadata()
    network = json.loads(header["network"]) | settings
    header["network"] = json.dumps({k: v for k, v in network.items() if v is not None})
    save_file(load_file(source), path, metadata=header)
    return path


def test_a_checkpoint_from_before_layers_had_names_is_cbams(tmp_path, checkpoint_file):
    old = changed(tmp_path / "old.safetensors", checkpoint_file, attention_layer=None)
    before, after = load_checkpoint(old).network, load_checkpoint(checkpoint_file).network
    assert before.config == after.config
    tensors = after.state_dict()
    assert all(torch.equal(tensor, tensors[name]) for name, tensor in before.state_dict().items())


def test_weights_of_one_layer_do_not_fit_another(tmp_path, checkpoint_file):
    other = changed(tmp_path / "other.safetensors", checkpoint_file, attention_layer="se")
    with pytest.raises(CheckpointError, match=r"doesn't fit the network: .* such as cbam"):
        load_checkpoint(other)


def test_a_layer_that_nobody_registered_is_one_sentence(tmp_path, checkpoint_file):
    with pytest.raises(SettingError, match=r"^The attention layer is 'sé'; choose one of cbam, "):
        NetworkConfig(attention_layer="sé")
    unknown = changed(tmp_path / "x.safetensors", checkpoint_file, attention_layer="triplet")
    with pytest.raises(CheckpointError, match=r"is damaged \(The attention layer is 'triplet'"):
        load_checkpoint(unknown)
