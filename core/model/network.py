"""The feature extractor: ResNet50, attention after the last stage, a fully connected layer.

That is Figure 2; the paper's attention layer is CBAM:

    image (3, 192, 192) -> ResNet50 -> F (2048, 6, 6) -> CBAM -> F'' (2048, 6, 6)
          -> average pool -> (2048,) -> unit length -> fc -> (D,) -> unit length

Two departures from section 3.2, each with its reason:

* The paper flattens F'' before the fc layer. At 192 × 192 that layer alone would hold
  73,728 × D weights, three quarters of the whole network, and would tie what is seen to where
  it is seen. We pool F'' over its places, which is where the spatial gate acts as a weight.
* The pooled vector gets unit length before the fc layer. Then a gate that merely scales all
  of F changes nothing, and the embeddings with attention on and off stay comparable.

A network may have low-level detail too: some of its D numbers are then of the stage before the last
(``detail``).
"""

from dataclasses import asdict, dataclass
from typing import Literal, cast, get_args

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from ..errors import SettingError
from ..language import tr
from .attention import ATTENTION_MODES, AttentionLayer, AttentionMaps, AttentionMode
from .detail import Detail, pool_earlier
from .registry import ATTENTION_LAYERS
from .resnet import Strides, residual_stages

Learns = Literal["head", "last stage"]  # the head alone, or with the backbone's last stage
CHANNELS = 2048  # of ResNet50's last stage
MOST_EXPONENT = 4  # of the spatial gate: beyond, one place has all the weight


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkConfig:
    """The architecture; part of every checkpoint.

    Raises:
        SettingError: an embedding size, strides or an attention layer that can't be built.
    """

    dim: int = 256  # D
    strides: Strides = "v1"
    attention_layer: str = "cbam"  # a name in ``ATTENTION_LAYERS``
    reduction: int = 16  # of the layer's MLP
    kernel_size: int = 7  # of its convolution
    spatial_exponent: float = 1.0  # the power of M_s by which places are multiplied
    detail: int = 0  # of the D numbers, those of the stage before the last; 0 has no such layer
    detail_weight: float = 0.5  # their length beside that of the others

    def __post_init__(self) -> None:
        if not 2 <= self.dim <= CHANNELS:
            raise SettingError(
                tr(
                    "The embedding size is {dim}; choose 2 to {most}.",
                    dim=self.dim,
                    most=CHANNELS,
                )
            )
        if self.strides not in get_args(Strides):
            raise SettingError(
                tr("The strides are {strides!r}; choose v1 or v1.5.", strides=self.strides)
            )
        if self.attention_layer not in ATTENTION_LAYERS:
            raise SettingError(
                tr(
                    "The attention layer is {attention_layer!r}; choose one of {attention_layers}.",
                    attention_layer=self.attention_layer,
                    attention_layers=", ".join(ATTENTION_LAYERS),
                )
            )
        if not 1 <= self.reduction <= CHANNELS:
            raise SettingError(
                tr(
                    "The reduction is {reduction}; choose 1 to {most}.",
                    reduction=self.reduction,
                    most=CHANNELS,
                )
            )
        if self.kernel_size % 2 == 0 or not 1 <= self.kernel_size <= 11:
            raise SettingError(
                tr(
                    "The kernel size is {kernel_size}; choose an odd one to 11.",
                    kernel_size=self.kernel_size,
                )
            )
        if not 0 < self.spatial_exponent <= MOST_EXPONENT:
            raise SettingError(
                tr(
                    "The spatial exponent is {exponent}; choose a number above 0, up to {most}.",
                    exponent=self.spatial_exponent,
                    most=MOST_EXPONENT,
                )
            )
        if not 0 <= self.detail <= self.dim - 2:
            raise SettingError(
                tr(
                    "The detail is {detail}; choose 0 to {most}.",
                    detail=self.detail,
                    most=self.dim - 2,
                )
            )
        if not 0 <= self.detail_weight <= 10:
            raise SettingError(
                tr(
                    "The detail weight is {detail_weight}; choose 0 to 10.",
                    detail_weight=self.detail_weight,
                )
            )

    def describe(self) -> dict[str, int | float | str]:
        """Return the settings as plain values for metadata."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ForwardPass:
    """Every value of one pass, from feature map to embedding."""

    feature_map: Tensor  # (B, 2048, H, W) F
    maps: AttentionMaps  # M_c and M_s with what led to them, and F''
    pooled: Tensor  # (B, 2048) average pool of F'', unit length
    embedding: Tensor  # (B, D) unit length
    earlier: Tensor | None = None  # (B, 1024, 2H, 2W) of the stage before, in a network with detail
    pooled_earlier: Tensor | None = None  # (B, 1024) its gated average pool, unit length


class RetrievalNetwork(nn.Module):
    """ResNet50 + attention + fc: an image in, an embedding of unit length out.

    The attention layer's weights are named after it, so a checkpoint says whose they are.
    """

    def __init__(self, config: NetworkConfig | None = None) -> None:
        super().__init__()
        self.config = config or NetworkConfig()
        self.backbone = residual_stages(self.config.strides)
        layer = ATTENTION_LAYERS[self.config.attention_layer](
            CHANNELS, reduction=self.config.reduction, kernel_size=self.config.kernel_size
        )
        layer.soften(self.config.spatial_exponent)
        self.add_module(self.config.attention_layer, layer)
        self.fc = nn.Linear(CHANNELS, self.config.dim - self.config.detail)
        if self.config.detail:
            self.detail = Detail(self.config.detail, self.config.detail_weight)

    @property
    def attention_layer(self) -> AttentionLayer:
        """What stands between the feature map and the pooling."""
        return cast(AttentionLayer, self.get_submodule(self.config.attention_layer))

    def forward(self, images: Tensor, *, attention: AttentionMode = "both") -> ForwardPass:
        """Embed images, (B, 3, S, S), and return every value on the way."""
        return self.head(*self.stages(images), attention=attention)

    def stages(self, images: Tensor) -> tuple[Tensor, Tensor | None]:
        """Return F of images, and the map of the stage before it where the network uses that."""
        if not self.config.detail:
            return self.backbone(images), None
        before, last = self.split_backbone("last stage")
        earlier = before(images)  # (B, 1024, 2H, 2W)
        return last(earlier), earlier

    def split_backbone(self, learns: Learns) -> tuple[nn.Sequential, nn.Sequential]:
        """Return the stages that stay as they are in a training, and those that learn."""
        frozen = len(self.backbone) - (learns == "last stage")
        return self.backbone[:frozen], self.backbone[frozen:]

    def head(
        self,
        feature_map: Tensor,
        earlier: Tensor | None = None,
        *,
        attention: AttentionMode = "both",
    ) -> ForwardPass:
        """Go on from what ``stages`` returns: F, (B, 2048, H, W), and the map of the stage before.

        Raises:
            SettingError: the network has detail, and there is no such map.
        """
        maps = self.attention_layer(feature_map, attention=attention)
        pooled = normalize(maps.refined.mean(dim=(2, 3)))  # (B, 2048)
        embedding = self.project(pooled)  # (B, D), or as many as are not detail
        if not self.config.detail:
            return ForwardPass(feature_map, maps, pooled, embedding)
        if earlier is None:
            raise SettingError(
                tr("This network has detail, so F alone is not enough; use one whose detail is 0.")
            )
        gate = None if maps.spatial is None else maps.spatial.gate
        pooled_earlier = pool_earlier(earlier, gate)  # (B, 1024)
        joined = self.detail.join(embedding, pooled_earlier)  # (B, D)
        return ForwardPass(feature_map, maps, pooled, joined, earlier, pooled_earlier)

    def project(self, pooled: Tensor) -> Tensor:
        """Turn pooled vectors of unit length, (..., 2048), into embeddings, (..., D)."""
        return normalize(self.fc(pooled), dim=-1)

    def every_mode(self, feature_map: Tensor, earlier: Tensor | None = None) -> Tensor:
        """Embed what ``stages`` returns once for each attention mode: (B, 4, D).

        The backbone is nearly all of the cost, so the other three modes come for free; this
        is why the app can switch attention without reading the gallery again.
        """
        passes = (self.head(feature_map, earlier, attention=mode) for mode in ATTENTION_MODES)
        return torch.stack([it.embedding for it in passes], dim=1)
