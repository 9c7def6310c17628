from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from sklearn.datasets import load_sample_images
from torch import nn

from core.errors import ImageError
from core.model.attention import ATTENTION_MODES
from core.model.embedder import Embedder, fold_batch_norm, has_bfloat16
from core.model.preprocess import preprocess


@pytest.fixture(scope="module")
def batch(embedder, gallery):
    return [embedder.prepare(gallery.read(id)) for id in (0, 6, 19)]


@torch.inference_mode()
def plain(embedder, image):
    """Embed one prepared image with the network as the checkpoint has it: (4, D)."""
    network = embedder.checkpoint.network
    return network.every_mode(network.backbone(image[None]))[0].numpy()


def test_being_fast_changes_no_embedding(embedder, batch):
    fast = embedder.embed(batch)
    assert fast.dtype == np.float32
    for image, embeddings in zip(batch, fast, strict=True):
        assert np.vecdot(plain(embedder, image), embeddings).min() >= 0.999


@pytest.mark.parametrize("bfloat16", [False, True])  # emulated where the processor has none
def test_being_fast_changes_no_embedding_of_a_photograph(monkeypatch, bfloat16):
    monkeypatch.setattr("core.model.embedder.has_bfloat16", lambda: bfloat16)
    embedder = Embedder()
    assert (embedder.number_format is torch.bfloat16) == bfloat16
    for photograph in load_sample_images().images:
        image = preprocess(photograph, embedder.preprocess)
        cosines = np.vecdot(plain(embedder, image), embedder.embed([image])[0])
        assert cosines.min() >= 0.999


def test_a_batch_has_the_embeddings_of_its_images_one_by_one(embedder, batch):
    together = embedder.embed(batch)
    assert together.shape == (3, 4, embedder.dim)
    for image, embeddings in zip(batch, together, strict=True):
        for mode, embedding in zip(embedder.modes, embeddings, strict=True):
            alone = embedder.trace(image, attention=mode).embedding[0].numpy()
            np.testing.assert_allclose(embedding, alone, atol=1e-5)


def test_a_trace_holds_every_value_on_the_way(embedder, batch):
    forward = embedder.trace(batch[0])
    assert forward.feature_map.shape == (1, 2048, 2, 2)
    assert forward.maps.channel.gate.shape == (1, 2048, 1, 1)
    assert forward.maps.spatial.gate.shape == (1, 1, 2, 2)
    assert forward.maps.refined.shape == (1, 2048, 2, 2)
    assert forward.embedding.shape == (1, embedder.dim)
    assert embedder.trace(batch[0], attention="off").maps.channel is None


def test_a_pass_with_other_gates_is_the_pass_that_those_gates_give(embedder, batch):
    forward = embedder.trace(batch[0])
    for mode in embedder.modes:
        switched, alone = embedder.switched(forward, mode), embedder.trace(batch[0], attention=mode)
        assert torch.equal(switched.feature_map, alone.feature_map)
        torch.testing.assert_close(switched.embedding, alone.embedding)


def test_it_says_what_its_embeddings_are(embedder, checkpoint_file):
    assert embedder.digest == embedder.checkpoint.digest
    assert embedder.modes == ATTENTION_MODES
    assert embedder.dim == 32
    assert embedder.preprocess.input_size == 64
    assert embedder.number_format == (torch.bfloat16 if has_bfloat16() else torch.float32)


def test_the_checkpoints_network_is_left_as_it_was(embedder):
    plain_norms = [m for m in embedder.checkpoint.network.modules() if type(m) is nn.BatchNorm2d]
    assert len(plain_norms) == 53  # ResNet50 has 53 convolutions
    assert not any(type(m) is nn.BatchNorm2d for m in embedder._network.modules())


def test_folding_finds_each_convolutions_own_norm():
    torch.manual_seed(0)
    block = nn.Sequential()
    for name, part in {
        "conv1": nn.Conv2d(3, 4, 3, bias=False),
        "bn1": nn.BatchNorm2d(4),
        "relu": nn.ReLU(),
        "conv2": nn.Conv2d(4, 5, 1, bias=False),
        "bn2": nn.BatchNorm2d(5),
    }.items():
        block.add_module(name, part)
    for norm in (block.bn1, block.bn2):
        norm.running_mean.normal_()
        norm.running_var.uniform_(0.5, 2)
    images = torch.rand(2, 3, 6, 6)
    with torch.no_grad():
        before = block.eval()(images)
        fold_batch_norm(block)
        assert isinstance(block.bn2, nn.Identity)
        torch.testing.assert_close(block(images), before)


def test_threads_get_the_embeddings_of_their_own_images(embedder, batch):
    queries = [(image, mode) for image in batch for mode in embedder.modes]
    alone = [embedder.trace(image, attention=mode).embedding for image, mode in queries]
    with ThreadPoolExecutor(4) as threads:
        together = threads.map(lambda q: embedder.trace(q[0], attention=q[1]).embedding, queries)
        for expected, embedding in zip(alone, together, strict=True):
            torch.testing.assert_close(embedding, expected)


def test_bytes_that_are_no_image_are_one_sentence(embedder):
    with pytest.raises(ImageError, match=r"\.$"):
        embedder.prepare(b"hello")


def test_a_region_of_all_places_is_the_image_and_one_place_is_that_of_the_gallery(embedder, batch):
    n_rows, n_columns = embedder.grid
    assert embedder.grid == (2, 2)
    embeddings, weights = embedder.embed_places(batch)
    for image, places, gate in zip(batch, embeddings, weights, strict=True):
        forward = embedder.trace(image)
        whole = embedder.embed_region(forward, slice(0, n_rows), slice(0, n_columns))
        assert whole @ forward.embedding[0].numpy() == pytest.approx(1, abs=1e-5)
        assert gate == pytest.approx(forward.maps.spatial.gate.numpy().ravel(), rel=0.02)
        for place in range(n_rows * n_columns):
            row, column = divmod(place, n_columns)
            one = embedder.embed_region(forward, slice(row, row + 1), slice(column, column + 1))
            assert one @ places[place] == pytest.approx(1, abs=1e-3)
