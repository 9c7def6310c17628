from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy

import numpy as np
import pytest
import torch
from torch.nn.functional import normalize

from core.model.attention import ATTENTION_MODES
from core.model.gradcam import explain_similarity, grad_cam, similarity_map
from tests.networks import narrow_network

CHANNELS, SIDE, DIM = 6, 3, 4


@pytest.fixture(scope="module")
def network():
    return narrow_network(CHANNELS, dim=DIM, reduction=2).eval()


@pytest.fixture(scope="module")
def features():
    generator = torch.Generator().manual_seed(1)
    return torch.rand(3, CHANNELS, SIDE, SIDE, generator=generator)


@pytest.fixture(scope="module")
def targets():
    return normalize(torch.randn(3, DIM, generator=torch.Generator().manual_seed(2)))


def by_differences(network, image, target, attention):
    """Grad-CAM of one image (C, H, W), its gradient measured number by number."""
    network = deepcopy(network).double()
    step = 1e-5

    @torch.no_grad()
    def similarity(image):
        return (network.head(image[None], attention=attention).embedding[0] @ target).item()

    image, target = image.double(), target.double()
    gradient = np.empty(image.shape)
    for place in np.ndindex(*image.shape):
        nudge = torch.zeros_like(image)
        nudge[place] = step
        gradient[place] = (similarity(image + nudge) - similarity(image - nudge)) / (2 * step)
    weights = gradient.mean(axis=(1, 2))
    cam = np.maximum((weights[:, None, None] * image.numpy()).sum(axis=0), 0)
    return cam / cam.max()


@pytest.mark.parametrize("attention", ATTENTION_MODES)
def test_the_map_is_the_one_that_measured_differences_give(network, features, targets, attention):
    maps = grad_cam(network, features, targets, attention=attention)
    assert maps.shape == (3, SIDE, SIDE)
    assert maps.dtype == np.float32
    for found, image, target in zip(maps, features, targets, strict=True):
        expected = by_differences(network, image, target, attention)
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)


def test_the_map_of_a_mean_pool_is_the_one_worked_out_by_hand():
    """F_1 is (3, 0 / 0, 1), F_2 is 1 everywhere, so both means are 1 and the cosine to (1, 0) is
    1/√2. Its slope by the mean m_1 is m_2² / |m|³ = 1/√8, by m_2 it is -m_1 m_2 / |m|³ = -1/√8.
    The weights are as 1 to -1, the sum is (2, -1 / -1, 0), and its ReLU over 2 is (1, 0 / 0, 0).
    """
    features = torch.tensor([[[[3.0, 0.0], [0.0, 1.0]], [[1.0, 1.0], [1.0, 1.0]]]])
    maps = similarity_map(lambda f: f.mean(dim=(2, 3)), features, torch.tensor([[1.0, 0.0]]))
    np.testing.assert_allclose(maps, [[[1, 0], [0, 0]]], atol=1e-6)


def test_weights_are_means_of_the_gradient_over_places():
    """A head that reads one place only still weighs the whole channel: Grad-CAM, not gradient."""
    features = torch.tensor([[[[1.0, 2.0], [4.0, 2.0]], [[1.0, 0.0], [0.0, 0.0]]]])
    maps = similarity_map(lambda f: f[:, :, 0, 0], features, torch.tensor([[1.0, 0.0]]))
    # As above at (1, 1): weights 1 to -1, the sum (0, 2 / 4, 2), its ReLU over 4.
    np.testing.assert_allclose(maps, [[[0, 0.5], [1, 0.5]]], atol=1e-6)


def test_a_similarity_that_no_place_can_raise_gives_a_map_of_zeros():
    features = torch.tensor([[[[3.0, 0.0], [0.0, 1.0]], [[0.0, 0.0], [0.0, 0.0]]]])
    maps = similarity_map(lambda f: f.mean(dim=(2, 3)), features, torch.tensor([[1.0, 0.0]]))
    assert np.array_equal(maps, np.zeros((1, 2, 2)))


def test_length_of_target_and_feature_map_change_nothing(network, features, targets):
    once = grad_cam(network, features, targets, attention="off")
    scaled = grad_cam(network, 5 * features, 3 * targets, attention="off")
    np.testing.assert_allclose(scaled, once, atol=1e-4)


def test_another_target_gives_another_map(network, features, targets):
    maps = grad_cam(network, features, targets)
    others = grad_cam(network, features, targets.flip(0))
    assert np.abs(maps - others).max() > 0.1


def test_a_batch_has_the_maps_of_its_images_one_by_one(network, features, targets):
    together = grad_cam(network, features, targets)
    for i in range(3):
        alone = grad_cam(network, features[i : i + 1], targets[i : i + 1])[0]
        np.testing.assert_allclose(together[i], alone, atol=1e-5)


def test_values_from_inference_mode_and_frozen_weights_can_be_used(network, features, targets):
    expected = grad_cam(network, features, targets)
    network.requires_grad_(False)
    with torch.inference_mode():
        inside = grad_cam(network, features + 0, targets + 0)
        features, targets = features + 0, targets + 0
    assert features.is_inference()
    outside = grad_cam(network, features, targets)
    network.requires_grad_(True)
    assert np.array_equal(inside, expected)
    assert np.array_equal(outside, expected)


def test_it_leaves_no_trace_on_network_or_feature_map(network, features, targets):
    before = features.clone()
    grad_cam(network, features, targets)
    assert all(parameter.grad is None for parameter in network.parameters())
    assert not features.requires_grad
    assert torch.equal(features, before)
    assert not any(module._forward_hooks for module in network.modules())


def test_threads_get_the_maps_of_their_own_images(network, features, targets):
    pairs = [(features[i % 3][None], targets[i // 3 % 3][None]) for i in range(36)]
    alone = [grad_cam(network, *pair) for pair in pairs]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda pair: grad_cam(network, *pair), pairs))
    for expected, found in zip(alone, together, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_one_image_is_explained_as_in_a_batch_and_by_the_embedding_that_is_stored(
    network, features, targets
):
    stored = targets.numpy().copy()
    stored.setflags(write=False)  # as a gallery's embeddings are
    with torch.inference_mode():
        passes = [network.head(features[i : i + 1], attention="channel") for i in range(3)]
    expected = grad_cam(network, features, targets, attention="channel")
    for i, forward in enumerate(passes):
        found = explain_similarity(network, forward, stored[i], attention="channel")
        np.testing.assert_allclose(found, expected[i], atol=1e-5)
