"""Low-level detail: an earlier stage beside the last one (the paper's future work, its section 5).

    layer3 (B, 1024, 2H, 2W) -> the spatial gate M_s of the last stage -> average pool -> (B, 1024)
          -> unit length -> fc -> unit length, times a weight -> beside the last stage's embedding

The last stage knows what a thing is. The one before it still has how it looks: texture, colour,
small parts, at four times as many places. Both are gated alike, so both speak of the same thing.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, normalize

EARLIER = 1024  # channels of ResNet50's last stage but one, which has 2H × 2W places


class Detail(nn.Module):
    """What a network with detail has besides its other layers.

    Args:
        dim: how many numbers of the embedding it makes.
        weight: their length beside that of the last stage's numbers.
    """

    def __init__(self, dim: int, weight: float) -> None:
        super().__init__()
        self.fc = nn.Linear(EARLIER, dim)
        self.weight = weight

    def join(self, embedding: Tensor, pooled: Tensor) -> Tensor:
        """Put the detail behind the last stage's embedding, both of unit length: (B, D)."""
        detail = self.weight * normalize(self.fc(pooled))
        return normalize(torch.cat([embedding, detail], dim=1))


def pool_earlier(earlier: Tensor, gate: Tensor | None) -> Tensor:
    """Average the earlier map over its places, each weighed by the gate: (B, 1024), unit length.

    Args:
        earlier: (B, 1024, 2H, 2W).
        gate: M_s, (B, 1, H, W); each of its places covers 2 × 2 of the map. None weighs all alike.
    """
    coarse = avg_pool2d(earlier, 2)  # (B, 1024, H, W): the same sums, at a quarter of the cost
    gated = coarse if gate is None else gate * coarse
    return normalize(gated.mean(dim=(2, 3)))
