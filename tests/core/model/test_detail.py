"""The stage before the last, beside it."""

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from core.errors import SettingError
from core.model.attention import ATTENTION_MODES
from core.model.checkpoint import Checkpoint, Provenance, load_checkpoint, save_checkpoint
from core.model.detail import pool_earlier
from core.model.embedder import Embedder
from core.model.gradcam import explain_similarity
from core.model.network import NetworkConfig, RetrievalNetwork
from core.model.preprocess import PreprocessConfig

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def detailed():
    torch.manual_seed(2)
    return RetrievalNetwork(NetworkConfig(dim=24, detail=8, detail_weight=0.3)).eval()


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@torch.no_grad()
def test_each_place_of_the_gate_weighs_two_by_two_places_of_the_earlier_map():
    rng = np.random.default_rng(0)
    earlier, gate = rng.random((2, 1024, 4, 6)), rng.random((2, 1, 2, 3))
    fine = np.kron(gate, np.ones((1, 1, 2, 2)))  # (2, 1, 4, 6)
    for weights, given in ((fine, torch.from_numpy(gate)), (np.ones_like(fine), None)):
        expected = unit((weights * earlier).mean(axis=(2, 3)))
        np.testing.assert_allclose(pool_earlier(torch.from_numpy(earlier), given), expected)


@torch.no_grad()
def test_the_detail_lies_behind_the_last_stage_in_the_length_that_was_asked_for(detailed):
    forward = detailed(torch.rand(2, 3, 64, 64))
    assert forward.earlier.shape == (2, 1024, 4, 4)
    last = unit(detailed.fc(forward.pooled).numpy())  # (2, 16)
    detail = unit(detailed.detail.fc(forward.pooled_earlier).numpy())  # (2, 8)
    joined = unit(np.concatenate([last, 0.3 * detail], axis=1))
    np.testing.assert_allclose(forward.embedding, joined, rtol=1e-5, atol=1e-7)


def test_a_network_without_detail_has_no_such_weights_and_is_what_it_was(checkpoint_file):
    assert not any("detail" in name for name in load_file(checkpoint_file))
    network = load_checkpoint(checkpoint_file).network
    assert network.config.detail == 0
    assert not hasattr(network, "detail")
    assert network(torch.rand(1, 3, 64, 64)).earlier is None


@torch.inference_mode()
def test_a_checkpoint_with_detail_embeds_as_its_plain_network_does(
    detailed, tmp_path, png, picture
):
    path = tmp_path / "detailed.safetensors"
    save_checkpoint(path, detailed, PreprocessConfig(input_size=64), Provenance())
    embedder = Embedder(load_checkpoint(path))
    assert embedder.dim == 24
    image = embedder.prepare(png(picture(5)))
    plain = [detailed(image[None], attention=mode).embedding[0] for mode in ATTENTION_MODES]
    for row, mode in enumerate(ATTENTION_MODES):
        traced = embedder.trace(image, attention=mode)
        for made in (
            torch.from_numpy(embedder.embed([image])[0, row]),
            traced.embedding[0],
            embedder.trace_batch([image], [mode])[0].embedding[0],
            embedder.switched(embedder.trace(image), mode).embedding[0],
        ):
            assert made @ plain[row] > 0.999
    assert explain_similarity(detailed, traced, plain[0].numpy()).shape == (2, 2)
    places, _ = embedder.embed_places([image])
    assert places.shape == (1, 4, embedder.place_dim) == (1, 4, 16)
    forward = embedder.trace(image)
    whole = embedder.embed_region(forward, slice(0, 2), slice(0, 2))
    assert whole == pytest.approx(unit(forward.embedding[:, :16].numpy())[0], abs=1e-5)


def test_f_alone_is_not_enough_for_a_network_with_detail(detailed):
    with pytest.raises(SettingError, match=r"^This network has detail, so F alone is not enough"):
        detailed.head(torch.rand(1, 2048, 2, 2))


def test_a_larger_input_gives_a_map_of_more_places(checkpoint_file, png, picture):
    checkpoint = load_checkpoint(checkpoint_file)
    larger = Checkpoint(
        checkpoint.network, PreprocessConfig(input_size=96), checkpoint.provenance, ""
    )
    file = png(picture(1))
    gates = Embedder(checkpoint).look([file], input_size=96)
    assert gates.shape == (1, 2, 3, 3)
    np.testing.assert_array_equal(gates, Embedder(larger).look([file]))
