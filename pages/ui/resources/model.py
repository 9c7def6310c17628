"""The model, and what it makes of queries."""

import gc
import logging
import sys
import threading
from collections.abc import Collection
from contextlib import nullcontext
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image
from streamlit.delta_generator import DeltaGenerator

from core.evaluation.robustness import Alteration, alter, embed_with
from core.files import file_digest
from core.galleries import gates
from core.galleries.base import Gallery
from core.galleries.gates import StoredGates
from core.galleries.store import StoredGallery
from core.galleries.uploads import Original
from core.language import tr
from core.model.attention import ATTENTION_MODES, AttentionMode
from core.model.embedder import Embedder
from core.model.network import ForwardPass
from core.search import EmbeddedQuery, embed_query
from pages.ui import samples
from pages.ui.resources import benchmark
from pages.ui.resources.cache import MB, Cache
from pages.ui.resources.decoding import decode, forget_decoded
from pages.ui.resources.line import InLine, Line
from pages.ui.resources.shown import ShownImage
from pages.ui.resources.uploads import session

_queries: Cache[EmbeddedQuery] = Cache(32 * MB)  # each at most 1 MB
_passes: Cache[ForwardPass] = Cache(48 * MB)  # each 1 MB
_gates: Cache[StoredGates] = Cache(8 * MB)  # of galleries that ship
_jpegs: Cache[bytes] = Cache(16 * MB)  # each at most 100 KB
_pictures: Cache[NDArray[np.uint8]] = Cache(32 * MB)
_altered: Cache[NDArray[np.float32]] = Cache(8 * MB)  # each 2 KB

_TELL_FROM = 8  # pictures that are ahead; fewer are through in a moment

_log = logging.getLogger(__name__)
_is_loaded = threading.Event()


@dataclass(frozen=True, slots=True)
class _Model:
    embedder: Embedder
    line: Line
    seconds: dict[str, float]  # of the stages of one photograph, on this machine


@st.cache_resource(show_spinner=False)
def _model() -> _Model:
    """Load the one model of this process; all sessions share it."""
    embedder = Embedder(decode=decode)
    # The first pass through a network is several times slower than all that follow. It is
    # nobody's query, so nobody's time is measured by it.
    embed_query(samples.read("china"), embedder)
    seconds = embed_query(samples.read("china"), embedder).seconds
    _answer_sooner()
    benchmark.compiling()  # with the first page of a server, beside whatever comes next
    _log.warning("Loaded the model %s.", embedder.digest[:16])
    _is_loaded.set()
    return _Model(embedder, Line(embedder), seconds)


def _loaded() -> _Model:
    """Return the one model; while it is being loaded, say so."""
    with nullcontext() if _is_loaded.is_set() else st.spinner(tr("Loading the model …")):
        return _model()


def embedder() -> Embedder:
    """Return the one model of this process; all sessions share it."""
    return _loaded().embedder


def in_line() -> int:
    """How many pictures wait for the network."""
    return len(_loaded().line)


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
    return _queries.get(_key(data, attention), lambda: _embed(data, attention))


def forward_pass(data: bytes, attention: AttentionMode) -> ForwardPass:
    """Return every value on a query image's way through the network.

    Raises:
        ImageError: as ``embedded_query``.
    """

    def trace() -> ForwardPass:
        _embed(data, attention)
        forward = _passes.find(_key(data, attention))
        assert forward is not None  # it has just been put there, and one alone always fits
        return forward

    key = _key(data, attention)
    return _passes.find(key) or _switched(data, attention) or trace()


def _switched(data: bytes, attention: AttentionMode) -> ForwardPass | None:
    """Return the pass with other gates, where one of the image is known: F is the same."""
    known = (_passes.find(_key(data, mode)) for mode in ATTENTION_MODES)
    forward = next(filter(None, known), None)
    return forward and _passes.get(
        _key(data, attention), lambda: embedder().switched(forward, attention)
    )


def stored_query(
    gallery: Gallery, stored: StoredGallery, id: int, attention: AttentionMode
) -> EmbeddedQuery:
    """Return a gallery image as a query, as its gallery's store has it: no network is asked.

    Its times are those of another photograph, measured when the model was loaded. Where the
    network looked is computed once for galleries whose maps don't ship.

    Raises:
        ImageError: the file is not an image any more.
        GalleryError: it is gone.
    """

    def take() -> EmbeddedQuery:
        data = gallery.read(id)
        row = int(np.searchsorted(stored.ids, id))
        gate = _spatial_gate(gallery, id, data, attention)
        # Copies: as views they would keep, and count as, those of all images.
        return EmbeddedQuery(
            image=ShownImage.packed(decode(data)),
            attention=attention,
            embedding=stored.of(attention)[row].copy(),
            spatial_gate=None if gate is None else gate.copy(),
            seconds=_loaded().seconds,
            from_store=True,
        )

    key = (gallery.items[id].digest, attention, stored.embedder_digest, "stored")
    return _queries.get(key, take)


def _spatial_gate(
    gallery: Gallery, id: int, data: bytes, attention: AttentionMode
) -> NDArray[np.float32] | None:
    if attention not in gates.MODES:
        return None
    key = (gallery.digest, embedder().digest)
    shipped = _gates.find(key) or gates.load(gallery, embedder().digest)
    if shipped is None:
        return embedded_query(data, attention).spatial_gate
    _gates.put(key, shipped)
    return shipped.of(attention, id)


def query_jpeg(query: EmbeddedQuery) -> bytes:
    """Return the picture of what was embedded as a JPEG file."""
    return _jpegs.get(query.image.digest, lambda: _shown(query).jpeg)


def as_handed_over(query: EmbeddedQuery, original: Original) -> EmbeddedQuery:
    """Return what was made of a scaled photograph as that of the file that was handed over."""
    notes = (*original.notes, *query.image.notes)
    return replace(query, image=replace(_shown(query), digest=original.digest, notes=notes))


def _shown(query: EmbeddedQuery) -> ShownImage:
    assert isinstance(query.image, ShownImage)  # as every query that comes from here
    return query.image


def _key(data: bytes, attention: AttentionMode) -> tuple[str, AttentionMode, str]:
    return file_digest(data), attention, embedder().digest


def _embed(data: bytes, attention: AttentionMode) -> EmbeddedQuery:
    """Join the line at the network; keep the pass."""
    network = InLine(_loaded().line, session(), _Ahead())
    query = embed_query(data, network, attention=attention)
    assert query.forward is not None  # it was just made
    _passes.put(_key(data, attention), query.forward)
    return replace(
        query,
        image=ShownImage.packed(query.image),
        seconds=query.seconds | {"embed": network.seconds},
        forward=None,
    )


class _Ahead:
    """Says on the page how many pictures are ahead, where that is many."""

    def __init__(self) -> None:
        self._place: DeltaGenerator | None = None

    def __call__(self, n: int) -> None:
        if self._place is None and n < _TELL_FROM:
            return
        self._place = self._place or st.empty()
        if n:
            self._place.caption(
                tr(":material/hourglass_top: {n} pictures of others are ahead.", n=n)
            )
        else:
            self._place.empty()


def forget_queries(digests: Collection[str]) -> None:
    """Let go of all that was made of these images as queries."""
    for kept in (_queries, _passes, _jpegs, _pictures, _altered):
        kept.drop(digests)
    forget_decoded(digests)


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
