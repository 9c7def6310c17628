"""One pass through CBAM as arrays, stage by stage: what a person looks at (equations 3-6).

Everything is taken from the pass that search ran, but for two things that equation 6 adds up
or mixes before anyone sees them:

    Conv7x7([mean; max]) + b  =  Conv7x7(mean) + Conv7x7(max) + b

so ``SpatialSteps`` holds both terms apart; and ``even_gate``, the gate that equation 6 gives
where every place is alike. The window of 7 x 7 reaches over the edge of the map, where it
finds zeros, so a place in the middle sums more than one at the edge: part of every gate M_s has
nothing to do with the picture.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import conv2d

from ..model.cbam import ChannelMaps, SpatialAttention, SpatialMaps, as_cbam
from ..model.network import ForwardPass, RetrievalNetwork

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class ChannelSteps:
    """Equation 5, each value (C,)."""

    average: Array  # average pool of F
    maximum: Array  # maximum pool of F
    average_path: Array  # MLP(average)
    maximum_path: Array  # MLP(maximum)
    gate: Array  # M_c, in (0, 1)

    @property
    def order(self) -> NDArray[np.intp]:
        """(C,) channels by their gate, the highest first."""
        order: NDArray[np.intp] = np.argsort(-self.gate, kind="stable")
        return order


@dataclass(frozen=True, slots=True, eq=False)
class SpatialSteps:
    """Equation 6, each map (H, W)."""

    mean: Array  # mean of F' over its channels
    maximum: Array  # maximum of F' over its channels
    mean_term: Array  # what the convolution makes of ``mean``
    maximum_term: Array  # what it makes of ``maximum``
    bias: float
    gate: Array  # M_s = sigmoid(mean_term + maximum_term + bias), in (0, 1)
    exponent: float  # p
    weight: Array  # M_s^p, by which places are multiplied
    even_gate: Array  # M_s if both pooled maps were their own mean everywhere
    kernel: Array  # (2, 7, 7) weights over ``mean`` and over ``maximum``


@dataclass(frozen=True, slots=True, eq=False)
class Walkthrough:
    """From F to F''; a part of CBAM that is switched off is None."""

    features: Array  # (C, H, W) F
    channel: ChannelSteps | None
    gated: Array  # (C, H, W) F' = M_c ⊗ F; F itself where channel attention is off
    spatial: SpatialSteps | None
    refined: Array  # (C, H, W) F'' = M_s^p ⊗ F'; F' itself where spatial attention is off

    @property
    def strongest(self) -> int:
        """The channel that weighs most in the embedding's input: the highest mean of F''."""
        return int(self.refined.mean(axis=(1, 2)).argmax())


@torch.inference_mode()
def walk(network: RetrievalNetwork, forward: ForwardPass) -> Walkthrough:
    """Lay one pass open; B is 1.

    Args:
        network: that the pass went through.
        forward: what came out of it.

    Raises:
        SettingError: the network's attention layer is not CBAM.
    """
    cbam = as_cbam(network.attention_layer)
    features, channel, spatial = forward.feature_map, forward.maps.channel, forward.maps.spatial
    gated = features if channel is None else channel.gate * features  # (1, C, H, W)   eq. 3
    return Walkthrough(
        features=features[0].numpy(),
        channel=_channel_steps(channel) if isinstance(channel, ChannelMaps) else None,
        gated=gated[0].numpy(),
        spatial=_spatial_steps(cbam.spatial, spatial) if isinstance(spatial, SpatialMaps) else None,
        refined=forward.maps.refined[0].numpy(),
    )


def _channel_steps(maps: ChannelMaps) -> ChannelSteps:
    return ChannelSteps(
        average=maps.average[0].numpy(),
        maximum=maps.maximum[0].numpy(),
        average_path=maps.average_path[0].numpy(),
        maximum_path=maps.maximum_path[0].numpy(),
        gate=maps.gate[0, :, 0, 0].numpy(),
    )


def _spatial_steps(attention: SpatialAttention, maps: SpatialMaps) -> SpatialSteps:
    weight, bias = attention.conv.weight, attention.conv.bias  # (1, 2, 7, 7), (1,)
    assert bias is not None  # the convolution is built with one

    def term(pooled: Tensor, plane: int) -> Tensor:
        padding = attention.conv.padding
        return conv2d(pooled, weight[:, plane : plane + 1], padding=padding)

    def evened(pooled: Tensor) -> Tensor:
        return pooled.mean(dim=(2, 3), keepdim=True).expand_as(pooled)

    even = term(evened(maps.mean), 0) + term(evened(maps.maximum), 1) + bias  # (1, 1, H, W)
    return SpatialSteps(
        mean=maps.mean[0, 0].numpy(),
        maximum=maps.maximum[0, 0].numpy(),
        mean_term=term(maps.mean, 0)[0, 0].numpy(),
        maximum_term=term(maps.maximum, 1)[0, 0].numpy(),
        bias=float(bias),
        gate=maps.gate[0, 0].numpy(),
        exponent=attention.exponent,
        weight=maps.weight[0, 0].numpy(),
        even_gate=even.sigmoid()[0, 0].numpy(),
        kernel=weight[0].detach().clone().numpy(),
    )
