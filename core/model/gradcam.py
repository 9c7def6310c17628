"""Grad-CAM: which places of a picture make its embedding similar to another one.

R. R. Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based
Localization", ICCV 2017, with the score of a class replaced by a cosine similarity s:

    w_c   = mean over the places (y, x) of ds / dF_c(y, x)
    map   = ReLU( sum over c of w_c F_c )

A gate of attention says what the network weighs before it knows what it is compared with; this map
says what one comparison rested on.

Without attention the pooled map has its length removed, so the sum before the ReLU adds up to 0
over the places: the map shows where F speaks for the similarity more than its average place.

Only what comes after F is differentiated, and nothing is stored on the network: threads may
share it.
"""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import cosine_similarity

from .attention import AttentionMode
from .network import ForwardPass, RetrievalNetwork


def grad_cam(
    network: RetrievalNetwork,
    feature_map: Tensor,
    target: Tensor,
    *,
    earlier: Tensor | None = None,
    attention: AttentionMode = "both",
) -> NDArray[np.float32]:
    """Show what makes images similar to target embeddings, in this network.

    Args:
        network: whose attention and fc are differentiated.
        feature_map: F of the images, (B, 2048, H, W); may come from inference mode.
        target: (B, D) one embedding for each image.
        earlier: the map of the stage before, in a network with detail; it is held still.
        attention: the parts of attention that are on.

    Returns:
        (B, H, W) in [0, 1], each with maximum 1; one without any positive place is all 0.
    """

    def embed(features: Tensor) -> Tensor:
        held = None if earlier is None else earlier.clone()  # it may come from inference mode
        return network.head(features, held, attention=attention).embedding

    return similarity_map(embed, feature_map, target)


def explain_similarity(
    network: RetrievalNetwork,
    forward: ForwardPass,
    other: NDArray[np.float32],
    *,
    attention: AttentionMode = "both",
) -> NDArray[np.float32]:
    """Show what makes one image similar to another one: (H, W), as ``grad_cam``.

    The other way round is another map: it is of the other image, and says what in *it* counts.

    Args:
        network: that the image went through.
        forward: its pass; B is 1.
        other: (D,) the other image's embedding.
        attention: the parts of attention that were on.
    """
    target = torch.tensor(other)[None]  # (1, D) a copy: stored embeddings are read-only
    explained: NDArray[np.float32] = grad_cam(
        network, forward.feature_map, target, earlier=forward.earlier, attention=attention
    )[0]
    return explained


def similarity_map(
    embed: Callable[[Tensor], Tensor], feature_map: Tensor, target: Tensor
) -> NDArray[np.float32]:
    """Do the same for whatever turns feature maps into embeddings, each image by itself.

    Args:
        embed: (B, C, H, W) to (B, D) of any length but 0, differentiable.
        feature_map: F, (B, C, H, W).
        target: (B, D) of any length but 0.

    Returns:
        (B, H, W), as ``grad_cam``.
    """
    with torch.inference_mode(False), torch.enable_grad():
        features = feature_map.clone().requires_grad_(True)  # a clone: F may be shared
        similarity = cosine_similarity(embed(features), target.clone(), dim=1)  # (B,)
        (gradient,) = torch.autograd.grad(similarity.sum(), features)  # (B, C, H, W)
    weights = gradient.mean(dim=(2, 3), keepdim=True)  # (B, C, 1, 1)
    maps = (weights * features.detach()).sum(dim=1).relu()  # (B, H, W)
    highest = maps.amax(dim=(1, 2), keepdim=True)  # (B, 1, 1)
    scaled: NDArray[np.float32] = torch.where(highest > 0, maps / highest, 0).numpy()
    return scaled
