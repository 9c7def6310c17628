"""What every attention layer has in common: two kinds of gates, each of them on or off.

A layer takes the feature map F and returns F'' with the gates that made it and what led to
them. Which layer a network has is a setting with a name, as in timm; see ``registry``. To add
one, write its class in a file of its own (``cbam`` is an example), add a line to the registry
and train weights for it with ``python -m core train --attention-layer NAME``.

Every map is returned and none is kept on the module: one model serves many sessions at once.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol, get_args

from torch import Tensor, nn

Part = Literal["channel", "spatial"]  # which channels matter, which places matter
AttentionMode = Literal["off", "channel", "spatial", "both"]  # which parts of a layer are on
ATTENTION_MODES: tuple[AttentionMode, ...] = get_args(AttentionMode)


class PartMaps(Protocol):
    """What one part of a layer computes: its gate, and whatever else led to it."""

    @property
    def gate(self) -> Tensor:
        """M_c, (B, C, 1, 1), of the channel part; M_s, (B, 1, H, W), of the spatial part."""


@dataclass(frozen=True, slots=True)
class AttentionMaps:
    """One pass through a layer; a part that it lacks or that is switched off is None."""

    channel: PartMaps | None
    spatial: PartMaps | None
    refined: Tensor  # (B, C, H, W) F''


class AttentionLayer(nn.Module, ABC):
    """A layer between the feature map and the pooling.

    Args:
        channels: C, the channels of the feature map.
        reduction: how many times narrower the middle of an MLP is, in a layer that has one.
        kernel_size: side of a convolution's window, odd, in a layer that has one.

    Attributes:
        parts: what the layer has; a mode switches on those of them that it names.
    """

    parts: ClassVar[tuple[Part, ...]]

    @abstractmethod
    def __init__(self, channels: int, *, reduction: int, kernel_size: int) -> None:
        super().__init__()

    @abstractmethod
    def forward(self, features: Tensor, *, attention: AttentionMode = "both") -> AttentionMaps:
        """Refine a feature map F, (B, C, H, W), with the parts that ``attention`` names."""

    @abstractmethod
    def start(self) -> None:
        """Go to where training begins, whatever the parameters were before.

        Random numbers come from torch's generator. A layer that can begin without changing
        the direction of pooled features should do so: training then starts at embeddings as
        good as the ImageNet features.
        """

    def look(self, sharpness: float, level: float) -> None:
        """Begin with a spatial gate that already prefers some places; one without stays as it is.

        Args:
            sharpness: how fast the gate rises with what it sees; 0 is the same everywhere.
            level: of what it sees, where the gate is one half.
        """

    def soften(self, exponent: float) -> None:
        """Let the spatial gate act as a power of itself; a layer without one stays as it is.

        What a gate sees and how strongly it acts are two questions. One that tells a thing from
        what is around it sharply would take all weight from the rest of a beach or a mountain.

        Args:
            exponent: above 0; 1 is the paper's gate, less than 1 acts more softly.
        """

    def drop(self, share: float) -> None:
        """Leave out a share of what lies in a layer's middle, at random, in training mode.

        A layer that learns from few labels must not learn them by heart. One that has no middle
        stays as it is.
        """

    def spatial_parameters(self) -> Iterable[nn.Parameter]:
        """Return what makes the spatial gate: its start may be good, so it learns slowly."""
        return ()
