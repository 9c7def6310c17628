"""Small networks and what they are given, for tests that need no backbone."""

import numpy as np
import pytest
import torch
from numpy.typing import ArrayLike, NDArray
from torch import nn

from core.model import network as network_module
from core.model.network import NetworkConfig, RetrievalNetwork


def narrow_network(channels: int, **config) -> RetrievalNetwork:
    """Make a network of a few channels with a random head; it has no backbone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(network_module, "CHANNELS", channels)
        patch.setattr(network_module, "residual_stages", lambda _: nn.Sequential())
        torch.manual_seed(0)
        return RetrievalNetwork(NetworkConfig(**config))


def noisy_maps(labels: ArrayLike, channels: int, side: int, seed: int = 0) -> NDArray[np.float16]:
    """Draw feature maps (N, C, S, S) for labels (N,): each label its channels, under noise."""
    rng = np.random.default_rng(seed)
    classes = rng.random((max(labels) + 1, channels, 1, 1))
    noise = rng.random((len(labels), channels, side, side))
    return (classes[labels] + noise).astype(np.float16)
