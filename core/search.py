"""One query from image to hits: read this first.

    bytes -> decode -> preprocess -> embed (ResNet50, CBAM, fc)        embed_query
          -> hash -> probe -> rerank by cosine -> hits                 look_up
          -> exact scan of the whole gallery, to judge the hits by     look_up

``search`` does both. They are apart because a change of K, L or the probes needs no new
embedding: a page caches the ``EmbeddedQuery`` and looks it up again. The embedding is checked
once, where the look-up begins.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from .engine.buckets import BucketIndex
from .errors import GalleryError
from .galleries.base import Gallery
from .galleries.store import StoredGallery
from .images import DecodedImage, Picture
from .index.exact import Hits, exact_scan, neighbour_recall, rerank
from .index.families.hyperplanes import HashCode, Hyperplanes
from .index.fitting import Fitting, fit
from .index.lsh import MAX_PROBES, Candidates, LSHConfig, LSHIndex
from .index.reading import ReadingRule, read_by_rule
from .index.vectors import UnitVector, checked_whole, unit_vector
from .language import later, tr
from .model.attention import AttentionMode
from .model.embedder import Embedder
from .model.network import ForwardPass
from .model.preprocess import PreprocessConfig, preprocess
from .wording import count, decimal

if TYPE_CHECKING:
    from torch import Tensor

MAX_HITS = 10_000
LOOK_UP = (later("hash"), later("probe"), later("rerank"))
STAGES = (later("decode"), later("preprocess"), later("embed"), *LOOK_UP, later("exact scan"))
ENGINE_LOOK_UP = ("hash", later("probe and rerank"))  # the engine's stages: it reranks as it reads


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchConfig:
    """What a query may change at no cost.

    Raises:
        SettingError: a number outside its range.
    """

    k: int = 10  # hits wanted
    # Buckets read per table, the query's own included, or the rule that says when they are
    # enough. With one alone, 12 bits miss more than half of the neighbours in a gallery of a
    # thousand images.
    n_probes: int | ReadingRule = 8

    def __post_init__(self) -> None:
        checked_whole("k", self.k, low=1, high=MAX_HITS)
        if not isinstance(self.n_probes, ReadingRule):
            checked_whole("n_probes", self.n_probes, low=1, high=MAX_PROBES)


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddedQuery:
    """A query image after the network, or as a gallery's store has it."""

    image: Picture
    attention: AttentionMode
    embedding: NDArray[np.float32]  # (D,) of unit length
    spatial_gate: NDArray[np.float32] | None  # M_s, (H, W); None where spatial attention is off
    seconds: dict[str, float]  # decode, preprocess, embed
    forward: ForwardPass | None = None  # every value on the way, B is 1, where it is kept
    from_store: bool = False  # the seconds are then those of another picture

    @classmethod
    def traced(
        cls,
        image: DecodedImage,
        attention: AttentionMode,
        forward: ForwardPass,
        seconds: dict[str, float],
    ) -> Self:
        """Take what a query needs from a pass through the network, and keep all of it."""
        spatial = forward.maps.spatial
        gate = None if spatial is None else spatial.gate[0, 0].numpy()
        return cls(image, attention, forward.embedding[0].numpy(), gate, seconds, forward)


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
    k: int  # hits wanted
    n_probes: int  # buckets read per table
    fitting: Fitting | None  # what fits the gallery, where it is known
    runs: dict[str, tuple[float, ...]]  # seconds of each run of each stage

    @property
    def seconds(self) -> dict[str, float]:
        """Seconds of each stage, the median of its runs: STAGES, or the engine's."""
        return Stopwatch(self.runs).seconds

    @property
    def by_engine(self) -> bool:
        """Whether the engine's look-up was timed, and not the one to be read."""
        return ENGINE_LOOK_UP[-1] in self.runs

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
        """What LSH took for its hits, hash, probe and rerank: the median of its runs."""
        return median(self.look_up_runs)

    @property
    def look_up_runs(self) -> tuple[float, ...]:
        """What each run of the look-up took."""
        stages = ENGINE_LOOK_UP if self.by_engine else LOOK_UP
        each = zip(*(self.runs[stage] for stage in stages), strict=True)
        return tuple(sum(run) for run in each)

    @property
    def neighbour_recall(self) -> float:
        """Share of the exact scan's hits that LSH found too."""
        return neighbour_recall([hit.id for hit in self.hits], [hit.id for hit in self.exact_hits])

    @property
    def shortfall(self) -> str | None:
        """Why there are fewer hits than the gallery could give, and what to change, if so."""
        possible = min(self.k, self.n_gallery)
        if len(self.hits) >= possible:
            return None
        return tr(
            "LSH found only {n_hits} of {possible}: the buckets that it "
            "read, {n_probes} in each table, hold no more images. Take fewer bits, more "
            "tables or more probes.",
            n_hits=count(len(self.hits), "hit"),
            possible=possible,
            n_probes=self.n_probes,
        )

    @property
    def strangeness(self) -> str | None:
        """That nothing in the gallery resembles the query, if so."""
        if self.fitting is None or not self.exact_hits:
            return None
        nearest = self.exact_hits[0].similarity
        if self.fitting.is_familiar(nearest):
            return None
        return tr(
            "Nothing in this gallery is much like this image: its nearest has a similarity of "
            "{nearest}, while 99 in 100 images of the gallery have a neighbour of "
            "{familiar_from} or more.",
            nearest=decimal(nearest),
            familiar_from=decimal(self.fitting.familiar_from),
        )


@dataclass(slots=True)
class Stopwatch:
    """Seconds by stage, of every run."""

    runs: dict[str, tuple[float, ...]] = field(default_factory=dict)

    @classmethod
    def after(cls, seconds: Mapping[str, float]) -> Self:
        """Go on after stages that took so long."""
        return cls({stage: (taken,) for stage, taken in seconds.items()})

    @property
    def seconds(self) -> dict[str, float]:
        """Seconds of each stage, the median of its runs."""
        return {stage: median(runs) for stage, runs in self.runs.items()}

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        """Time the block under the name of its stage."""
        start = perf_counter()
        yield
        self.runs[stage] = (*self.runs.get(stage, ()), perf_counter() - start)


def build_index(
    stored: StoredGallery,
    attention: AttentionMode = "both",
    config: LSHConfig | None = None,
    family: type[Hyperplanes] = Hyperplanes,
) -> LSHIndex:
    """Hash a gallery's embeddings of one attention mode into the L tables (Figure 8).

    Args:
        stored: the embeddings.
        attention: whose.
        config: K, L and the seed; without them, all is as it fits the gallery
            (``core.index.fitting``), the family too.
        family: of the hyperplanes: the paper's, or what fits with ``config``.
    """
    rows = stored.of(attention)
    if config is None:
        fitting = fit(rows)
        config, family = fitting.lsh, fitting.family
    return LSHIndex.build(rows, stored.ids, config=config, family=family)


class Tracer(Protocol):
    """What puts one image through the network: an ``Embedder``, or whoever asks one."""

    @property
    def preprocess(self) -> PreprocessConfig:
        """How images are prepared."""

    @property
    def decode(self) -> Callable[[bytes], DecodedImage]:
        """Turns the bytes of a file into pixels."""

    def trace(self, image: "Tensor", *, attention: AttentionMode = "both") -> ForwardPass:
        """Embed one prepared image, (3, S, S), and keep every value on the way; B is 1."""
        ...


def embed_query(
    data: bytes, embedder: Tracer, *, attention: AttentionMode = "both"
) -> EmbeddedQuery:
    """Decode and embed a query image.

    Raises:
        ImageError: the bytes are not an image that can be searched with.
    """
    watch = Stopwatch()
    with watch.time("decode"):
        image = embedder.decode(data)
    with watch.time("preprocess"):
        tensor = preprocess(image.pixels, embedder.preprocess)  # (3, S, S)
    with watch.time("embed"):
        forward = embedder.trace(tensor, attention=attention)
    return EmbeddedQuery.traced(image, attention, forward, watch.seconds)


def look_up(
    query: EmbeddedQuery,
    gallery: Gallery,
    index: LSHIndex,
    config: SearchConfig | None = None,
    *,
    query_id: int | None = None,
    repeats: int = 1,
    fitting: Fitting | None = None,
    engine: BucketIndex | None = None,
) -> SearchResult:
    """Find a query's hits by LSH, and by the exact scan to judge them (Figure 9).

    Args:
        query: the query, embedded with the attention mode of the index.
        gallery: what is searched.
        index: over the gallery's embeddings.
        config: how many hits, how many probes; by default ten, and as many as ``fitting`` says.
        query_id: the query's id where it is known; else a gallery image with the same bytes
            is taken to be the query.
        repeats: how often LSH and the scan are timed. Either takes less than a millisecond, while
            another thread of the process may take the processor for five.
        fitting: what fits the gallery, to read as much as a query needs and to tell what
            resembles it.
        engine: an index of the same functions over the same embeddings, whose look-up is timed
            instead: it finds the same hits at machine speed.

    Raises:
        SettingError: the query's embedding is not one of this index.
    """
    config = config or _by_default(fitting)
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
    for _ in range(repeats if engine is None else 1):
        with watch.time("hash"):
            code = index.hash(embedding)
        with watch.time("probe"):
            candidates = read_buckets(embedding, code, index, config, own_ids)
        with watch.time("rerank"):
            found = rerank(embedding, index.vectors, candidates.ids, k=config.k, exclude=own_ids)
    if engine is not None:
        watch = _timed(engine, embedding, config, query_id, repeats=repeats)
    for _ in range(repeats):
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
        k=config.k,
        n_probes=candidates.n_probes,
        fitting=fitting,
        runs=Stopwatch.after(query.seconds).runs | watch.runs,
    )


def _by_default(fitting: Fitting | None) -> SearchConfig:
    return SearchConfig(n_probes=fitting.rule) if fitting else SearchConfig()


def read_buckets(
    embedding: UnitVector,
    code: HashCode,
    index: LSHIndex,
    config: SearchConfig,
    own_ids: Sequence[int],
) -> Candidates:
    """Read as many buckets as a query is to read.

    Args:
        embedding: of the query.
        code: of the query, by this index.
        index: whose buckets are read.
        config: a number, or a rule that says it for each query.
        own_ids: ids that are no hits.
    """
    if isinstance(config.n_probes, ReadingRule):
        return read_by_rule(embedding, code, index, config.n_probes, k=config.k, exclude=own_ids)
    return index.candidates(code, n_probes=config.n_probes)


def _timed(
    engine: BucketIndex,
    embedding: UnitVector,
    config: SearchConfig,
    query_id: int | None,
    *,
    repeats: int,
) -> Stopwatch:
    """Time the engine's look-up, after one that nobody times."""
    hash_stage, read_stage = ENGINE_LOOK_UP
    engine.read(embedding, engine.margins_to_tables(embedding), config.n_probes, k=config.k)
    watch = Stopwatch()
    for _ in range(repeats):
        with watch.time(hash_stage):
            margins = engine.margins_to_tables(embedding)
        with watch.time(read_stage):
            engine.read(embedding, margins, config.n_probes, k=config.k, exclude=query_id)
    return watch


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

    It chooses the settings and builds the index first; where more than one query follows, hold on
    to what ``fit`` and ``build_index`` give, and call ``embed_query`` and ``look_up``.

    Args:
        data: the image file.
        embedder: the model.
        gallery: what is searched.
        stored: its embeddings.
        attention: which gates are used.
        lsh: K, L and the seed; by default what fits the gallery, as the hyperplanes do.
        config: hits and probes; by default ten, and as many as the query needs.
        query_id: as for ``look_up``.

    Raises:
        ImageError: the bytes are not an image that can be searched with.
    """
    query = embed_query(data, embedder, attention=attention)
    by_hand = {} if lsh is None else asdict(lsh)
    fitting = fit(stored.of(attention), **by_hand)
    index = build_index(stored, attention, fitting.lsh, fitting.family)
    return look_up(query, gallery, index, config, query_id=query_id, fitting=fitting)


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
        tr(
            "{title} has no image named {name!r}; its first is {first!r}.",
            title=gallery.title,
            name=name,
            first=gallery.items[0].name,
        )
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
