"""Every attention layer by its name, which checkpoints carry."""

from .attention import AttentionLayer
from .cbam import CBAM

ATTENTION_LAYERS: dict[str, type[AttentionLayer]] = {
    "cbam": CBAM,
}
