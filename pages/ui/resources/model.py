"""The model, and what it makes of queries."""

import gc
import logging
import sys
from collections.abc import Collection
from dataclasses import replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from core.evaluation.robustness import Alteration, alter, embed_with
from core.files import file_digest
from core.images import DecodedImage
from core.model.attention import AttentionMode
from core.model.embedder import Embedder
from core.search import EmbeddedQuery, embed_query
from pages.ui import samples
from pages.ui.resources.cache import MB, Cache
from pages.ui.resources.decoding import decode

QUERY_SIDE = 1024  # pixels of a query image that are cached to be shown

_queries: Cache[EmbeddedQuery] = Cache(200 * MB)  # each at most 5 MB
_pictures: Cache[NDArray[np.uint8]] = Cache(32 * MB)
_altered: Cache[NDArray[np.float32]] = Cache(8 * MB)  # each 2 KB

_log = logging.getLogger(__name__)


@st.cache_resource(show_spinner="Loading the model …")
def embedder() -> Embedder:
    """Return the one model of this process; all sessions share it."""
    model = Embedder(decode=decode)
    # The first pass through a network is several times slower than all that follow. It is
    # nobody's query, so nobody's time is measured by it.
    embed_query(samples.read("china"), model)
    _answer_sooner()
    _log.warning("Loaded the model %s.", model.digest[:16])
    return model


def _answer_sooner() -> None:
    """Settle what Python does beside a page's script, once its large libraries are loaded."""
    # Streamlit looks for garbage after every run, and no other thread runs meanwhile: 0.2 s,
    # nearly all of it for objects of PyTorch's, which stay for good. Frozen ones are passed over.
    gc.collect()
    gc.freeze()
    # What a script has drawn is sent by another thread. By default that waits 5 ms for its turn,
    # with every message anew, and a page is a hundred messages.
    sys.setswitchinterval(0.001)


def embedded_query(data: bytes, attention: AttentionMode) -> EmbeddedQuery:
    """Embed a query image, or return what the same bytes gave before.

    Raises:
        ImageError: the bytes are not an image that can be searched with.
    """

    def embed() -> EmbeddedQuery:
        query = embed_query(data, embedder(), attention=attention)
        return replace(query, image=_to_be_shown(query.image))

    return _queries.get((file_digest(data), attention, embedder().digest), embed)


def forget_queries(digests: Collection[str]) -> None:
    """Let go of all that was made of these images as queries."""
    for kept in (_queries, _pictures, _altered):
        kept.drop(digests)


def _to_be_shown(image: DecodedImage) -> DecodedImage:
    """Take only every n-th pixel of a large photograph: it is only looked at from here on."""
    step = max(1, max(image.pixels.shape[:2]) // QUERY_SIDE)
    return replace(image, pixels=np.ascontiguousarray(image.pixels[::step, ::step]))


def small_picture(data: bytes, *, max_side: int) -> NDArray[np.uint8]:
    """Decode an image, its longer side at most so many pixels: (H, W, 3) RGB, read-only.

    Raises:
        ImageError: the bytes are not an image.
    """

    def shrink() -> NDArray[np.uint8]:
        image = Image.fromarray(decode(data).pixels)
        image.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)  # a small one stays
        pixels = np.array(image)
        pixels.setflags(write=False)
        return pixels

    return _pictures.get((file_digest(data), max_side), shrink)


def altered_embedding(
    data: bytes, by: Alteration, attention: AttentionMode, *, max_side: int
) -> NDArray[np.float32]:
    """Embed ``small_picture`` after a change, or return what the same change gave before: (D,).

    Raises:
        ImageError: the bytes are not an image.
    """

    def embed() -> NDArray[np.float32]:
        pixels = alter(small_picture(data, max_side=max_side), by)
        embedding: NDArray[np.float32] = embed_with(embedder(), attention)([pixels])[0].copy()
        embedding.setflags(write=False)
        return embedding

    key = (file_digest(data), by, attention, max_side, embedder().digest)
    return _altered.get(key, embed)
