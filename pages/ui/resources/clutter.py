"""A query with clutter around it, after the network: made once for a size and a painting."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from core.evaluation.clutter import box_of, paint_surroundings, put_into
from core.files import file_digest
from core.language import tr
from core.model.attention import AttentionMode
from core.model.preprocess import preprocess
from pages.ui.resources.cache import MB, Cache
from pages.ui.resources.model import embedder, small_picture

N_PAINTINGS = 4
MODES: tuple[AttentionMode, ...] = ("off", "both")


@dataclass(frozen=True, slots=True, eq=False)
class Crowded:
    """A picture in a painting, and what the network makes of it."""

    pixels: NDArray[np.uint8]  # (H, W, 3)
    mask: NDArray[np.bool_]  # (H, W), where the picture is
    embeddings: dict[AttentionMode, NDArray[np.float32]]  # (D,) in each of MODES
    gate: NDArray[np.float32] | None  # M_s with both gates, where the attention layer has one


_crowded: Cache[Crowded] = Cache(48 * MB)  # each 0.5 MB


@st.cache_resource(show_spinner=False)
def _paintings() -> list[Image.Image]:
    return paint_surroundings(N_PAINTINGS, seed=0)


def crowded(data: bytes, side: float, painting: int, *, max_side: int) -> Crowded:
    """Put ``small_picture`` into a painting and embed it, or return what that gave before.

    Args:
        data: the picture's file.
        side: of the picture beside that of the whole, above 0 to 1.
        painting: number of the painting, from 0; it says where in it the picture lies, too.
        max_side: pixels of the whole's longer side.

    Raises:
        ImageError: the bytes are not an image.
    """

    def make() -> Crowded:
        picture = Image.fromarray(small_picture(data, max_side=max_side))
        across, down = np.random.default_rng(painting).random(2)
        with st.spinner(tr("Painting …")):
            around = _paintings()[painting]
        pixels = np.array(put_into(picture, around, side, (across, down)))
        left, top, right, bottom = box_of(picture.size, side, (across, down))
        mask = np.zeros(pixels.shape[:2], bool)
        mask[top:bottom, left:right] = True
        model = embedder()
        forward = model.trace(preprocess(pixels, model.preprocess), attention="both")
        passes = {mode: model.switched(forward, mode) for mode in MODES}
        spatial = forward.maps.spatial
        return Crowded(
            pixels=pixels,
            mask=mask,
            embeddings={mode: it.embedding[0].numpy() for mode, it in passes.items()},
            gate=spatial.gate[0, 0].numpy() if spatial else None,
        )

    key = (file_digest(data), side, painting, max_side, embedder().digest)
    return _crowded.get(key, make)


def forget_crowded(digests: Collection[str]) -> None:
    """Let go of all that was made of these images."""
    _crowded.drop(digests)
