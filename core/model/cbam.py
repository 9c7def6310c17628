"""CBAM: channel attention, then spatial attention (section 3.2, equations 3-6, Figures 4-6).

    F'  = M_c(F)  ⊗ F                                            (3)
    F'' = M_s(F') ⊗ F'                                           (4)
    M_c(F)  = σ( MLP(AvgPool(F)) + MLP(MaxPool(F)) )             (5)
    M_s(F') = σ( Conv7×7([mean_c(F'); max_c(F')]) )              (6)

M_s may act as a power of itself, M_s^p, in place of M_s in equation 4; in the paper p is 1.

The paper writes β for F, F_c for M_c and F_s for M_s. Its text names a ReLU as the last
activation of both maps and its equations a σ; we take the sigmoid, with a ReLU inside the
shared MLP, as in Woo et al., "CBAM: Convolutional Block Attention Module", ECCV 2018.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import dropout

from ..errors import SettingError
from ..language import tr
from .attention import AttentionLayer, AttentionMaps, AttentionMode


@dataclass(frozen=True, slots=True)
class ChannelMaps:
    """What channel attention computes on its way."""

    average: Tensor  # (B, C) average pool of F
    maximum: Tensor  # (B, C) maximum pool of F
    average_path: Tensor  # (B, C) MLP(average)
    maximum_path: Tensor  # (B, C) MLP(maximum)
    gate: Tensor  # (B, C, 1, 1) M_c, in (0, 1)


@dataclass(frozen=True, slots=True)
class SpatialMaps:
    """What spatial attention computes on its way."""

    mean: Tensor  # (B, 1, H, W) mean of F' over its channels
    maximum: Tensor  # (B, 1, H, W) maximum of F' over its channels
    gate: Tensor  # (B, 1, H, W) M_s, in (0, 1)
    weight: Tensor  # (B, 1, H, W) M_s^p, by which places are multiplied; with p = 1 M_s itself


class ChannelAttention(nn.Module):
    """Which channels matter: equation 5.

    Args:
        channels: C, the channels of the feature map.
        reduction: how many times narrower the shared MLP is in its middle.
    """

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        self.narrow = nn.Linear(channels, channels // reduction)
        self.widen = nn.Linear(channels // reduction, channels)
        self.dropped = 0.0  # share of the middle that is left out, in training mode

    def mlp(self, pooled: Tensor) -> Tensor:
        """Mix the channels of one pooled vector, (B, C); both paths share the weights."""
        middle = self.narrow(dropout(pooled, self.dropped / 2, self.training)).relu()
        widened: Tensor = self.widen(dropout(middle, self.dropped, self.training))
        return widened

    def forward(self, features: Tensor) -> ChannelMaps:
        """Gate the channels of ``features``, (B, C, H, W)."""
        average = features.mean(dim=(2, 3))  # (B, C)
        maximum = features.amax(dim=(2, 3))  # (B, C)
        average_path = self.mlp(average)  # (B, C)
        maximum_path = self.mlp(maximum)  # (B, C)
        gate = (average_path + maximum_path).sigmoid()[:, :, None, None]  # (B, C, 1, 1)   eq. 5
        return ChannelMaps(average, maximum, average_path, maximum_path, gate)

    def start(self) -> None:
        """Begin with a gate of σ(0) = 1/2 everywhere, behind a random first layer."""
        self.narrow.reset_parameters()
        _zero(self.widen)


class SpatialAttention(nn.Module):
    """Which places matter: equation 6.

    Args:
        kernel_size: side of the convolution's window, odd; the paper's is 7.
    """

    def __init__(self, kernel_size: int = 7) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, 1, kernel_size, padding=kernel_size // 2)
        self.exponent = 1.0  # p

    def forward(self, features: Tensor) -> SpatialMaps:
        """Gate the places of ``features``, (B, C, H, W)."""
        mean = features.mean(dim=1, keepdim=True)  # (B, 1, H, W)
        maximum = features.amax(dim=1, keepdim=True)  # (B, 1, H, W)
        gate = self.conv(torch.cat([mean, maximum], dim=1)).sigmoid()  # (B, 1, H, W)   eq. 6
        return SpatialMaps(mean, maximum, gate, gate**self.exponent)

    def start(self) -> None:
        """Begin with a gate of σ(0) = 1/2 everywhere."""
        _zero(self.conv)

    @torch.no_grad()
    def look(self, sharpness: float, level: float) -> None:
        """Begin with σ(sharpness · (mean - level)): high where many channels see something.

        Of the convolution's window only the middle of the mean's half is used.
        """
        _zero(self.conv)
        middle = self.conv.kernel_size[0] // 2
        self.conv.weight[0, 0, middle, middle] = sharpness
        self.conv.bias.fill_(-sharpness * level)  # type: ignore[union-attr]


class CBAM(AttentionLayer):
    """Channel attention followed by spatial attention: equations 3 and 4.

    Args:
        channels: C, the channels of the feature map.
        reduction: of the channel attention's MLP.
        kernel_size: of the spatial attention's convolution.
    """

    parts = ("channel", "spatial")

    def __init__(self, channels: int, *, reduction: int = 16, kernel_size: int = 7) -> None:
        super().__init__(channels, reduction=reduction, kernel_size=kernel_size)
        self.channel = ChannelAttention(channels, reduction)
        self.spatial = SpatialAttention(kernel_size)

    def forward(self, features: Tensor, *, attention: AttentionMode = "both") -> AttentionMaps:
        """Refine a feature map F, (B, C, H, W), with the parts that ``attention`` names."""
        channel = self.channel(features) if attention in ("channel", "both") else None
        refined = features if channel is None else channel.gate * features  # (B, C, H, W)   eq. 3
        spatial = self.spatial(refined) if attention in ("spatial", "both") else None
        refined = refined if spatial is None else spatial.weight * refined  # (B, C, H, W)   eq. 4
        return AttentionMaps(channel, spatial, refined)

    def start(self) -> None:
        """Begin with both gates at 1/2 everywhere: they change no direction."""
        self.channel.start()
        self.spatial.start()

    def look(self, sharpness: float, level: float) -> None:
        """Begin with the spatial gate as a soft threshold of the mean of F over its channels."""
        self.spatial.look(sharpness, level)

    def soften(self, exponent: float) -> None:
        """Multiply places by this power of the spatial gate."""
        self.spatial.exponent = exponent

    def drop(self, share: float) -> None:
        """Leave out this share of the MLP's middle, and half as much of its input."""
        self.channel.dropped = share

    def spatial_parameters(self) -> Iterable[nn.Parameter]:
        """Return the convolution's window and its bias."""
        return self.spatial.parameters()


def as_cbam(layer: AttentionLayer) -> CBAM:
    """Return a layer that is CBAM, for those who explain or measure CBAM alone.

    Raises:
        SettingError: it is another one.
    """
    if not isinstance(layer, CBAM):
        raise SettingError(
            tr(
                "The attention layer is {name}, and this is about CBAM alone; choose "
                "a checkpoint with cbam.",
                name=type(layer).__name__,
            )
        )
    return layer


@torch.no_grad()
def _zero(layer: nn.Linear | nn.Conv2d) -> None:
    for parameter in layer.parameters():
        parameter.zero_()
