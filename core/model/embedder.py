"""A checkpoint made fast for use: files in, embeddings out.

Three things make it faster than the plain network, and none changes what it computes beyond
rounding: batch norm is folded into the convolution before it, tensors are laid out with the
channels last, and bfloat16 is used where the processor has instructions for it.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import normalize
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ..errors import SettingError
from ..images import DecodedImage, decode
from ..language import tr
from .attention import ATTENTION_MODES, AttentionMode
from .checkpoint import Checkpoint, load_checkpoint
from .network import ForwardPass, Learns, RetrievalNetwork
from .preprocess import CELL, PreprocessConfig, preprocess

# Pixels that are decoded for each of the network's input: with fewer, the embedding of a large
# photograph would depend on how it was made smaller.
SPARE = 2


class Embedder:
    """Turns image files into embeddings with one checkpoint; safe to share between threads.

    Attributes:
        digest: of the checkpoint with its preprocessing; equal digests mean embeddings that
            are equal up to the rounding of the processor's number format (cosine >= 0.999).
        modes: the attention modes in the order of ``embed``'s second axis.
        dim: D.
    """

    modes: tuple[AttentionMode, ...] = ATTENTION_MODES

    def __init__(
        self,
        checkpoint: Checkpoint | None = None,
        *,
        decode: Callable[..., DecodedImage] = decode,
    ) -> None:
        """Make a checkpoint fast.

        Args:
            checkpoint: by default the one that ships.
            decode: what decodes files; a ``DecoderPool`` has one for those of strangers.
        """
        self.decode = decode
        checkpoint = checkpoint or load_checkpoint()
        self.checkpoint = checkpoint
        self.digest = checkpoint.digest
        self.dim = checkpoint.network.config.dim
        self.number_format = torch.bfloat16 if has_bfloat16() else torch.float32
        self._network = faster(checkpoint.network)

    @property
    def preprocess(self) -> PreprocessConfig:
        """How images are prepared for this checkpoint."""
        return self.checkpoint.preprocess

    def prepare(self, data: bytes, *, input_size: int | None = None) -> Tensor:
        """Decode and preprocess one file: (3, S, S) float32.

        Args:
            data: the file.
            input_size: S, by default the checkpoint's.

        Raises:
            ImageError: the bytes are not an image that can be read.
        """
        config = replace(self.preprocess, input_size=input_size or self.preprocess.input_size)
        return preprocess(self.decode(data, side=SPARE * config.input_size).pixels, config)

    @torch.inference_mode()
    def embed(self, batch: Sequence[Tensor]) -> NDArray[np.float32]:
        """Embed prepared images once per attention mode: (B, 4, D), unit length."""
        return self._network.every_mode(*self.stages(batch)).numpy()

    @torch.inference_mode()
    def trace(self, image: Tensor, *, attention: AttentionMode = "both") -> ForwardPass:
        """Embed one prepared image, (3, S, S), and keep every value on the way; B is 1."""
        return self._network.head(*self.stages([image]), attention=attention)

    @torch.inference_mode()
    def switched(self, forward: ForwardPass, attention: AttentionMode) -> ForwardPass:
        """Take a pass again from its feature map on, with other gates."""
        return self._network.head(forward.feature_map, forward.earlier, attention=attention)

    @torch.inference_mode()
    def look(self, files: Sequence[bytes], *, input_size: int | None = None) -> NDArray[np.float32]:
        """M_s of B files, without and with the channel gate before it: (B, 2, H, W).

        Args:
            files: the images.
            input_size: px of both sides, by default the checkpoint's. The network is made of
                convolutions up to here, so a larger input gives a map of more places.

        Raises:
            ImageError: a file is not an image that can be read.
            SettingError: the attention layer has no spatial part.
        """
        stages = self.stages([self.prepare(file, input_size=input_size) for file in files])
        modes: tuple[AttentionMode, ...] = ("spatial", "both")
        parts = [self._network.head(*stages, attention=mode).maps.spatial for mode in modes]
        if any(part is None for part in parts):
            raise SettingError(
                tr("This checkpoint's attention layer has no spatial gate to look at.")
            )
        return torch.cat([part.gate for part in parts if part], dim=1).numpy()

    @property
    def grid(self) -> tuple[int, int]:
        """How many rows and columns of places a feature map has."""
        side = self.preprocess.input_size // CELL
        return side, side

    @property
    def place_dim(self) -> int:
        """Numbers of a place's embedding: D, in a network with detail without those of the detail.

        The detail is of the stage before, which has other places.
        """
        config = self._network.config
        return config.dim - config.detail

    @torch.inference_mode()
    def embed_places(
        self, batch: Sequence[Tensor]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Embed every place of B prepared images, as if the pooling saw nothing else of them.

        Returns:
            embeddings (B, H · W, ``place_dim``) of unit length, row by row of the grid; and how
            much each place counts in its image, (B, H · W): M_s, or where the attention layer has
            no spatial gate the length of F'' there.
        """
        maps = self._network.attention_layer(self.feature_maps(batch))
        places = maps.refined.flatten(2).mT  # (B, H · W, 2048)
        spatial = maps.spatial
        weights = places.norm(dim=-1) if spatial is None else spatial.gate.flatten(1)
        return self._network.project(normalize(places, dim=-1)).numpy(), weights.numpy()

    @torch.inference_mode()
    def embed_region(
        self, forward: ForwardPass, rows: slice, columns: slice
    ) -> NDArray[np.float32]:
        """Embed a box of places of one image: F'' is pooled over these alone, (``place_dim``,).

        In a network without detail, over all places, this is the image's own embedding. In one with
        detail it is that without the detail, at unit length, as ``embed_places`` has it.
        """
        region = forward.maps.refined[0, :, rows, columns]  # (2048, h, w)
        pooled = normalize(region.mean(dim=(1, 2)), dim=0)
        embedding: NDArray[np.float32] = self._network.project(pooled).numpy()
        return embedding

    @torch.inference_mode()
    def trace_batch(
        self, images: Sequence[Tensor], modes: Sequence[AttentionMode]
    ) -> list[ForwardPass]:
        """Embed B prepared images, each (3, S, S) and with its own mode, as ``trace`` does one."""
        maps, earlier = self.stages(images)
        return [
            self._network.head(
                maps[i : i + 1].clone(),
                None if earlier is None else earlier[i : i + 1].clone(),
                attention=mode,
            )
            for i, mode in enumerate(modes)
        ]

    @torch.inference_mode()
    def stages(self, batch: Sequence[Tensor]) -> tuple[Tensor, Tensor | None]:
        """What the network's head goes on from: F of prepared images, each (3, S, S), float32.

        In a network with detail the map of the stage before F comes with it, else None.
        """
        if not self._network.config.detail:
            return self.feature_maps(batch), None
        earlier = self.frozen_maps(batch, "last stage")
        _, late = self._network.split_backbone("last stage")
        with self._autocast():
            maps: Tensor = late(channels_last(earlier))
        return maps.float(), earlier

    @torch.inference_mode()
    def feature_maps(self, batch: Sequence[Tensor]) -> Tensor:
        """F of prepared images, each (3, S, S): (B, 2048, H, W) float32.

        This is nearly all of the time that an embedding takes.
        """
        return self.frozen_maps(batch, "head")

    @torch.inference_mode()
    def frozen_maps(self, batch: Sequence[Tensor], learns: Learns) -> Tensor:
        """What the stages that don't learn make of prepared images, each (3, S, S).

        Returns:
            F, (B, 2048, H, W), where only the head learns; else the input of the last stage,
            (B, 1024, 2H, 2W). Always float32.
        """
        frozen, _ = self._network.split_backbone(learns)
        with self._autocast():
            maps: Tensor = frozen(channels_last(torch.stack(list(batch))))
        return maps.float()

    def _autocast(self) -> torch.autocast:
        return torch.autocast(
            "cpu", dtype=torch.bfloat16, enabled=self.number_format == torch.bfloat16
        )


def has_bfloat16() -> bool:
    """Tell whether this processor multiplies bfloat16 matrices in hardware.

    Without the instructions, bfloat16 is emulated and several times slower than float32.
    """
    has = torch.cpu.get_capabilities()
    return bool(has.get("avx512_bf16") or has.get("amx_bf16"))


def channels_last(images: Tensor) -> Tensor:
    """Lay (B, C, H, W) out with the channels of a pixel side by side."""
    return images.contiguous(memory_format=torch.channels_last)


def faster(network: RetrievalNetwork) -> RetrievalNetwork:
    """Return a copy for inference: batch norm folded in, channels last, no gradients."""
    fused = deepcopy(network).eval().requires_grad_(False)
    for module in list(fused.backbone.modules()):
        fold_batch_norm(module)
    fused.backbone.to(memory_format=torch.channels_last)
    return fused


def fold_batch_norm(module: nn.Module) -> None:
    """Fold each batch norm that follows a convolution in ``module`` into that convolution.

    torchvision names or places the two one after the other: conv1, bn1, conv2, bn2, ….
    """
    children = list(module.named_children())
    norms = [name for name, child in children if isinstance(child, nn.BatchNorm2d)]
    convolutions = [name for name, child in children if isinstance(child, nn.Conv2d)]
    for convolution, norm in zip(convolutions, norms, strict=True):
        fused = fuse_conv_bn_eval(getattr(module, convolution), getattr(module, norm))
        setattr(module, convolution, fused)
        setattr(module, norm, nn.Identity())
