"""CBAM against equations 3-6, written once more as plain NumPy."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from scipy.signal import correlate2d

from core.model.attention import ATTENTION_MODES
from core.model.cbam import CBAM

CHANNELS, SIDE = 8, 5


@pytest.fixture
def cbam():
    torch.manual_seed(1)
    return CBAM(CHANNELS, reduction=2, kernel_size=7).eval()


@pytest.fixture
def features():
    return torch.randn(2, CHANNELS, SIDE, SIDE, generator=torch.Generator().manual_seed(2))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def equation_5(cbam, image):
    """M_c of one feature map (C, H, W), number by number: (C,)."""
    hidden, out = cbam.channel.narrow, cbam.channel.widen
    w0, b0, w1, b1 = (p.detach().numpy() for p in (*hidden.parameters(), *out.parameters()))
    total = np.zeros(CHANNELS)
    for pool in (np.mean, np.max):
        pooled = np.array([pool(channel) for channel in image])
        middle = np.array([max(0.0, row @ pooled + b) for row, b in zip(w0, b0, strict=True)])
        total += w1 @ middle + b1
    return sigmoid(total)


def equation_6(cbam, image):
    """M_s of one refined feature map (C, H, W), place by place: (H, W)."""
    kernel = cbam.spatial.conv.weight.detach().numpy()[0]  # (2, 7, 7)
    planes = np.pad([image.mean(axis=0), image.max(axis=0)], ((0, 0), (3, 3), (3, 3)))
    gate = np.empty((SIDE, SIDE))
    for y in range(SIDE):
        for x in range(SIDE):
            window = planes[:, y : y + 7, x : x + 7]
            gate[y, x] = sigmoid((window * kernel).sum() + cbam.spatial.conv.bias.item())
    return gate


@torch.no_grad()
def test_the_gates_and_the_refined_map_are_those_of_the_equations(cbam, features):
    maps = cbam(features)
    for b, image in enumerate(features.numpy().astype(float)):
        m_c = equation_5(cbam, image)
        refined = m_c[:, None, None] * image  # eq. 3
        m_s = equation_6(cbam, refined)
        np.testing.assert_allclose(maps.channel.gate[b, :, 0, 0], m_c, rtol=1e-5)
        np.testing.assert_allclose(maps.spatial.gate[b, 0], m_s, rtol=1e-5)
        np.testing.assert_allclose(maps.refined[b], m_s * refined, rtol=1e-4, atol=1e-6)  # eq. 4


@torch.no_grad()
def test_the_convolution_is_the_one_scipy_knows(cbam, features):
    maps = cbam(features, attention="spatial")
    kernel = cbam.spatial.conv.weight.numpy()[0]
    for b, image in enumerate(features.numpy()):
        planes = (image.mean(axis=0), image.max(axis=0))
        total = sum(correlate2d(p, k, mode="same") for p, k in zip(planes, kernel, strict=True))
        expected = sigmoid(total + cbam.spatial.conv.bias.item())
        np.testing.assert_allclose(maps.spatial.gate[b, 0], expected, rtol=1e-5)


@torch.no_grad()
def test_what_led_to_the_gates_is_returned_too(cbam, features):
    maps = cbam(features)
    pixels = features.numpy()
    np.testing.assert_allclose(maps.channel.average, pixels.mean(axis=(2, 3)), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(maps.channel.maximum, pixels.max(axis=(2, 3)))
    both_paths = maps.channel.average_path + maps.channel.maximum_path
    torch.testing.assert_close(maps.channel.gate[:, :, 0, 0], both_paths.sigmoid())
    refined = (maps.channel.gate * features).numpy()
    np.testing.assert_allclose(maps.spatial.mean[:, 0], refined.mean(axis=1), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(maps.spatial.maximum[:, 0], refined.max(axis=1))


@torch.no_grad()
def test_each_mode_switches_exactly_its_part(cbam, features):
    off, channel, spatial, both = (cbam(features, attention=mode) for mode in ATTENTION_MODES)
    assert ATTENTION_MODES == ("off", "channel", "spatial", "both")
    assert [m.channel is not None for m in (off, channel, spatial, both)] == [0, 1, 0, 1]
    assert [m.spatial is not None for m in (off, channel, spatial, both)] == [0, 0, 1, 1]
    assert torch.equal(off.refined, features)
    assert torch.equal(channel.refined, channel.channel.gate * features)
    assert torch.equal(spatial.refined, spatial.spatial.gate * features)
    assert torch.equal(both.channel.gate, channel.channel.gate)
    assert torch.equal(both.refined, both.spatial.gate * channel.refined)


@torch.no_grad()
def test_gates_lie_between_0_and_1(cbam, features):
    maps = cbam(features)
    for gate in (maps.channel.gate, maps.spatial.gate):
        assert 0 < gate.min() < gate.max() < 1


@torch.no_grad()
def test_a_pass_leaves_nothing_on_the_module(cbam, features):
    def state():
        modules = {name: set(vars(module)) for name, module in cbam.named_modules()}
        return modules, {name: t.clone() for name, t in cbam.state_dict().items()}

    names, tensors = state()
    for mode in ATTENTION_MODES:
        cbam(features, attention=mode)
    names_after, tensors_after = state()
    assert names_after == names
    assert all(torch.equal(tensors[name], tensors_after[name]) for name in tensors)
    buffers_and_hooks = [vars(m)["_buffers"] or vars(m)["_forward_hooks"] for m in cbam.modules()]
    assert not any(buffers_and_hooks)


def test_threads_get_the_answers_of_their_own_query(cbam):
    queries = [torch.randn(1, CHANNELS, SIDE, SIDE) for _ in range(40)]
    modes = [ATTENTION_MODES[i % 4] for i in range(40)]

    @torch.no_grad()
    def refine(query, mode):
        return cbam(query, attention=mode).refined

    alone = [refine(*pair) for pair in zip(queries, modes, strict=True)]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(refine, queries, modes))
    assert all(torch.equal(a, b) for a, b in zip(alone, together, strict=True))


@torch.no_grad()
def test_a_softer_gate_sees_the_same_and_acts_as_a_power_of_itself(cbam, features):
    sharp = cbam(features)
    cbam.soften(0.5)
    soft = cbam(features)
    assert torch.equal(soft.spatial.gate, sharp.spatial.gate)
    of_a_root = sharp.spatial.gate.sqrt() * sharp.channel.gate * features
    assert torch.allclose(soft.refined, of_a_root, atol=1e-6)
    assert torch.allclose(soft.spatial.weight, sharp.spatial.gate.sqrt())
