"""Weights on disk: safetensors with everything needed to use and to judge them.

A checkpoint is one file. Its header says how the network is built, how images must be
prepared, how it was trained and under which licence; loading reads numbers and never runs
code, as unpickling would.

The first weights come from ImageNet: torchvision's download, or a safetensors file with
torchvision's key names (``init_network``).
"""

import hashlib
import json
import os
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from pickle import UnpicklingError
from typing import Any
from urllib.error import URLError

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor

from .. import files
from ..errors import COMMAND, CheckpointError, SettingError
from ..language import tr
from ..locations import ASSETS
from .network import NetworkConfig, RetrievalNetwork
from .preprocess import PreprocessConfig

FORMAT = "hashlight-checkpoint-1"
DEFAULT = ASSETS / "weights" / "hashlight-resnet50-cbam.safetensors"
# torchvision's ResNet50_Weights.IMAGENET1K_V2; importing it for this line takes seconds.
IMAGENET_URL = "https://download.pytorch.org/models/resnet50-11ad3fa6.pth"
LICENCE = (
    "MIT. The ResNet50 weights derive from Keras Applications' ImageNet weights (MIT, "
    "Copyright (c) 2016 - 2018, the respective contributors); CBAM and fc are trained by this "
    "project."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Provenance:
    """What a reader must know to trust a checkpoint, and to make it again."""

    licence: str = LICENCE
    training: dict[str, Any] = field(default_factory=dict)  # command, seed, data, date, figures

    @property
    def galleries(self) -> list[dict[str, str]]:
        """What the network was trained on: ``key`` and ``digest`` of each gallery."""
        if "galleries" in self.training:
            return list(self.training["galleries"])
        if "gallery" not in self.training:
            return []
        digest = self.training.get("gallery_digest", "")  # of a checkpoint from one gallery alone
        return [{"key": self.training["gallery"], "digest": digest}]

    def was_trained_on(self, key: str, digest: str) -> bool:
        """Whether a gallery is one of those: the same images, or the same one by its key."""
        return any(digest == it["digest"] or key == it["key"] for it in self.galleries)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A network ready for evaluation, and all that its file says of it."""

    network: RetrievalNetwork
    preprocess: PreprocessConfig
    provenance: Provenance
    digest: str  # SHA-256 of the file, 64 hex digits: weights and preprocessing in one


def half_where_it_costs_nothing(name: str, tensor: Tensor) -> Tensor:
    """Store convolutions of the backbone as float16 and all the rest as float32.

    The ImageNet weights come in float16; batch norm's variances would lose range in it, and
    attention and fc are small.
    """
    is_convolution = name.startswith("backbone.") and tensor.ndim == 4
    return tensor.half() if is_convolution else tensor.float()


def save_checkpoint(
    path: Path, network: RetrievalNetwork, preprocess: PreprocessConfig, provenance: Provenance
) -> None:
    """Write a checkpoint; an old file of that name is replaced only by a whole new one.

    Raises:
        StoreError: the folder can't be written or is full.
    """
    tensors = {
        name: half_where_it_costs_nothing(name, tensor).cpu().contiguous()
        for name, tensor in network.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }
    header = {
        "format": FORMAT,
        "network": json.dumps(network.config.describe()),
        "preprocess": json.dumps(preprocess.describe()),
        "training": json.dumps(provenance.training),
        "licence": provenance.licence,
    }
    files.write(path, save(tensors, metadata=header))


def load_checkpoint(path: Path = DEFAULT) -> Checkpoint:
    """Read a checkpoint and build its network, in evaluation mode and float32.

    Raises:
        CheckpointError: no such file, not a checkpoint of ours, or weights that don't fit.
    """
    header = read_header(path)
    if header.get("format") != FORMAT:
        raise CheckpointError(
            tr(
                "{path} is a safetensors file without Hashlight's header; train from it with "
                "`{command} train --init {path}`, or choose a checkpoint that train wrote.",
                path=path,
                command=COMMAND,
            )
        )
    try:
        config = NetworkConfig(**json.loads(header["network"]))
        preprocess = PreprocessConfig(**json.loads(header["preprocess"]))
        training = json.loads(header["training"])
        with torch.device("meta"):  # shapes only: drawing random weights takes half of the time
            network = RetrievalNetwork(config)
    except (KeyError, TypeError, ValueError, SettingError) as error:
        raise CheckpointError(
            tr(
                "The header of {path} is damaged ({error}); get the file again.",
                path=path,
                error=error,
            )
        ) from error
    fill(network, load_file(path), path)
    return Checkpoint(
        network=network.eval(),
        preprocess=preprocess,
        provenance=Provenance(licence=header.get("licence", ""), training=training),
        digest=files.file_digest(path),
    )


def read_header(path: Path) -> dict[str, str]:
    """Return the metadata of a safetensors file.

    Raises:
        CheckpointError: no such file, or not a safetensors file.
    """
    if not os.path.isfile(path):  # Path.is_file raises where a name is too long
        raise CheckpointError(
            tr(
                "There are no weights at {path}; check the path, or train some with `{command} "
                "train`.",
                path=path,
                command=COMMAND,
            )
        )
    try:
        with safe_open(path, framework="pt") as file:
            return file.metadata() or {}
    except (SafetensorError, OSError, UnicodeDecodeError) as error:
        raise CheckpointError(
            tr(
                "{path} is not a whole safetensors file ({error}); get it again. "
                "Pickled .pt and .pth files are never opened.",
                path=path,
                error=error,
            )
        ) from error


def fill(network: torch.nn.Module, tensors: dict[str, Tensor], path: Path) -> None:
    """Copy tensors into a network whose every parameter they must name, in its shape.

    Raises:
        CheckpointError: a tensor is missing, left over or of another shape.
    """
    tensors = {name: tensor.float() for name, tensor in tensors.items()}
    own = network.state_dict()
    counters = {name for name in own if name.endswith("num_batches_tracked")}
    wrong = set(own) - counters ^ set(tensors) - counters
    wrong |= {name for name in tensors if name in own and tensors[name].shape != own[name].shape}
    if wrong:
        example = min(wrong)
        raise CheckpointError(
            tr(
                "{path} doesn't fit the network: {n_wrong} tensors are missing, left over or of "
                "another shape, such as {example}; use weights of a ResNet50.",
                path=path,
                n_wrong=len(wrong),
                example=example,
            )
        )
    unused = {name: torch.zeros((), dtype=torch.long) for name in counters}
    network.load_state_dict(tensors | unused, assign=True)


def init_network(source: str, config: NetworkConfig) -> RetrievalNetwork:
    """Build a network on ImageNet weights; attention and fc are at their random start.

    Args:
        source: ``torchvision`` to download its weights (they are v1.5), or the path of a
            safetensors file with torchvision's ``resnet50`` key names.
        config: the architecture; its strides must be those of the weights.

    Raises:
        CheckpointError: the weights can't be had or don't fit.
        SettingError: v1 strides with torchvision's v1.5 weights.
    """
    network = RetrievalNetwork(config)
    if source == "torchvision":
        if config.strides != "v1.5":
            raise SettingError(tr("torchvision's weights have v1.5 strides; add --strides v1.5."))
        tensors = download_imagenet()
    else:
        path = Path(source)
        read_header(path)  # a clear sentence where it is no safetensors file
        tensors = load_file(path)
    classifier = {"fc.weight", "fc.bias"}
    fill(
        network.backbone,
        {name: tensor for name, tensor in tensors.items() if name not in classifier},
        Path(source),
    )
    return network.eval()


def download_imagenet(url: str = IMAGENET_URL) -> dict[str, Tensor]:
    """Download torchvision's ImageNet weights into torch's own cache, checked by its digest.

    torchvision publishes a pickled file; ``weights_only`` restricts it to tensors.

    Raises:
        CheckpointError: no network, or not the file that was expected.
    """
    try:
        return torch.hub.load_state_dict_from_url(
            url, map_location="cpu", progress=True, check_hash=True, weights_only=True
        )
    except (UnpicklingError, EOFError) as error:
        raise CheckpointError(
            tr(
                "What came from {url} is no file of weights; remove it from "
                "{folder}/checkpoints and try again, or give a file with --init.",
                url=url,
                folder=torch.hub.get_dir(),
            )
        ) from error
    except (URLError, OSError, HTTPException, RuntimeError) as error:
        raise CheckpointError(
            tr(
                "torchvision's weights could not be downloaded from {url} ({error}); go online, or "
                "give a file with --init.",
                url=url,
                error=error,
            )
        ) from error


def weights_digest(network: torch.nn.Module) -> str:
    """SHA-256 of all weights in a network or a part of one, 64 hex digits."""
    total = hashlib.sha256()
    for name, tensor in sorted(network.state_dict().items()):
        total.update(name.encode())
        total.update(tensor.contiguous().numpy().tobytes())
    return total.hexdigest()
