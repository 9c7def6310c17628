import numpy as np
import pytest
import torch
from scipy.signal import correlate2d

from core.lessons.walkthrough import walk
from core.model.attention import ATTENTION_MODES
from tests.networks import narrow_network

CHANNELS, SIDE = 6, 5


@pytest.fixture(scope="module")
def network():
    return narrow_network(CHANNELS, dim=4, reduction=2).eval()


@pytest.fixture(scope="module")
def walked(network):
    features = torch.rand(1, CHANNELS, SIDE, SIDE, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        return {it: walk(network, network(features, attention=it)) for it in ATTENTION_MODES}


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@pytest.mark.parametrize("attention", ATTENTION_MODES)
def test_the_stages_multiply_up_to_what_search_used(walked, attention):
    it = walked[attention]
    channel = 1 if it.channel is None else it.channel.gate[:, None, None]
    spatial = 1 if it.spatial is None else it.spatial.gate
    np.testing.assert_allclose(it.gated, channel * it.features, rtol=1e-6)
    np.testing.assert_allclose(it.refined, spatial * channel * it.features, rtol=1e-5)
    assert (it.channel is None) == (attention in ("off", "spatial"))
    assert (it.spatial is None) == (attention in ("off", "channel"))


def test_both_paths_of_equation_5_add_up_to_the_channel_gate(walked):
    it = walked["both"]
    np.testing.assert_allclose(it.channel.average, it.features.mean(axis=(1, 2)), rtol=1e-5)
    np.testing.assert_allclose(it.channel.maximum, it.features.max(axis=(1, 2)), rtol=1e-6)
    summed = it.channel.average_path + it.channel.maximum_path
    np.testing.assert_allclose(it.channel.gate, sigmoid(summed), rtol=1e-5)
    assert np.all(np.diff(it.channel.gate[it.channel.order]) <= 0)


def test_both_terms_of_equation_6_are_what_scipy_makes_of_the_pooled_maps(walked):
    it = walked["both"].spatial
    for term, pooled, weights in (
        (it.mean_term, it.mean, it.kernel[0]),
        (it.maximum_term, it.maximum, it.kernel[1]),
    ):
        np.testing.assert_allclose(term, correlate2d(pooled, weights, mode="same"), atol=1e-5)
    gate = sigmoid(it.mean_term + it.maximum_term + it.bias)
    np.testing.assert_allclose(it.gate, gate, rtol=1e-5)


def test_where_every_place_is_alike_the_gate_is_the_even_gate(network):
    features = torch.rand(1, CHANNELS, 1, 1, generator=torch.Generator().manual_seed(2))
    with torch.inference_mode():
        it = walk(network, network(features.expand(1, CHANNELS, SIDE, SIDE))).spatial
    np.testing.assert_allclose(it.even_gate, it.gate, rtol=1e-5)
    assert np.ptp(it.even_gate) > 0.01  # the edge alone makes a pattern


def test_the_strongest_channel_is_the_one_with_the_highest_mean_after_both_gates(walked):
    it = walked["both"]
    means = [float(channel.mean()) for channel in it.refined]
    assert means[it.strongest] == max(means)
