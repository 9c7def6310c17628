"""One query from image to hits: read this first.

    bytes -> decode -> preprocess -> embed (ResNet50, CBAM, fc)        embed_query
          -> hash -> probe -> rerank by cosine -> hits                 look_up
          -> exact scan of the whole gallery, to judge the hits by     look_up

``search`` does both. They are apart because a change of K, L or the probes needs no new
embedding: a page caches the ``EmbeddedQuery`` and looks it up again. The embedding is checked
once, where the look-up begins.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import inf
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from .errors import GalleryError
from .galleries.base import Gallery
from .galleries.store import StoredGallery
from .images import DecodedImage, decode
from .index.exact import Hits, exact_scan, neighbour_recall, rerank
from .index.families.hyperplanes import HashCode
from .index.lsh import MAX_PROBES, Candidates, LSHConfig, LSHIndex
from .index.vectors import checked_whole, unit_vector
from .model.attention import AttentionMode
from .model.embedder import Embedder
from .model.network import ForwardPass
from .model.preprocess import preprocess

MAX_HITS = 10_000
LOOK_UP = ("hash", "probe", "rerank")
STAGES = ("decode", "preprocess", "embed", *LOOK_UP, "exact scan")


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchConfig:
    """What a query may change at no cost.

    Raises:
        SettingError: a number outside its range.
    """

    k: int = 10  # hits wanted
    # Buckets read per table, the query's own included. With one alone, 12 bits miss more than
    # half of the neighbours in a gallery of a thousand images.
    n_probes: int = 8

    def __post_init__(self) -> None:
        checked_whole("k", self.k, low=1, high=MAX_HITS)
        checked_whole("n_probes", self.n_probes, low=1, high=MAX_PROBES)


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddedQuery:
    """A query image after the network."""

    image: DecodedImage
    attention: AttentionMode
    forward: ForwardPass  # every value from feature map to embedding; B is 1
    seconds: dict[str, float]  # decode, preprocess, embed

    @property
    def embedding(self) -> NDArray[np.float32]:
        """(D,) of unit length."""
        return self.forward.embedding[0].numpy()

    @property
    def channel_gate(self) -> NDArray[np.float32] | None:
        """M_c, (C,), or None where channel attention is off."""
        channel = self.forward.maps.channel
        return None if channel is None else channel.gate[0, :, 0, 0].numpy()

    @property
    def spatial_gate(self) -> NDArray[np.float32] | None:
        """M_s, (H, W), or None where spatial attention is off."""
        spatial = self.forward.maps.spatial
        return None if spatial is None else spatial.gate[0, 0].numpy()


@dataclass(frozen=True, slots=True)
class Hit:
    """One ranked result."""

    rank: int  # from 1
    id: int
    name: str
    similarity: float  # cosine to the query
    label: str | None
    relevant: bool | None  # has the query's label; None where either has none


@dataclass(frozen=True, slots=True, eq=False)
class SearchResult:
    """A query's answer, and everything that explains it."""

    query: EmbeddedQuery
    query_id: int | None  # the query's own id where it is in the gallery: it is no hit
    copies: tuple[int, ...]  # other gallery images with the very same file: no hits either
    query_label: str | None
    n_gallery: int  # images that were searched, the query and its copies left out
    code: HashCode
    candidates: Candidates  # the query's own id is among them where it is in the gallery
    hits: tuple[Hit, ...]  # by LSH
    exact_hits: tuple[Hit, ...]  # by the exact scan, for the same k
    seconds: dict[str, float]  # each of STAGES

    @property
    def own_ids(self) -> tuple[int, ...]:
        """The ids of the query and of its copies: none of them is a hit."""
        return self.copies if self.query_id is None else (self.query_id, *self.copies)

    @property
    def n_candidates(self) -> int:
        """Images that were reranked, the query and its copies left out."""
        return int(np.count_nonzero(~np.isin(self.candidates.ids, self.own_ids)))

    @property
    def candidate_ratio(self) -> float:
        """Candidates over N."""
        return self.n_candidates / self.n_gallery if self.n_gallery else 0.0

    @property
    def look_up_seconds(self) -> float:
        """What LSH took for its hits: hash, probe and rerank."""
        return sum(self.seconds[stage] for stage in LOOK_UP)

    @property
    def neighbour_recall(self) -> float:
        """Share of the exact scan's hits that LSH found too."""
        return neighbour_recall([hit.id for hit in self.hits], [hit.id for hit in self.exact_hits])


@dataclass(slots=True)
class Stopwatch:
    """Seconds by stage: the fewest where one is timed more than once."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        """Time the block under the name of its stage."""
        start = perf_counter()
        yield
        self.seconds[stage] = min(perf_counter() - start, self.seconds.get(stage, inf))


def build_index(
    stored: StoredGallery, attention: AttentionMode = "both", config: LSHConfig | None = None
) -> LSHIndex:
    """Hash a gallery's embeddings of one attention mode into the L tables (Figure 8)."""
    return LSHIndex.build(stored.of(attention), stored.ids, config=config)


def embed_query(
    data: bytes, embedder: Embedder, *, attention: AttentionMode = "both"
) -> EmbeddedQuery:
    """Decode and embed a query image.

    Raises:
        ImageError: the bytes are not an image that can be searched with.
    """
    watch = Stopwatch()
    with watch.time("decode"):
        image = decode(data)
    with watch.time("preprocess"):
        tensor = preprocess(image.pixels, embedder.preprocess)  # (3, S, S)
    with watch.time("embed"):
        forward = embedder.trace(tensor, attention=attention)
    return EmbeddedQuery(image, attention, forward, watch.seconds)


def look_up(
    query: EmbeddedQuery,
    gallery: Gallery,
    index: LSHIndex,
    config: SearchConfig | None = None,
    *,
    query_id: int | None = None,
    repeats: int = 1,
) -> SearchResult:
    """Find a query's hits by LSH, and by the exact scan to judge them (Figure 9).

    Args:
        query: the query, embedded with the attention mode of the index.
        gallery: what is searched.
        index: over the gallery's embeddings.
        config: how many hits, how many probes.
        query_id: the query's id where it is known; else a gallery image with the same bytes
            is taken to be the query.
        repeats: how often LSH is timed. It takes about a millisecond, while another thread of
            the process may take the processor for five: the fewest seconds are its own.

    Raises:
        SettingError: the query's embedding is not one of this index.
    """
    config = config or SearchConfig()
    is_told = query_id is not None
    if query_id is None:
        query_id = find_by_digest(gallery, query.image.digest)
    copies = copies_of(gallery, query_id)
    label = None if query_id is None else gallery.items[query_id].label
    if not is_told and any(gallery.items[id].label != label for id in copies):
        label = None  # the file lies in two classes, and nobody said which is meant
    own_ids = copies if query_id is None else (query_id, *copies)
    embedding = unit_vector(query.embedding, index.dim)
    watch = Stopwatch()
    for _ in range(repeats):
        with watch.time("hash"):
            code = index.hash(embedding)
        with watch.time("probe"):
            candidates = index.candidates(code, n_probes=config.n_probes)
        with watch.time("rerank"):
            found = rerank(embedding, index.vectors, candidates.ids, k=config.k, exclude=own_ids)
    with watch.time("exact scan"):
        exact = exact_scan(embedding, index.vectors, k=config.k, exclude=own_ids)
    return SearchResult(
        query=query,
        query_id=query_id,
        copies=copies,
        query_label=label,
        n_gallery=len(index) - sum(id in index.vectors for id in own_ids),
        code=code,
        candidates=candidates,
        hits=described(found, gallery, label),
        exact_hits=described(exact, gallery, label),
        seconds=query.seconds | watch.seconds,
    )


def search(
    data: bytes,
    *,
    embedder: Embedder,
    gallery: Gallery,
    stored: StoredGallery,
    attention: AttentionMode = "both",
    lsh: LSHConfig | None = None,
    config: SearchConfig | None = None,
    query_id: int | None = None,
) -> SearchResult:
    """Answer one query from the bytes of its image.

    It builds the index first; hold on to ``build_index``'s result and call ``embed_query`` and
    ``look_up`` where more than one query follows.

    Raises:
        ImageError: the bytes are not an image that can be searched with.
    """
    index = build_index(stored, attention, lsh)
    query = embed_query(data, embedder, attention=attention)
    return look_up(query, gallery, index, config, query_id=query_id)


def find_by_digest(gallery: Gallery, digest: str) -> int | None:
    """Return the lowest id of the gallery image whose file has this digest, if there is one."""
    return next((item.id for item in gallery.items if item.digest == digest), None)


def copies_of(gallery: Gallery, id: int | None) -> tuple[int, ...]:
    """Return the ids of all other gallery images whose file is the same; of no image, none."""
    if id is None:
        return ()
    digest = gallery.items[id].digest
    return tuple(it.id for it in gallery.items if it.digest == digest and it.id != id)


def find_by_name(gallery: Gallery, name: str) -> int:
    """Return the id of the gallery image of this name.

    Raises:
        GalleryError: there is none.
    """
    for item in gallery.items:
        if item.name == name:
            return item.id
    raise GalleryError(
        f"{gallery.title} has no image named {name!r}; its first is {gallery.items[0].name!r}."
    )


def described(hits: Hits, gallery: Gallery, label: str | None) -> tuple[Hit, ...]:
    """Put names, labels and relevance to ranked ids."""
    pairs = zip(hits.ids.tolist(), hits.similarities.tolist(), strict=True)
    return tuple(
        Hit(
            rank=rank,
            id=id,
            name=gallery.items[id].name,
            similarity=similarity,
            label=gallery.items[id].label,
            relevant=relevance(label, gallery.items[id].label),
        )
        for rank, (id, similarity) in enumerate(pairs, start=1)
    )


def relevance(query_label: str | None, label: str | None) -> bool | None:
    """Tell whether two labels agree; None where one is missing."""
    return None if query_label is None or label is None else query_label == label
